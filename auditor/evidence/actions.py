"""Stores files by their hash and records what they are evidence of being."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from peewee import IntegrityError

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.errors import RuleBroken
from auditor.evidence.media import media_type_of, safe_name
from auditor.evidence.models import Evidence, StoredFile
from auditor.failpoints import FailPoint, reached
from auditor.language import _l

EVIDENCE_ADDED = activity.event_type("evidence.added", _l("Evidence added"), "evidence", "sha256", "size")
_CHUNK = 1024 * 1024


def add_file(
    actor: Actor,
    at: datetime,
    folder: Path,
    stream: BinaryIO,
    name: str,
    about_on: date | None = None,
    note: str = "",
    expires_on: date | None = None,
    replaces: Evidence | None = None,
) -> Evidence:
    """Store the bytes of ``stream`` under ``folder`` and return the new evidence.

    The file is written to a temporary name, synced and renamed before the rows are; a crash between leaves
    a file that nothing names, never a row without its file. Raises RuleBroken for an empty file, and for one
    that was erased: its bytes do not come back by another door.
    """
    sha256, size, head = _keep(folder, stream)
    if size == 0:
        raise RuleBroken(_l("The file is empty. Nothing was stored. Choose the file again."), "file")
    with activity.action(actor, at):
        stored = _stored(sha256, size, head, at)
        if stored.erased_at is not None:
            path_of(folder, sha256).unlink(missing_ok=True)
            raise RuleBroken(
                _l(
                    "This file was erased on purpose and is not taken in again. Nothing was stored. If it is"
                    " needed, choose a copy from which what had to go has been removed."
                ),
                "file",
            )
        evidence: Evidence = Evidence.create(
            file=stored,
            name=safe_name(name),
            about_on=about_on or clock.day_of(at),
            expires_on=expires_on,
            note=note,
            given_by=actor.person_id,
            given_at=at,
            replaces=replaces,
        )
        if stored.missing_since is not None:  # given again, it is back
            StoredFile.update(missing_since=None).where(StoredFile.id == stored.id).execute()
        activity.record(EVIDENCE_ADDED, evidence=evidence.id, sha256=sha256, size=size)
        return evidence


def _stored(sha256: str, size: int, head: bytes, at: datetime) -> StoredFile:
    """Return the row of these bytes, written unless they came before or somebody gives them just now."""
    known: StoredFile | None = StoredFile.get_or_none(StoredFile.sha256 == sha256)
    if known is not None:
        return known
    try:
        with db.database.atomic():
            return StoredFile.create(sha256=sha256, size=size, media_type=media_type_of(head), stored_at=at)
    except IntegrityError:
        return StoredFile.get(StoredFile.sha256 == sha256)


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the bytes with this hash lie under ``folder``."""
    return folder / sha256[:2] / sha256


def _keep(folder: Path, stream: BinaryIO) -> tuple[str, int, bytes]:
    """Write the bytes under their hash; returns hash, size in bytes and the first bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as out:
            while chunk := stream.read(_CHUNK):
                head = head or chunk[:4096]
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        reached(FailPoint.UPLOAD_WRITTEN)
        target = path_of(folder, digest.hexdigest())
        if size:
            target.parent.mkdir(exist_ok=True)
            # Also over the same bytes: what was written today is no stray to be cleared away (tidying.py).
            os.replace(temporary, target)
            _sync(target.parent)
        reached(FailPoint.UPLOAD_NAMED)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return digest.hexdigest(), size, head


def _sync(folder: Path) -> None:
    """Make the renamed entry itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
