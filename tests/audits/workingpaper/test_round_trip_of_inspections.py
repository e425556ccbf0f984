"""The head of a department and the deputy on two papers and two open pages at once: nothing lost, nothing doubled.

Unlike the checklist of an audit, the page of a self-inspection shows every item and is sent as a whole, perhaps long
after it was opened. No conflict is hidden, neither one with a paper nor one with the other page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.access import Role
from auditor.accounts.roles import name_deputy
from auditor.audits.conducting import Answer
from auditor.audits.inspections import answering
from auditor.audits.models import Audit, ItemResult
from auditor.audits.results import Result
from auditor.dated import Moment
from tests.audits.inspections.making import inspection
from tests.audits.workingpaper.roundtrip import CODES, Round, Said, edits, paper_steps, typed
from tests.bed.absence import examples
from tests.cast import NOW, Cast

PEOPLE = ("head_of_sales", "second_auditor")  # the second stands in for the first
LABELS = {"conform": "できている", "minor": "Not fully kept", "not_applicable": "当部署には該当しない"}
steps = st.lists(
    paper_steps(PEOPLE)
    | st.tuples(st.just("open"), st.sampled_from(PEOPLE))
    | st.tuples(st.just("send"), st.sampled_from(PEOPLE), edits),
    min_size=3,
    max_size=8,
)


@dataclass
class Page:
    """The page as somebody has it before them: what it says of each item, and on which rows it goes on."""

    says: dict[str, Said]
    seen: dict[str, int | None]


@settings(max_examples=examples(4, 9))
@given(steps)
def test_whatever_two_papers_and_two_pages_say_arrives_once(cast: Cast, told: list[Any]) -> None:
    _have_a_deputy(cast)
    round_ = Round(cast, inspection(cast, codes=CODES), LABELS)
    pages = {who: Page(dict(round_.stands), _rows(round_, NOW)) for who in PEOPLE}
    for who in PEOPLE:
        round_.take(who, NOW)
    at = NOW
    for step in told:
        at += timedelta(minutes=1)
        match step:
            case ("open", who):
                pages[who] = Page(dict(round_.stands), _rows(round_, at))
            case ("send", who, changes):
                _send(round_, pages[who], who, changes, at)
            case _:
                assert round_.paper(step, at)
        round_.holds()
    round_.ends()


def _send(round_: Round, page: Page, who: str, changes: Any, at: datetime) -> None:
    """Send the page: what went on from a row that no longer stands is shown beside it, and the page goes on from there."""
    for code, (result, note) in changes.items():
        page.says[code] = typed(page.says[code], result, note)
    latest = _rows(round_, at)
    audit = Audit.get_by_id(round_.audit.id)
    code_of = {item.id: code for code, item in round_.item.items()}
    answers = {
        round_.item[code].id: Answer(Result(said[0]), said[1], said[2], page.seen[code])
        for code, said in page.says.items()
    }
    done = answering.record_all(round_.cast.actor(who), at, answering.items_of(audit), answers)
    differing = {code for code in CODES if page.says[code] != round_.stands[code]}
    assert not done.refused
    assert {code_of[one] for one in done.stale} == {
        code for code in differing if page.seen[code] != latest[code]
    }, "every conflict is shown, and nothing else"
    for item_id, stale in done.stale.items():
        code = code_of[item_id]
        for said, shown in ((page.says[code], stale.mine), (round_.stands[code], stale.theirs)):
            assert said == tuple(shown[name] for name in ("result", "note", "reason")), "both texts are kept"
        page.seen[code] = stale.theirs.get("row")
    for code in differing - {code_of[one] for one in done.stale}:
        round_.put(code, page.says[code])
    stands = _rows(round_, at)
    page.seen |= {code: stands[code] for code in CODES if page.says[code] == round_.stands[code]}


def _rows(round_: Round, at: datetime) -> dict[str, int | None]:
    ids = {code: item.id for code, item in round_.item.items()}
    rows = ItemResult.standing(Moment.at(at), ItemResult.item.in_(list(ids.values())))
    standing = {row.item_id: row.id for row in rows}
    return {code: standing.get(one) for code, one in ids.items()}


def _have_a_deputy(cast: Cast) -> None:
    if Role.DEPARTMENT_HEAD not in cast.actor("second_auditor").roles:
        principal, deputy = (cast.person[name] for name in PEOPLE)
        until = NOW.date() + timedelta(days=5)
        name_deputy(
            cast.actor("administrator"), principal, deputy, Role.DEPARTMENT_HEAD, NOW.date(), until, NOW
        )
