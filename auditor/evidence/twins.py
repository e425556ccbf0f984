"""Finds a file that was given already: a double click, or a form sent again after the process had died."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from typing import BinaryIO

from auditor.clock import day_of
from auditor.evidence.media import safe_name
from auditor.evidence.models import Evidence, StoredFile


def twin(
    beside: Collection[int],
    stream: BinaryIO,
    name: str,
    at: datetime,
    about_on: date | None = None,
    note: str = "",
) -> Evidence | None:
    """Return the evidence among the ids ``beside`` that has these bytes, name, day and note; None without one.

    Reads ``stream`` from where it is and goes back there.
    """
    if not beside:
        return None
    start = stream.tell()
    digest = hashlib.sha256()
    while chunk := stream.read(1024 * 1024):
        digest.update(chunk)
    stream.seek(start)
    found: Evidence | None = (
        Evidence.select()
        .join(StoredFile)
        .where(
            Evidence.id.in_(list(beside)),
            StoredFile.sha256 == digest.hexdigest(),
            Evidence.name == safe_name(name),
            Evidence.about_on == (about_on or day_of(at)),
            Evidence.note == note,
        )
        .first()
    )
    return found
