"""What happened with one assignment, for those who lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from auditor.dated import Moment
from auditor.training import reading
from auditor.training.models import Assignment, AssignmentDue, ContentShown, Exemption


@dataclass(frozen=True)
class Entry:
    """One thing that happened; ``by`` is the person who did it, None for the application."""

    at: datetime
    kind: str  # assigned, shown, read, quiz, attested, due, returned, exempt, withdrawn
    by: int | None
    text: str = ""  # a reason, as written
    day: date | None = None
    language: str = ""
    correct: int = 0
    asked: int = 0
    receipt: str = ""


def of(row: Assignment, moment: Moment) -> list[Entry]:
    """Return what happened up to ``moment``, the latest first: a constant number of queries."""
    me = row.person_id
    found = [Entry(row.assigned_at, "assigned", None, day=row.due_on)]
    for shown in ContentShown.select().where(ContentShown.assignment == row.id):
        kind = "read" if shown.part == "end" else "shown"
        found.append(Entry(shown.shown_at, kind, me, language=shown.language))
    for _attempt, result in reading.attempts(row.id):
        if result is not None:
            found.append(Entry(result.submitted_at, "quiz", me, correct=result.correct, asked=result.asked))
    for signed in reading.attestations(row.id):
        found.append(
            Entry(signed.attested_at, "attested", me, language=signed.language, receipt=signed.receipt)
        )
    for due in AssignmentDue.select().where(AssignmentDue.assignment == row.id):
        # The application's own rows have no reason: they follow from a return.
        kind = "due" if due.reason else "returned"
        found.append(Entry(due.recorded_at, kind, due.recorded_by, due.reason, due.due_on))
    for exemption in Exemption.select().where(Exemption.assignment == row.id):
        kind = "exempt" if exemption.exempt else "withdrawn"
        found.append(Entry(exemption.recorded_at, kind, exemption.recorded_by, exemption.reason))
    order = ("assigned", "shown", "read", "quiz", "attested", "due", "returned", "exempt", "withdrawn")
    known = [entry for entry in found if entry.at <= moment.instant]
    return sorted(known, key=lambda entry: (entry.at, order.index(entry.kind)), reverse=True)
