"""The mail of the demo years: bundled as on every day, and taken as delivered, since no server is asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from auditor.access import application
from auditor.demo.stage import Stage
from auditor.notifications import actions
from auditor.notifications.models import Mail
from auditor.worklist.actions import enqueue_reminders

_EVERY = timedelta(days=14)


def enter(stage: Stage) -> None:
    """Have reminders written and mails bundled every other week until yesterday."""
    when = stage.calendar.at(date(2025, 3, 31), 8)
    while when < stage.calendar.now - timedelta(days=1):
        stage.chronicle.add(when, _deliver)
        when += _EVERY
    stage.chronicle.add(stage.calendar.now - timedelta(minutes=5), _deliver)


def _deliver(at: datetime) -> None:
    enqueue_reminders(application("scheduler"), at)
    actions.bundle(at)
    # Mail counts for nothing in a report; a demo that showed a year of it as waiting would mislead.
    Mail.update(state="sent", sent_at=at, attempts=1).where(Mail.state == "waiting").execute()
