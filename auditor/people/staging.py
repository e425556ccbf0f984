"""Keeps an uploaded roster until it is applied or a day has passed, so that a closed browser loses nothing."""

from __future__ import annotations

import os
import tempfile
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from auditor import db, leftovers
from auditor.access import Actor
from auditor.errors import NotFound, RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.people import queries
from auditor.people.models import RosterImport, StagedRoster
from auditor.people.plan import RosterPlan
from auditor.people.planning import plan_roster
from auditor.people.roster_file import RosterFile, read_roster

KEPT = timedelta(hours=24)
FOLDER = "imports"  # in the data folder


def stage(
    actor: Actor, folder: Path, content: bytes, filename: str, effective_from: date, whole: bool, at: datetime
) -> StagedRoster:
    """Keep ``content`` under its hash in ``folder`` and return the entry; the same upload again returns the first."""
    discard_old(folder, at)
    digest = sha256(content).hexdigest()
    values = {"file_hash": digest, "effective_from": effective_from, "whole_roster": whole}
    known: StagedRoster | None = StagedRoster.get_or_none(
        *[getattr(StagedRoster, name) == value for name, value in values.items()],
        StagedRoster.uploaded_by == actor.person_id
        if actor.person_id
        else StagedRoster.uploaded_by.is_null(),
        StagedRoster.applied.is_null(),
    )
    _keep(folder, digest, content)
    reached(FailPoint.ROSTER_KEPT)
    if known is not None:
        StagedRoster.update(expires_at=at + KEPT).where(StagedRoster.id == known.id).execute()
        return known
    made: StagedRoster = StagedRoster.create(
        **values, filename=Path(filename).name[-200:] or "roster", uploaded_by=actor.person_id, uploaded_at=at,
        expires_at=at + KEPT,
    )  # fmt: skip
    reached(FailPoint.ROSTER_STAGED)
    return made


def _keep(folder: Path, digest: str, content: bytes) -> None:
    """Write the file under another name, sync it, then give it its own: never half a file (design §5)."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".upload")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, folder / digest)
    finally:
        Path(name).unlink(missing_ok=True)


def staged_for(staged_id: int, at: datetime) -> StagedRoster:
    """Return an upload that still waits. Raises NotFound once it is a day old."""
    row: StagedRoster | None = StagedRoster.get_or_none(StagedRoster.id == staged_id)
    if row is None or (row.applied_id is None and row.expires_at <= at):
        raise NotFound
    return row


def waiting(at: datetime) -> list[StagedRoster]:
    """Return the uploads that wait to be applied, newest first: one query."""
    rows = StagedRoster.select().where(StagedRoster.applied.is_null(), StagedRoster.expires_at > at)
    return list(rows.order_by(StagedRoster.id.desc()))


def read(folder: Path, row: StagedRoster) -> RosterFile:
    """Read the kept file against what is registered now.

    Raises NotFound when it is gone from the disk, RuleBroken when it is not what was uploaded.
    """
    try:
        content = (folder / row.file_hash).read_bytes()
    except FileNotFoundError as error:
        raise NotFound from error
    if sha256(content).hexdigest() != row.file_hash:
        raise RuleBroken(
            _l("The uploaded file was damaged on the disk. Nothing was changed. Upload it once more.")
        )
    return read_bytes(content, row.filename)


def read_bytes(content: bytes, filename: str) -> RosterFile:
    """Read a roster against the departments and employee numbers registered now: two queries."""
    return read_roster(
        content,
        filename,
        known_departments=queries.department_names(),
        known_numbers=queries.employee_numbers(),
    )


def plan(folder: Path, row: StagedRoster, at: datetime) -> RosterPlan:
    """Plan a kept upload against the database as it stands."""
    return plan_roster(read(folder, row), row.effective_from, row.whole_roster, at)


def applied(folder: Path, row: StagedRoster, made: RosterImport) -> None:
    """Say that the upload has been applied; the file with everybody's data does not stay."""
    reached(FailPoint.ROSTER_APPLIED)
    StagedRoster.update(applied=made).where(StagedRoster.id == row.id).execute()
    reached(FailPoint.ROSTER_SETTLED)
    _forget(folder, row.file_hash)


def discard(folder: Path, row: StagedRoster) -> None:
    """Throw an upload away."""
    StagedRoster.delete().where(StagedRoster.id == row.id, StagedRoster.applied.is_null()).execute()
    reached(FailPoint.ROSTER_DISCARDED)
    _forget(folder, row.file_hash)


def discard_old(folder: Path, at: datetime) -> int:
    """Throw away what has waited for more than a day; returns how many. Safe to run at any time and twice."""
    old = list(StagedRoster.select().where(StagedRoster.applied.is_null(), StagedRoster.expires_at <= at))
    for row in old:
        discard(folder, row)
    return len(old)


def clear_strays(folder: Path, at: datetime) -> int:
    """Remove files that no upload waits for: of a process that was killed before it named or forgot them."""
    waiting = StagedRoster.select(StagedRoster.file_hash).where(StagedRoster.applied.is_null())
    named = {digest for (digest,) in db.tuples(waiting)}
    return leftovers.clear((file for file in folder.glob("*") if file.name not in named), at)


def _forget(folder: Path, digest: str) -> None:
    if (
        not StagedRoster.select()
        .where(StagedRoster.file_hash == digest, StagedRoster.applied.is_null())
        .exists()
    ):
        (folder / digest).unlink(missing_ok=True)
