"""Clears away files that killed processes left: half-written, named by no row, or erased in the rows only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from auditor import activity, db, leftovers
from auditor.evidence.actions import path_of
from auditor.evidence.models import StoredFile


def tidy(folder: Path, at: datetime) -> int:
    """Remove the bytes of erased files, and strays that are a day old; returns how many files went.

    Nothing goes while an older copy of the database stands in the place of the one that the log tells of: what
    it does not name may be named by the right one.
    """
    if activity.is_behind():
        return 0
    gone = 0
    for (sha256,) in db.tuples(
        StoredFile.select(StoredFile.sha256).where(StoredFile.erased_at.is_null(False))
    ):
        file = path_of(folder, sha256)
        if file.exists():
            file.unlink(missing_ok=True)
            gone += 1
    return gone + leftovers.clear(_strays(folder), at)


def _strays(folder: Path) -> Iterator[Path]:
    yield from folder.glob(".incoming-*")
    named = {sha256 for (sha256,) in db.tuples(StoredFile.select(StoredFile.sha256))}
    yield from (file for file in folder.glob("[0-9a-f][0-9a-f]/*") if file.name not in named)
