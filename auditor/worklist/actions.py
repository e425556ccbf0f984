"""Reminders: before, on and after a due date; then to the head, then to the administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auditor.access import Actor, Role
from auditor.accounts import queries as accounts
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.notifications import actions as outbox
from auditor.people import queries as people
from auditor.work import DueThing
from auditor.worklist.queries import due_things

# Days after the due date from which the head of the department, then the administrator is told too.
_HEAD_AFTER = 3
_ADMINISTRATOR_AFTER = 7


def enqueue_reminders(actor: Actor, at: datetime) -> int:
    """Put the reminders of the day into the outbox; returns how many are new.

    Of the steps that have passed (14 days before, 3 before, the day, 3 after …) only the latest is sent: a
    scheduler that was off sends one reminder a thing, not one a step missed. Unique by thing and step, so a
    run that comes late or twice changes nothing.
    """
    moment = Moment.at(at)
    steps = sorted(company.setting("reminder_days", moment), reverse=True)
    things = due_things(moment)
    heads = people.heads(moment)
    administrators = accounts.holders(Role.ADMINISTRATOR, moment)
    wanted: list[dict[str, Any]] = []
    for thing in things:
        left = (thing.due_on - moment.day).days
        passed = [step for step in steps if left <= step]
        if not passed:
            continue
        step = passed[-1]
        for person_id in _readers(thing, left, heads, administrators):
            wanted.append(_notice(thing, step, person_id))
    # In one order: two schedulers that write the same keys at once wait for each other in turn, not crosswise.
    return outbox.notify_many(sorted(wanted, key=lambda notice: str(notice["key"])), at)


def _readers(thing: DueThing, left: int, heads: dict[int, int], administrators: list[int]) -> set[int]:
    readers = set(thing.person_ids)
    if not thing.escalates:
        return readers
    if left <= -_HEAD_AFTER and thing.department_id in heads:
        readers.add(heads[thing.department_id])
    if left <= -_ADMINISTRATOR_AFTER:
        readers.update(administrators)
    return readers


def _notice(thing: DueThing, step: int, person_id: int) -> dict[str, Any]:
    due_on = thing.due_on.isoformat()
    return {
        "person_id": person_id,
        "kind": thing.notice,
        "params": {"id": thing.id, "due_on": due_on},
        "path": thing.path,
        "key": f"{thing.notice}:{thing.id}:{due_on}:{step}:{person_id}",
    }
