"""Who is told what about a finding; puts notices into the outbox inside the running action."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from auditor.access import Actor
from auditor.dated import Moment
from auditor.findings import foureyes
from auditor.findings.flow import detail_of
from auditor.findings.models import ActionDetail, CorrectiveAction, Finding
from auditor.notifications import actions as notifications
from auditor.people import queries as people


def tell(
    kind: str,
    finding: Finding,
    person_ids: Iterable[int],
    about: object,
    at: datetime,
    actor: Actor,
    **ids: object,
) -> None:
    """Tell each person once about ``about`` (an id that makes the key unique); never whoever did it."""
    for person_id in sorted(set(person_ids) - {actor.person_id or 0}):
        notifications.notify(
            person_id,
            kind,
            {"finding": finding.id, **ids},
            f"/findings/{finding.id}",
            f"{kind}:{finding.id}:{about}:{person_id}",
            at,
        )


def responsible(department_id: int, moment: Moment) -> int | None:
    """Return the head of the department, or of the nearest unit above that has one: two queries."""
    return responsible_of([department_id], moment).get(department_id)


def responsible_of(department_ids: Iterable[int], moment: Moment) -> dict[int, int]:
    """Return who answers for each department; without an entry where nobody does."""
    heads, tree = people.heads(moment), people.tree(moment)
    found = {}
    for department_id in set(department_ids):
        chain = (one for one in (department_id, *tree.ancestors(department_id)) if one in heads)
        if (nearest := next(chain, None)) is not None:
            found[department_id] = heads[nearest]
    return found


def head_of(finding: Finding, moment: Moment) -> set[int]:
    """Return whoever answers for the finding's department, as a set of one or none."""
    head = responsible(detail_of(finding, moment).department_id, moment)
    return {head} if head else set()


def owners(finding: Finding, moment: Moment) -> set[int]:
    """Return the owners of the actions that are not withdrawn."""
    mine = CorrectiveAction.select(CorrectiveAction.id).where(CorrectiveAction.finding == finding.id)
    rows = ActionDetail.standing(moment, ActionDetail.corrective_action.in_(mine))
    return {row.owner_id for row in rows if not row.withdrawn}


def department_side(finding: Finding, moment: Moment) -> set[int]:
    """Return who puts the finding right: the head and the owners of actions."""
    return head_of(finding, moment) | owners(finding, moment)


def other_side(actor: Actor, finding: Finding, moment: Moment) -> set[int]:
    """Return whom a comment of ``actor`` is for."""
    fixing = department_side(finding, moment)
    if actor.person_id in fixing:
        return foureyes.first_in_line(finding, moment)
    return fixing
