"""What happened to a plan: its states, and each change since it was approved with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from auditor.audits.programme.models import (
    CellNotNeeded,
    Programme,
    ProgrammeEntry,
    ProgrammeEntryDetail,
    ProgrammeState,
)
from auditor.audits.programme.words import SKIPPED, State
from auditor.audits.results import AuditKind
from auditor.dated import Moment
from auditor.language import _, _l
from auditor.people import queries as people


@dataclass(frozen=True)
class Step:
    """A state that the plan reached: who, when, with which comment."""

    state: State
    when: datetime
    who: str
    comment: str
    gaps: int


@dataclass(frozen=True)
class Changed:
    """A change of the approved plan."""

    when: datetime
    who: str
    what: str
    reason: str


def steps(programme: Programme, moment: Moment) -> list[Step]:
    """Return every state the plan reached, the first one first: two queries."""
    rows = list(
        ProgrammeState.select()
        .where(ProgrammeState.programme == programme.id, ProgrammeState.recorded_at <= moment.instant)
        .order_by(ProgrammeState.id)
    )
    names = people.names({row.recorded_by for row in rows}, moment)
    return [
        Step(State(row.state), row.recorded_at, names.get(row.recorded_by or 0, ""), row.comment, row.gaps)
        for row in rows
    ]


def approved_at(programme: Programme, moment: Moment) -> datetime | None:
    """Return when the plan was first approved: one query."""
    found: datetime | None = (
        ProgrammeState.select(ProgrammeState.recorded_at)
        .where(
            ProgrammeState.programme == programme.id,
            ProgrammeState.state == State.APPROVED.value,
            ProgrammeState.recorded_at <= moment.instant,
        )
        .order_by(ProgrammeState.id)
        .scalar()
    )
    return found


def _since(programme: Programme, since: datetime, moment: Moment) -> Any:
    entries = ProgrammeEntry.select(ProgrammeEntry.id).where(ProgrammeEntry.programme == programme.id)
    return (
        ProgrammeEntryDetail.entry.in_(entries),
        ProgrammeEntryDetail.recorded_at > since,
        ProgrammeEntryDetail.recorded_at <= moment.instant,
    )


def count(programme: Programme, moment: Moment) -> int:
    """Return how many changes of checks and cells there were since the approval: at most three queries."""
    since = approved_at(programme, moment)
    if since is None:
        return 0
    details = ProgrammeEntryDetail.select(fn.COUNT(ProgrammeEntryDetail.id)).where(
        *_since(programme, since, moment)
    )
    return int(details.scalar() or 0) + int(_cells(programme, since, moment).count())


def _cells(programme: Programme, since: datetime, moment: Moment) -> Any:
    return CellNotNeeded.select().where(
        CellNotNeeded.programme == programme.id,
        CellNotNeeded.recorded_at > since,
        CellNotNeeded.recorded_at <= moment.instant,
    )


def changes(
    programme: Programme,
    moment: Moment,
    names: Mapping[int, str],
    categories: Mapping[str, str],
    most: int = 200,
) -> list[Changed]:
    """Return the changes since the approval, the newest first, at most so many of each sort: five queries."""
    since = approved_at(programme, moment)
    if since is None:
        return []
    rows = list(
        ProgrammeEntryDetail.select(ProgrammeEntryDetail, ProgrammeEntry)
        .join(ProgrammeEntry)
        .where(*_since(programme, since, moment))
        .order_by(ProgrammeEntryDetail.id.desc())
        .limit(most)
    )
    replaced = [row.replaces_id for row in rows if row.replaces_id]
    earlier = {
        row.id: row for row in ProgrammeEntryDetail.select().where(ProgrammeEntryDetail.id.in_(replaced))
    }
    cells = list(_cells(programme, since, moment).order_by(CellNotNeeded.id.desc()).limit(most))
    persons = people.names({row.recorded_by for row in [*rows, *cells]}, moment)
    found = [
        Changed(
            row.recorded_at,
            persons.get(row.recorded_by or 0, ""),
            _words(row, earlier.get(row.replaces_id or 0), names),
            row.reason,
        )
        for row in rows
    ]
    for row in cells:
        words = _l("Not needed: %(cell)s") if not row.needed else _l("Needed after all: %(cell)s")
        cell = f"{names.get(row.subject_id, '')} × {categories.get(row.category, row.category)}"
        found.append(
            Changed(
                row.recorded_at, persons.get(row.recorded_by or 0, ""), words % {"cell": cell}, row.reason
            )
        )
    return sorted(found, key=lambda one: one.when, reverse=True)


def _words(row: ProgrammeEntryDetail, before: ProgrammeEntryDetail | None, names: Mapping[int, str]) -> str:
    about = f"{AuditKind(row.entry.kind).label} {names.get(row.entry.subject_id, '')}"
    if before is None:
        return str(_("Added: %(check)s, %(day)s", check=about, day=row.starts_on.isoformat()))
    if row.state != before.state:
        said = (
            _("Left out: %(check)s, %(day)s")
            if row.state == SKIPPED
            else _("Taken up again: %(check)s, %(day)s")
        )
        return str(said % {"check": about, "day": before.starts_on.isoformat()})
    if (row.starts_on, row.due_on) != (before.starts_on, before.due_on):
        return str(
            _(
                "Moved: %(check)s, %(before)s → %(after)s",
                check=about,
                before=before.starts_on.isoformat(),
                after=row.starts_on.isoformat(),
            )
        )
    if row.people != before.people:
        return str(_("Other people: %(check)s, %(day)s", check=about, day=row.starts_on.isoformat()))
    return str(_("Other controls: %(check)s, %(day)s", check=about, day=row.starts_on.isoformat()))
