"""Who is to be told of what on a day: pure, so that the job and the preview say the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditor.access import Role
from auditor.accounts import queries as accounts
from auditor.calendars import is_business_day
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.work import DueThing
from auditor.worklist import rules
from auditor.worklist.rules import Terms


@dataclass(frozen=True)
class Office:
    """What reminders go by at a moment: the rules, the calendar, and who stands above whom."""

    terms: dict[str, Terms]
    common: tuple[int, ...]
    closed: frozenset[date]
    any_day: bool
    heads: dict[int, int]
    administrators: frozenset[int]
    heads_of_audit: frozenset[int]

    def works_on(self, day: date) -> bool:
        """Tell whether reminders go on that day."""
        return self.any_day or is_business_day(day, self.closed)


def office_at(moment: Moment) -> Office:
    """Return what reminders go by: a constant number of queries."""
    settings = company.settings(moment)
    return Office(
        rules.terms_at(moment),
        tuple(settings["reminder_days"]),
        company.closed_days(moment),
        not settings["reminders_on_business_days"],
        people.heads(moment),
        frozenset(accounts.holders(Role.ADMINISTRATOR, moment)),
        frozenset(accounts.holders(Role.HEAD_OF_AUDIT, moment)),
    )


def notices(things: Collection[DueThing], day: date, office: Office) -> Iterator[dict[str, Any]]:
    """Yield what is to be told on ``day``: of each thing the most urgent step that has come, to each reader.

    On a day on which nobody works nothing is told; what came on it comes on the next day, once, whatever else
    came meanwhile. The key names thing, due date, step and person.
    """
    if not office.works_on(day):
        return
    steps: dict[str, list[int]] = {}
    for thing in things:
        terms = office.terms.get(thing.notice, Terms())
        if thing.notice not in steps:
            steps[thing.notice] = rules.sequence(terms, office.common)
        left = (thing.due_on - day).days
        step = rules.reached(steps[thing.notice], left)
        if step is None:
            continue
        for person_id in readers(thing, left, terms, office):
            yield _notice(thing, step, person_id)


def readers(thing: DueThing, left: int, terms: Terms, office: Office) -> set[int]:
    """Return who is told of a thing with ``left`` days left."""
    if not thing.escalates:
        return set(thing.person_ids)
    found = set(thing.person_ids) if terms.to_person else set()
    if _late_enough(left, terms.head_after) and thing.department_id in office.heads:
        found.add(office.heads[thing.department_id])
    if _late_enough(left, terms.administrator_after):
        found |= office.administrators
    if _late_enough(left, terms.head_of_audit_after):
        found |= office.heads_of_audit
    return found


def _late_enough(left: int, after: int | None) -> bool:
    return after is not None and left <= -after


def _notice(thing: DueThing, step: int, person_id: int) -> dict[str, Any]:
    due_on = thing.due_on.isoformat()
    return {
        "person_id": person_id,
        "kind": thing.notice,
        "params": {"id": thing.id, "due_on": due_on},
        "path": thing.path,
        "key": f"{thing.notice}:{thing.id}:{due_on}:{step}:{person_id}",
    }
