"""A history file between its upload and its import: kept for a day for whoever chose it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.findings.history.entries import HistoryPlan
from auditor.findings.history.reading import plan_of
from auditor.findings.models import HistoryUpload

KEPT = timedelta(hours=24)


def keep(person_id: int, name: str, content: bytes, at: datetime) -> HistoryUpload:
    """Keep a file for its author to look at; the same one again is kept once."""
    tidy(at)
    digest = hashlib.sha256(content).hexdigest()
    mine = (HistoryUpload.person == person_id, HistoryUpload.file_hash == digest, ~HistoryUpload.done)
    known: HistoryUpload | None = HistoryUpload.get_or_none(*mine)
    if known is not None:
        HistoryUpload.update(uploaded_at=at).where(HistoryUpload.id == known.id).execute()
        return known
    made: HistoryUpload = HistoryUpload.create(
        person=person_id,
        name=Path(name.replace("\\", "/")).name[-200:] or "history.xlsx",
        file_hash=digest,
        content=content,
        uploaded_at=at,
    )
    return made


def upload_for(person_id: int | None, upload_id: int, at: datetime) -> HistoryUpload:
    """Return an upload of the person's own. Raises NotFound for anybody else's, and after a day."""
    found: HistoryUpload | None = HistoryUpload.get_or_none(
        HistoryUpload.id == upload_id,
        HistoryUpload.person == person_id,
        HistoryUpload.uploaded_at > at - KEPT,
    )
    if found is None:
        raise NotFound
    return found


def waiting(person_id: int | None, at: datetime) -> list[tuple[int, str, datetime]]:
    """Return id, name and time of what the person has uploaded and neither imported nor discarded."""
    rows = (
        HistoryUpload.select(HistoryUpload.id, HistoryUpload.name, HistoryUpload.uploaded_at)
        .where(HistoryUpload.person == person_id, HistoryUpload.uploaded_at > at - KEPT, ~HistoryUpload.done)
        .order_by(HistoryUpload.id.desc())
    )
    return [(row.id, row.name, row.uploaded_at) for row in rows]


def plan(upload: HistoryUpload, at: datetime) -> HistoryPlan:
    """Plan a kept upload against the database as it stands."""
    return plan_of(bytes(upload.content), Moment.at(at))


def settle(upload: HistoryUpload) -> None:
    """Say that the file was imported; what it held goes."""
    HistoryUpload.update(done=True, content=b"").where(HistoryUpload.id == upload.id).execute()


def discard(upload: HistoryUpload) -> None:
    """Throw an upload away."""
    HistoryUpload.delete().where(HistoryUpload.id == upload.id).execute()


def tidy(at: datetime) -> int:
    """Throw away what was uploaded more than a day ago; returns how much. Safe at any time and twice."""
    return int(HistoryUpload.delete().where(HistoryUpload.uploaded_at <= at - KEPT).execute())
