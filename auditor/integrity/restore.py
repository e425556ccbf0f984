"""Makes the company of a backup in an empty place, on either database, whichever it was made on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from auditor import activity, db, migrating, tablesizes
from auditor.access import Actor
from auditor.accounts.models import PasswordToken
from auditor.activity import ActivityEvent
from auditor.config import Settings
from auditor.errors import RuleBroken
from auditor.evidence.actions import path_of
from auditor.integrity import again, outside, tables, unfinished
from auditor.integrity.archive import BadBackup, Manifest, Reader
from auditor.integrity.outside import Outside
from auditor.integrity.verify import Problem, verify
from auditor.language import _l
from auditor.notifications.models import Mail
from auditor.people.models import StagedRoster
from auditor.worklist.models import CalendarFeed

BACKUP_RESTORED = activity.event_type(
    "backup.restored", _l("Restored from a backup"), "made_at", "head", "hash", "lost"
)


@dataclass(frozen=True)
class Restored:
    """A company that is back, and what to know about it."""

    manifest: Manifest
    upgraded: list[str]  # migrations applied after the rows were in
    lost: int | None  # events that came after the backup; None where nobody knows
    erased: int | None  # erasures done again; None where no list of them was given
    waiting: int  # mails in the outbox
    problems: list[Problem]


def restore(
    actor: Actor,
    settings: Settings,
    backup: Reader,
    folder: Path | None,
    at: datetime,
    key_lost: bool = False,
) -> Restored:
    """Restore ``backup`` into the empty place of ``settings`` and look at all of it.

    ``folder`` holds what was kept outside. The application runs on ``unfinished.staged(settings)``. Raises
    BadBackup or RuleBroken, and then nothing is left behind.
    """
    manifest = backup.manifest
    if not key_lost:
        backup.check_key(settings.log_key)
    target = _known(manifest)
    with unfinished.place(settings):
        work = unfinished.staged(settings)
        _enough_room(work.data, backup)
        _write_evidence(backup, work.evidence_folder)
        with db.connected(), _one_transaction():
            upgraded = _write_tables(backup, target)
            tablesizes.learn_all()
            _same_head(manifest)
            known = Outside() if folder is None else _fitting(outside.read(folder), manifest)
            lost = None if known.head is None else max(0, known.head[0] - manifest.head[0])
            outside.write(work.head_file, _head(manifest))
            with activity.action(actor, at):
                _reset(at)
                activity.record(
                    BACKUP_RESTORED, made_at=manifest.made_at, head=manifest.head[0], hash=manifest.head[1],
                    lost=lost,
                )  # fmt: skip
            erased = None
            if known.erasures is not None:
                since = [event for event in known.erasures if event.seq > manifest.head[0]]
                erased = again.erase_again(actor, since, work.evidence_folder, at)
            outside.note()
            waiting = Mail.select().where(Mail.state == "waiting").count()
            report = verify(work.evidence_folder)
    return Restored(manifest, upgraded, lost, erased, waiting, report.problems)


def _known(manifest: Manifest) -> str:
    """Return the migration at which the backup stands. Raises BadBackup for one of a newer version."""
    own = [entry.name for entry in migrating.runner().migrations()]
    newer = [name for name in manifest.migrations if name not in own]
    if newer:
        raise BadBackup(
            _l(
                "This backup was made by auditor %(made)s, which is newer (it has %(step)s); this is auditor %(own)s. Install that version.",
                made=manifest.product,
                step=newer[-1],
                own=version("auditor"),
            )
        )
    if not manifest.migrations or manifest.migrations != own[: len(manifest.migrations)]:
        raise BadBackup(_l("The list of contents of this backup cannot be read."))
    return manifest.migrations[-1]


def _enough_room(folder: Path, backup: Reader) -> None:
    free = shutil.disk_usage(folder).free
    if backup.size > free:
        raise BadBackup(
            _l(
                "What is in this backup needs %(needed)d MB, and %(free)d MB are free.",
                needed=backup.size // 1_000_000,
                free=free // 1_000_000,
            )
        )


def _write_evidence(backup: Reader, folder: Path) -> None:
    for sha256, pieces in backup.evidence():
        path = path_of(folder, sha256)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as out:
            for piece in pieces:
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())


@contextmanager
def _one_transaction() -> Iterator[None]:
    """All or nothing on PostgreSQL; on SQLite the whole file is thrown away instead."""
    if db.is_sqlite():
        db.database.execute_sql("PRAGMA synchronous = 0")
        yield
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with db.database.atomic():
        yield


def _write_tables(backup: Reader, target: str) -> list[str]:
    """Make the tables as they were, fill them, bring them up to date; returns the migrations that did."""
    migrations = migrating.runner()
    migrations.up(target)
    entries = backup.manifest.tables
    _same_shape(backup.manifest)
    if db.is_sqlite():
        db.database.execute_sql("PRAGMA foreign_keys = 0")
    with db.transaction(), tables.unlinked():
        for entry in entries:
            tables.load(entry.name, entry.columns, backup.rows(entry))
    tables.count_on(entry.name for entry in entries)
    upgraded: list[str] = migrations.up()
    if db.is_sqlite():
        db.database.execute_sql("PRAGMA foreign_keys = 1")
    return upgraded


def _same_shape(manifest: Manifest) -> None:
    there = {name: set(tables.columns(name)) for name in tables.names()}
    said = {entry.name: set(entry.columns) for entry in manifest.tables}
    for name in sorted({*there, *said}):
        if there.get(name) != said.get(name) or len(said) != len(manifest.tables):
            raise BadBackup(
                _l(
                    "Table %(table)s in this backup is not that of auditor %(made)s.",
                    table=name,
                    made=manifest.product,
                )
            )


def _same_head(manifest: Manifest) -> None:
    if list(activity.head()) != manifest.head:
        raise BadBackup(_l("The log in this backup does not end where its list of contents says."))


def _head(manifest: Manifest) -> bytes:
    return f'{{"seq": {manifest.head[0]}, "hash": "{manifest.head[1]}"}}'.encode()


def _fitting(known: Outside, manifest: Manifest) -> Outside:
    """Refuse what was kept of another log: its erasures would hit others' rows here."""
    told = [(event.seq, event.hash) for event in known.erasures or []]
    told += [known.head] if known.head is not None else []
    within = {seq: link for seq, link in told if seq <= manifest.head[0]}
    own = ActivityEvent.select(ActivityEvent.seq, ActivityEvent.hash).where(
        ActivityEvent.seq.in_(list(within))
    )
    if {event.seq: event.hash for event in own} != within:
        raise RuleBroken(
            _l(
                "What was kept outside is of another log than this backup: of another installation, or of the time before an earlier restore. Nothing was restored."
            )
        )
    return known


def _reset(at: datetime) -> None:
    """End what only the old installation could go on with."""
    Mail.update(state="waiting", claimed_until=None).where(Mail.state == "sending").execute()
    PasswordToken.update(expires_at=at).where(PasswordToken.expires_at > at).execute()
    # An address that was revoked after the backup must not open again.
    CalendarFeed.update(ended_at=at).where(CalendarFeed.ended_at.is_null()).execute()
    StagedRoster.delete().where(StagedRoster.applied.is_null()).execute()  # their files are not in a backup
