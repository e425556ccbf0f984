"""One file with everything that an installation needs to come back, taken while people work (archive.py).

The tables are those of one moment. Evidence is copied afterwards: files are only ever added, or erased.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from auditor import activity, db, migrating
from auditor.access import Actor
from auditor.config import Settings
from auditor.errors import RuleBroken
from auditor.evidence.actions import path_of
from auditor.integrity import tables
from auditor.integrity.archive import Manifest, Writer
from auditor.language import _l

BACKUP_MADE = activity.event_type("backup.made", _l("Backup made"), "head", "hash", "files", "lacking")
_DRAFT = ".auditor-part"
_SECRETS = ("_KEY", "_PASSWORD")  # how the name of a secret in the environment ends
_NAMES_A_USER = re.compile(r"://[^/]*@")  # an address that may hold a password


@dataclass(frozen=True)
class Made:
    """A backup that lies on the disk: what is in it, how large it is, and what could not be put in."""

    manifest: Manifest
    size: int  # bytes
    lacking: list[str]  # SHA-256 of evidence files that are missing or changed
    key_fits: bool  # whether the key in use is the one that the log was written with


def back_up(
    actor: Actor,
    settings: Settings,
    file: Path,
    at: datetime,
    environ: Mapping[str, str],
    force: bool = False,
) -> Made:
    """Write ``file``, all of it or nothing, readable by its owner only, and record it in the log.

    Raises RuleBroken for a file that is there already (unless ``force``), and while another backup is being
    written to it.
    """
    with _draft(file, force) as out, Writer(out) as writer:
        with tables.snapshot():
            if not db.database.table_exists("activity_event"):
                raise RuleBroken(
                    _l("There is no company in %(data)s yet. Nothing was written.", data=settings.data)
                )
            head = activity.head()
            migrations = sorted(migrating.runner().applied())
            for name in tables.names():
                columns = tables.columns(name)
                writer.table(name, columns, tables.rows(name, columns))
            wanted = _evidence()
        lacking = [sha256 for sha256 in wanted if not _add(writer, sha256, settings.evidence_folder)]
        erased = _erased() if lacking else set()
        lacking = [sha256 for sha256 in lacking if sha256 not in erased]
        manifest = writer.close(
            settings.log_key, product=version("auditor"), made_at=at.isoformat(timespec="seconds"),
            engine="sqlite" if db.is_sqlite() else "postgresql", migrations=migrations, head=list(head),
            lacking=lacking, environment=environment(environ),
        )  # fmt: skip
    fits = activity.is_marked_with(settings.log_key)
    if fits:  # an event with another key would hide from the next start that the right one is away
        with activity.action(actor, at):
            activity.record(
                BACKUP_MADE, head=head[0], hash=head[1], files=manifest.files, lacking=len(manifest.lacking)
            )
    return Made(manifest, file.stat().st_size, lacking, fits)


@contextmanager
def _draft(file: Path, force: bool) -> Iterator[IO[bytes]]:
    """Give a file beside ``file`` that gets its name once the block has ended well.

    What killed backups left in the folder goes away.
    """
    if file.exists() and not force:
        raise RuleBroken(
            _l(
                "%(file)s is there already. Nothing was written. Name another file, or add --force.",
                file=file,
            )
        )
    try:
        with _locked(file.with_name(f".{file.name}{_DRAFT}")) as out:
            if out is None:
                raise RuleBroken(
                    _l("Another backup is being written to %(file)s. This one wrote nothing.", file=file)
                )
            yield from _written(out, file)
        _sync(file.parent)
    except OSError as error:
        reason = error.strerror or error
        raise RuleBroken(
            _l("%(file)s cannot be written: %(reason)s. Nothing was left there.", file=file, reason=reason)
        ) from error


def _written(out: IO[bytes], file: Path) -> Iterator[IO[bytes]]:
    draft = file.with_name(f".{file.name}{_DRAFT}")
    _clear(file.parent, draft)
    out.truncate(0)
    try:
        yield out
        out.flush()
        os.fsync(out.fileno())
        os.replace(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def _locked(draft: Path) -> Iterator[IO[bytes] | None]:
    """Open a draft that no other backup is writing; gives None where one is."""
    with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "w+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield out


def _clear(folder: Path, own: Path) -> None:
    """Remove drafts that nobody is writing: they hold personal data, under names that nobody looks for."""
    for left in folder.glob(f".*{_DRAFT}"):
        if left != own:
            with _locked(left) as out:
                if out is not None:
                    left.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _evidence() -> list[str]:
    rows = db.database.execute_sql("SELECT sha256 FROM stored_file WHERE erased_at IS NULL ORDER BY id")
    return [sha256 for (sha256,) in rows.fetchall()]


def _erased() -> set[str]:
    """What was erased while the files were copied is not lacking."""
    rows = db.database.execute_sql("SELECT sha256 FROM stored_file WHERE erased_at IS NOT NULL")
    return {sha256 for (sha256,) in rows.fetchall()}


def _add(writer: Writer, sha256: str, folder: Path) -> bool:
    """Add an evidence file; tells whether it could be read and is what its name says."""
    path = path_of(folder, sha256)
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return False
    except OSError:
        return False
    writer.evidence(sha256, path)
    return True


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that an installation takes from its environment; secrets by name only."""
    own = {name: value for name, value in sorted(environ.items()) if name.startswith("AUDITOR_")}
    own |= {name: environ[name] for name in ("DATABASE_URL",) if name in environ}
    return {
        name: "(secret: not kept)" if name.endswith(_SECRETS) or _NAMES_A_USER.search(value) else value
        for name, value in own.items()
    }
