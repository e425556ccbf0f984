"""Evidence that expires, of all features: whom it waits for, and what the reminder of it says."""

from __future__ import annotations

from typing import Any

from auditor.access import Actor
from auditor.audits import expiring as audits
from auditor.audits.inspections import expiring as inspections
from auditor.dated import Moment
from auditor.evidence.expiring import NOTICE, Place, headline, is_erased
from auditor.findings import expiring as findings
from auditor.language import _, format_long_day
from auditor.notifications.kinds import Words, kind
from auditor.work import DueThing, WorkItem


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the evidence that waits for the person."""
    return [
        *audits.waiting_for(actor, moment),
        *inspections.waiting_for(actor, moment),
        *findings.waiting_for(actor, moment),
    ]


def due_things(moment: Moment) -> list[DueThing]:
    """Return the evidence that waits for whoever can give a newer version, for the reminders."""
    return [*audits.due_things(moment), *inspections.due_things(moment), *findings.due_things(moment)]


@kind(NOTICE)
def _due(params: dict[str, Any], moment: Moment) -> Words | None:
    """Say what expires and where it hangs; nothing once it was replaced, taken off or cannot be replaced any more."""
    place = _place(params["id"], moment)
    if place is None or is_erased(place.evidence) or place.evidence.expires_on is None:
        return None
    last = place.evidence.expires_on
    return Words(
        headline(place.evidence, moment.day),
        _(
            "%(where)s: valid until %(day)s. A newer version is to take its place.",
            where=place.detail,
            day=format_long_day(last),
        ),
        urgent=last < moment.day,
    )


def _place(evidence_id: int, moment: Moment) -> Place | None:
    """Return the first place at which the piece of evidence can be replaced."""
    for row in audits.replaceable(moment, evidence_id):
        return audits.place_of(row)
    for row in inspections.replaceable(moment, evidence_id):
        return inspections.place_of(row)
    return next(iter(findings.replaceable(moment, evidence_id)), None)
