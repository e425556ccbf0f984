"""Moves a finding from state to state: one lock, one dated row, one derived column."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from auditor import db, events
from auditor.access import Actor
from auditor.dated import DatedRow, Moment
from auditor.errors import RuleBroken, Stale
from auditor.findings.models import Finding, FindingDetail, FindingState
from auditor.findings.states import NEXT, Grade, State
from auditor.language import _l

Dated = TypeVar("Dated", bound=DatedRow)


def locked(finding: Finding) -> Finding:
    """Return the finding as it stands now, held until the transaction ends: one writer at a time.

    On SQLite the transaction holds the whole database already.
    """
    query = Finding.select().where(Finding.id == finding.id)
    row: Finding = (query if db.is_sqlite() else query.for_update()).get()
    return row


def detail_of(finding: Finding, moment: Moment) -> FindingDetail:
    """Return title, facts, grade, department and due date that stand at ``moment``."""
    return there(FindingDetail.latest(moment, finding=finding.id))


def there(row: Dated | None) -> Dated:
    """Return a row that every finding, action or report has; LookupError where the data is broken."""
    if row is None:
        raise LookupError("a finding, an action or a report without its dated row")
    return row


def grade_of(finding: Finding, moment: Moment) -> Grade:
    return Grade(detail_of(finding, moment).grade)


def must_stand(finding: Finding, *states: State) -> None:
    """Raise RuleBroken unless the finding stands in one of ``states``."""
    if State(finding.current_state) not in states:
        raise RuleBroken(
            _l(
                "The finding has moved on and this step is not possible any more. Nothing was saved. "
                "Open the finding again to see where it stands."
            )
        )


def must_be_seen(current: DatedRow | None, seen: int | None, mine: dict[str, object]) -> None:
    """Raise Stale when the row that stands is not the one the person had before them.

    ``seen`` None means that the caller had no form open (a command, the demo year) and takes what stands;
    0 means that the form showed nothing yet.
    """
    if seen is None or (current.id if current else 0) == seen:
        return
    theirs = {name: getattr(current, name, "") for name in mine} if current else dict.fromkeys(mine, "")
    raise Stale(theirs, mine)


def move(
    actor: Actor, at: datetime, finding: Finding, to: State, comment: str = "", seen: int | None = None
) -> None:
    """Write the next state; inside an action, on a locked finding.

    Raises Stale when somebody moved it since ``seen`` (the id of the FindingState shown), RuleBroken when
    ``to`` may not follow.
    """
    current = FindingState.latest(Moment.at(at), finding=finding.id)
    must_be_seen(current, seen, {"comment": comment})
    now = State(finding.current_state)
    if to not in NEXT[now]:
        must_stand(finding, *[state for state in State if to in NEXT[state]])
    FindingState.write(
        at, actor.person_id, replaces=current, finding=finding.id, state=to.value, comment=comment
    )
    Finding.update(current_state=to.value).where(Finding.id == finding.id).execute()
    finding.current_state = to.value
    if to.final and finding.item_id is not None:
        events.tell(events.FindingEnded(actor, at, finding.item_id))
