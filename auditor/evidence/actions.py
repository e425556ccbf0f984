"""Stores files by their hash and records what they are evidence of being."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from peewee import IntegrityError

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.errors import RuleBroken
from auditor.evidence.links import plain_address
from auditor.evidence.media import media_type_of, safe_name
from auditor.evidence.models import Evidence, StoredFile
from auditor.failpoints import FailPoint, reached
from auditor.language import _l

EVIDENCE_ADDED = activity.event_type("evidence.added", _l("Evidence added"), "evidence", "sha256", "size")
LINK_ADDED = activity.event_type("evidence.link_added", _l("Evidence added as a link"), "evidence")
LONGEST_LINE, LONGEST_NOTE = 200, 2_000
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class About:
    """What is said of a piece of evidence beside what it is."""

    about_on: date | None = None  # today where it was left out
    expires_on: date | None = None
    source: str = ""
    note: str = ""

    def check(self, at: datetime) -> None:
        """Raises RuleBroken where it cannot be so."""
        if self.expires_on is not None and self.expires_on < (self.about_on or clock.day_of(at)):
            raise RuleBroken(_l("It cannot expire before the date it is about."), "expires_on")
        if len(self.source) > LONGEST_LINE:
            raise RuleBroken(_l("Use at most %(count)s characters.", count=LONGEST_LINE), "source")
        if len(self.note) > LONGEST_NOTE:
            raise RuleBroken(_l("Use at most %(count)s characters.", count=LONGEST_NOTE), "shows")


NOTHING_SAID = About()


def add_file(
    actor: Actor,
    at: datetime,
    folder: Path,
    stream: BinaryIO,
    name: str,
    about: About = NOTHING_SAID,
    replaces: Evidence | None = None,
) -> Evidence:
    """Store the bytes of ``stream`` under ``folder`` and return the new evidence.

    The file is written to a temporary name, synced and renamed before the rows are; a crash between leaves
    a file that nothing names, never a row without its file. Raises RuleBroken for an empty file, for one that
    was erased (its bytes do not come back by another door), and when ``replaces`` has been replaced already.
    """
    about.check(at)
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
        evidence = _written(actor, at, about, replaces, file=stored, name=safe_name(name))
        if stored.missing_since is not None:  # given again, it is back
            StoredFile.update(missing_since=None).where(StoredFile.id == stored.id).execute()
        activity.record(EVIDENCE_ADDED, evidence=evidence.id, sha256=sha256, size=size)
        return evidence


def add_link(
    actor: Actor,
    at: datetime,
    url: str,
    title: str,
    about: About = NOTHING_SAID,
    replaces: Evidence | None = None,
) -> Evidence:
    """Keep an address as evidence and return it; nothing is fetched. Raises RuleBroken for what is none."""
    about.check(at)
    address, named = plain_address(url), title.strip()
    if not named:
        raise RuleBroken(_l("Enter a title: what somebody finds at this address."), "title")
    if len(named) > LONGEST_LINE:
        raise RuleBroken(_l("Use at most %(count)s characters.", count=LONGEST_LINE), "title")
    with activity.action(actor, at):
        evidence = _written(actor, at, about, replaces, url=address, name=named)
        activity.record(LINK_ADDED, evidence=evidence.id)
        return evidence


def _written(actor: Actor, at: datetime, about: About, replaces: Evidence | None, **what: Any) -> Evidence:
    """Write the row; of two who replace the same evidence, the second is refused."""
    try:
        with db.transaction():
            made: Evidence = Evidence.create(
                **what,
                about_on=about.about_on or clock.day_of(at),
                expires_on=about.expires_on,
                source=about.source.strip(),
                note=about.note.strip(),
                given_by=actor.person_id,
                given_at=at,
                replaces=replaces,
                version=1 if replaces is None else replaces.version + 1,
            )
            return made
    except IntegrityError:
        if replaces is None or not Evidence.select().where(Evidence.replaces == replaces).exists():
            raise
        raise RuleBroken(
            _l(
                "Somebody has replaced this evidence already. Nothing was stored; look at the newer version first."
            )
        ) from None


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
