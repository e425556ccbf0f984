"""Who is proposed as auditor: independent, with the fewest audits, and not the same as last time."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.audits import actions, candidates
from auditor.audits.independence import Ground
from auditor.audits.models import Audit
from auditor.audits.proposing import Need, Proposal, propose
from auditor.audits.verdicts import verdicts
from auditor.catalogue.models import Subject
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.language import speaking
from auditor.people.models import Employment, Membership
from tests.audits.making import DEPARTMENT_CONTROLS, assigned, new_audit
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, Cast

SYSTEM = application("test")
HERE = Moment.at(NOW)


def need(cast: Cast, subject: str = "D210", key: Any = "one", **more: Any) -> Need:
    values: dict[str, Any] = {
        "first": date(2026, 4, 1),
        "last": date(2026, 11, 19),
        "catalogue_id": cast.catalogue,
        "codes": DEPARTMENT_CONTROLS,
    }
    return Need(key, Subject.get_by_id(cast.subject[subject]), **{**values, **more})


def proposal(cast: Cast, subject: str = "D210", **more: Any) -> Proposal:
    return propose([need(cast, subject, **more)], HERE)["one"]


def has_audited(cast: Cast, *names: str, subject: str = "D210") -> Audit:
    """The persons have carried out an audit of the subject, which makes them known as auditors."""
    return assigned(cast, by="head_of_audit", auditors=names, subject=subject)


def belongs(cast: Cast, name: str, unit: str, day: date = date(2026, 4, 1)) -> None:
    with activity.action(SYSTEM, NOW):
        Membership.write(
            NOW, None, day, person=cast.person[name], department=cast.department[unit], held=True, main=False
        )
        activity.record(CAST_MADE, persons=1)


def named(cast: Cast, found: Proposal) -> list[str]:
    by_id = {one: name for name, one in cast.person.items()}
    return [by_id[one] for one in found.person_ids]


def test_before_anybody_has_audited_the_unit_of_the_head_of_audit_is_proposed(cast: Cast) -> None:
    assert named(cast, proposal(cast)) == ["head_of_audit"]


def test_who_does_not_approve_audits_comes_before_the_head_of_audit(cast: Cast) -> None:
    has_audited(cast, "second_auditor", subject="D220")
    assert named(cast, proposal(cast)) == ["second_auditor"]


def test_nobody_who_is_not_independent_is_proposed(cast: Cast) -> None:
    has_audited(cast, "second_auditor")
    belongs(cast, "second_auditor", "D211", date(2026, 11, 1))
    assert named(cast, proposal(cast)) == ["head_of_audit"]


def test_the_administrator_is_proposed_only_where_the_company_lets_the_administrator_audit(
    cast: Cast,
) -> None:
    belongs(cast, "administrator", "D120")
    wanted = need(cast, auditors=3)
    assert named(cast, propose([wanted], HERE)["one"]) == ["head_of_audit"]
    set_setting(SYSTEM, "administrator_may_audit", True, date(2026, 4, 1), NOW)
    assert set(named(cast, propose([wanted], HERE)["one"])) == {"administrator", "head_of_audit"}


def test_somebody_else_than_last_time_is_proposed(cast: Cast) -> None:
    has_audited(cast, "second_auditor")
    has_audited(cast, "auditor", subject="D130")
    has_audited(cast, "auditor", subject="D110")
    assert named(cast, proposal(cast)) == ["auditor"], "with more audits, but not here"
    found = proposal(cast, auditors=2)
    assert named(cast, found) == ["auditor", "second_auditor"]
    with speaking("en"):
        assert found.auditors[0].suitability.last_time() == "Has not audited here yet"
        assert found.auditors[1].suitability.last_time() == "Audited here last time"
        assert found.auditors[0].suitability.load() == "2 audits this fiscal year"


def test_the_times_in_a_row_are_counted_up_to_the_last_that_somebody_else_did(cast: Cast) -> None:
    has_audited(cast, "second_auditor")
    has_audited(cast, "auditor")
    has_audited(cast, "auditor", "second_auditor")
    by_person = {one.person_id: one.suitability for one in proposal(cast, auditors=3).auditors}
    assert by_person[cast.person["auditor"]].times_running == 2
    assert by_person[cast.person["second_auditor"]].times_running == 1
    assert by_person[cast.person["head_of_audit"]].times_running == 0


def test_a_cancelled_audit_is_neither_work_nor_the_last_time(cast: Cast) -> None:
    audit = has_audited(cast, "second_auditor")
    actions.cancel(cast.actor("administrator"), NOW, audit, "部署の廃止")
    (found,) = proposal(cast).auditors
    assert (found.person_id, found.suitability.audits, found.suitability.times_running) == (
        cast.person["second_auditor"],
        0,
        0,
    )


def test_the_audits_of_a_batch_are_spread_over_the_auditors(cast: Cast) -> None:
    has_audited(cast, "second_auditor", subject="D110")
    has_audited(cast, "auditor", subject="D110")
    needs = [need(cast, subject, (subject, turn)) for turn in range(4) for subject in ("D210", "D211")]
    found = propose(needs, HERE)
    counted = Counter(name for one in found.values() for name in named(cast, one))
    assert counted["auditor"] == counted["second_auditor"] == 4


def test_audits_that_are_planned_elsewhere_count_as_work(cast: Cast) -> None:
    has_audited(cast, "second_auditor", subject="D110")
    has_audited(cast, "auditor", subject="D110")
    busy = {(cast.person["auditor"], 2026): 1}
    assert named(cast, propose([need(cast)], HERE, busy)["one"]) == ["second_auditor"]
    busy = {(cast.person["second_auditor"], 2026): 1}
    assert named(cast, propose([need(cast)], HERE, busy)["one"]) == ["auditor"]


def test_within_a_batch_the_auditor_of_a_subject_changes_from_time_to_time(cast: Cast) -> None:
    has_audited(cast, "second_auditor", subject="D110")
    has_audited(cast, "auditor", subject="D110")
    needs = [need(cast, key=month, starts_on=date(2027, month, 10)) for month in (4, 6, 8, 10)]
    who = [named(cast, one)[0] for one in propose(needs, HERE).values()]
    assert all(before != after for before, after in itertools.pairwise(who))


def test_where_few_are_independent_they_are_kept_for_it(cast: Cast) -> None:
    """営業第一部 can be audited by one of the two only: the other takes what both could."""
    has_audited(cast, "auditor", subject="D110")
    has_audited(cast, "second_auditor", subject="D110")
    belongs(cast, "second_auditor", "D210")
    found = propose([need(cast, "D110", "both"), need(cast, "D210", "few")], HERE)
    assert named(cast, found["few"]) == ["auditor"]
    found = propose([need(cast, "D120", "both"), need(cast, "D210", "few")], HERE)
    assert (named(cast, found["few"]), named(cast, found["both"])) == (["auditor"], ["second_auditor"])


def test_who_is_on_leave_or_has_left_is_not_proposed(cast: Cast) -> None:
    has_audited(cast, "second_auditor", subject="D110")
    with activity.action(SYSTEM, NOW):
        Employment.write(
            NOW, None, date(2026, 11, 1), person=cast.person["second_auditor"], kind="regular", status="on_leave"
        )  # fmt: skip
        activity.record(CAST_MADE, persons=1)
    assert named(cast, proposal(cast)) == ["head_of_audit"]


def test_what_is_missing_is_said_with_the_reason(cast: Cast) -> None:
    found = proposal(cast, auditors=3)
    assert (len(found.auditors), found.missing, found.looked_at) == (1, 2, 1)
    with speaking("en"):
        assert found.gap() == (
            "2 auditors are missing: of 1 people looked at, no others are independent and may be named."
        )
    assert proposal(cast).gap() == ""


def test_a_self_inspection_needs_no_auditor(cast: Cast) -> None:
    assert propose([need(cast, kind="self_inspection")], HERE) == {}


def test_the_reasons_are_said_in_both_languages(app: Any, cast: Cast) -> None:
    (found,) = proposal(cast).auditors
    with app.test_request_context(), speaking("en"):
        assert found.reasons()[1:] == ["Has not audited here yet", "0 audits this fiscal year"]
    with app.test_request_context(), speaking("ja"):
        assert found.reasons()[1:] == ["担当したことがない", "この年度の監査0件"]


@pytest.mark.parametrize("count", [300])
def test_three_hundred_needs_cost_as_many_queries_as_one(cast: Cast, query_count: Any, count: int) -> None:
    has_audited(cast, "auditor", subject="D110")

    def cost(needs: list[Need]) -> int:
        with query_count() as statements:
            found = propose(needs, HERE)
        assert len(found) == len(needs)
        return int(statements.count)

    one = cost([need(cast)])
    assert one <= 19
    subjects = ("D210", "D211", "D110", "D120")
    many = [need(cast, subjects[turn % 4], turn) for turn in range(count)]
    assert cost(many) == one


def test_what_is_proposed_stands_the_check_of_assigning(cast: Cast) -> None:
    has_audited(cast, "auditor", subject="D110")
    found = proposal(cast, auditors=3)
    judged = verdicts(
        found.person_ids, Subject.get_by_id(cast.subject["D210"]), date(2026, 4, 1), date(2026, 11, 19),
        cast.catalogue, DEPARTMENT_CONTROLS, HERE,
    )  # fmt: skip
    assert all(one.independent for one in judged.values())
    assert Ground.OWN_UNIT not in {c.ground for one in judged.values() for c in one.conflicts}


def test_the_page_says_who_audited_here_last_time_and_offers_somebody_else_first(
    client: Any, cast: Cast
) -> None:
    has_audited(cast, "second_auditor")
    has_audited(cast, "auditor", subject="D110")
    subject = Subject.get_by_id(cast.subject["D210"])
    shown = candidates.candidates(subject, new_audit(cast), HERE, "ja")
    assert [one.person_id for one in shown] == [
        cast.person[name] for name in ("auditor", "second_auditor", "head_of_audit")
    ]
    audit = has_audited(cast, "auditor")
    cast.sign_in(client, "administrator")
    page = text_of(client.get(f"/audits/{audit.id}/auditors"))
    assert "前回も担当" in page and "担当したことがない" in page
