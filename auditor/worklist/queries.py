"""Joins what waits for a person from all features, most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from auditor.access import Actor
from auditor.dated import Moment
from auditor.work import DueThing, WorkItem
from auditor.worklist import expiring
from auditor.worklist.models import ReminderRule

Source = Callable[[Actor, Moment], list[WorkItem]]
KINDS = ("audit", "finding", "report", "training", "roster", "system")
SOON = timedelta(days=10)
# What features below this one give, subscribed in auditor.reactions.
more: list[Source] = []


def sources() -> list[Source]:
    """Return every feature's answer to "what waits for this person?"."""
    from auditor.accounts.waiting import waiting_for as accounts
    from auditor.audits.inspections.waiting import waiting_for as inspections
    from auditor.audits.programme.waiting import waiting_for as programme
    from auditor.audits.waiting import waiting_for as audits
    from auditor.evidence.waiting import waiting_for as evidence
    from auditor.findings.waiting import waiting_for as findings
    from auditor.notifications.waiting import waiting_for as notifications
    from auditor.people.waiting import waiting_for as people
    from auditor.training.waiting import waiting_for as training

    return [
        programme, audits, inspections, expiring.waiting_for, findings, training, people, accounts, evidence,
        notifications, *more,
    ]  # fmt: skip


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return what waits for ``actor``, by due date; what has none stands last."""
    items = [item for source in sources() for item in source(actor, moment)]
    return sorted(items, key=lambda item: (item.due_on or date.max, item.kind, item.title))


@dataclass(frozen=True)
class Group:
    """Rows of one urgency: late, today, soon, later."""

    name: str
    items: list[WorkItem]


def grouped(items: list[WorkItem], today: date) -> list[Group]:
    """Return the items in groups of urgency, empty groups left out."""
    groups: dict[str, list[WorkItem]] = {"late": [], "today": [], "soon": [], "later": []}
    for item in items:
        groups[_urgency(item.due_on, today)].append(item)
    return [Group(name, rows) for name, rows in groups.items() if rows]


def _urgency(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "later"
    if due_on < today:
        return "late"
    if due_on == today:
        return "today"
    return "soon" if due_on <= today + SOON else "later"


def due_things(moment: Moment) -> list[DueThing]:
    """Return everything with a due date that somebody is reminded of, from all features."""
    from auditor.audits.inspections.waiting import due_things as inspections
    from auditor.audits.waiting import due_things as audits
    from auditor.findings.waiting import due_things as findings
    from auditor.training.waiting import due_things as training

    things = [*audits(moment), *inspections(moment), *findings(moment), *training(moment)]
    return things + expiring.due_things(moment)


def planned_rules(moment: Moment) -> dict[str, list[ReminderRule]]:
    """Return the rules of reminders that hold from a later day on, by kind, the nearest day first: one query."""
    found: dict[str, list[ReminderRule]] = {}
    rows = ReminderRule.select().where(
        ReminderRule.valid_from > moment.day, ReminderRule.recorded_at <= moment.instant
    )
    for row in rows.order_by(ReminderRule.valid_from, ReminderRule.id):
        found.setdefault(row.kind, []).append(row)
    return found


def history_of_rule(kind: str) -> list[ReminderRule]:
    """Return every statement about the rule of a kind, the newest first."""
    rows = ReminderRule.select().where(ReminderRule.kind == kind)
    return list(rows.order_by(ReminderRule.id.desc()).limit(50))
