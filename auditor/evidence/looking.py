"""Looks whether every evidence file lies where it was stored, so that one that is away is known before it is asked for."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from auditor import db
from auditor.evidence.actions import path_of
from auditor.evidence.models import StoredFile
from auditor.failpoints import FailPoint, reached

_CHUNK = 500


@dataclass(frozen=True)
class Seen:
    """What a look found: how many files are away, and how many marks it set or took off."""

    away: int
    changed: int


def look(folder: Path, at: datetime) -> Seen:
    """Mark the files that are away, and take the mark off those that are back. Changes nothing the second time.

    Looks for each file, its size and whether it can be read; what is in it is `auditor verify`'s matter.
    """
    away, gone, back = 0, [], []
    query = StoredFile.select(StoredFile.id, StoredFile.sha256, StoredFile.size, StoredFile.missing_since)
    for row in query.where(StoredFile.erased_at.is_null()).order_by(StoredFile.id).iterator():
        if is_there(folder, row):
            back += [row.id] if row.missing_since is not None else []
            continue
        away += 1
        gone += [row.id] if row.missing_since is None else []
    _mark(gone, at)
    _mark(back, None)
    return Seen(away, len(gone) + len(back))


def is_there(folder: Path, stored: StoredFile) -> bool:
    """Tell whether the file lies there, whole as far as its size tells, and can be read."""
    path = path_of(folder, stored.sha256)
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == stored.size and os.access(path, os.R_OK)


def away() -> list[StoredFile]:
    """Return the files that are away, the longest first: one query."""
    rows = StoredFile.select().where(StoredFile.missing_since.is_null(False), StoredFile.erased_at.is_null())
    return list(rows.order_by(StoredFile.missing_since, StoredFile.id))


def _mark(ids: list[int], at: datetime | None) -> None:
    for start in range(0, len(ids), _CHUNK):
        with db.transaction():
            chosen = StoredFile.id.in_(ids[start : start + _CHUNK])
            StoredFile.update(missing_since=at).where(chosen).execute()
        reached(FailPoint.EVIDENCE_MARKED)
