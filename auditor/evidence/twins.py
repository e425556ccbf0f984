"""Finds a file that was given already: a double click, or a form sent again after the process had died."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any, BinaryIO

from auditor.clock import day_of
from auditor.evidence.actions import NOTHING_SAID, About
from auditor.evidence.media import safe_name
from auditor.evidence.models import Evidence, StoredFile


def twin(
    beside: Collection[int],
    stream: BinaryIO,
    name: str,
    at: datetime,
    about: About = NOTHING_SAID,
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
            *_same(about, at),
        )
        .first()
    )
    return found


def twin_link(beside: Collection[int], url: str, title: str, at: datetime, about: About) -> Evidence | None:
    """Return the evidence among the ids ``beside`` that is this link and says the same of it."""
    found: Evidence | None = (
        Evidence.select()
        .where(
            Evidence.id.in_(list(beside)),
            Evidence.file.is_null(),
            Evidence.url == url.strip(),
            Evidence.name == title.strip(),
            *_same(about, at),
        )
        .first()
    )
    return found


def _same(about: About, at: datetime) -> tuple[Any, ...]:
    expires = Evidence.expires_on
    return (
        Evidence.about_on == (about.about_on or day_of(at)),
        expires.is_null() if about.expires_on is None else expires == about.expires_on,
        Evidence.source == about.source.strip(),
        Evidence.note == about.note.strip(),
    )
