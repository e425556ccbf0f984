"""Reminders: before, on and after a due date, by the rules of the company."""

from __future__ import annotations

from datetime import datetime

from auditor.access import Actor
from auditor.dated import Moment
from auditor.notifications import actions as outbox
from auditor.worklist import reminding
from auditor.worklist.queries import due_things


def enqueue_reminders(actor: Actor, at: datetime) -> int:
    """Put the reminders of the day into the outbox; returns how many are new.

    Of the steps that have come (14 days before, 3 before, the day, 3 after …) only the latest is sent: a
    scheduler that was off sends one reminder a thing, not one a step missed. Unique by thing and step, so a
    run that comes late or twice changes nothing.
    """
    moment = Moment.at(at)
    office = reminding.office_at(moment)
    if not office.works_on(moment.day):
        return 0
    wanted = list(reminding.notices(due_things(moment), moment.day, office))
    # In one order: two schedulers that write the same keys at once wait for each other in turn, not crosswise.
    return outbox.notify_many(sorted(wanted, key=lambda notice: str(notice["key"])), at)
