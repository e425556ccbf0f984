"""The mail of the demo years: bundled as on every day, and taken as delivered, since no server is asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from auditor.access import application
from auditor.clock import day_of
from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage
from auditor.notifications import actions
from auditor.notifications.models import Mail
from auditor.worklist.actions import enqueue_reminders
from auditor.worklist.rules import Terms, set_rule

_EVERY = timedelta(days=14)


def enter(stage: Stage) -> None:
    """Have reminders written and mails bundled every other week until yesterday."""
    stage.on(date(2026, 5, 11), lambda at: _rule(stage, at))
    when = stage.calendar.at(date(2025, 3, 31), 8)
    while when < stage.calendar.now - timedelta(days=1):
        stage.chronicle.add(when, _deliver)
        when += _EVERY
    stage.chronicle.add(stage.calendar.now - timedelta(minutes=5), _deliver)


def _rule(stage: Stage, at: datetime) -> None:
    """Have what findings ask for said earlier, and again while it is late; after two weeks to the head of audit."""
    actor = stage.actor(ADMINISTRATOR, at)
    terms = Terms(steps=(14, 7, 3, 0, -3, -7), head_of_audit_after=14, repeat_days=7)
    for kind in ("finding_due", "action_due"):
        set_rule(actor, kind, terms, day_of(at), at, None)


def _deliver(at: datetime) -> None:
    enqueue_reminders(application("scheduler"), at)
    actions.bundle(at)
    # Mail counts for nothing in a report; a demo that showed a year of it as waiting would mislead.
    Mail.update(state="sent", sent_at=at, attempts=1).where(Mail.state == "waiting").execute()
