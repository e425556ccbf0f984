"""The place of a restore: an empty one before, a whole company after, and nothing in between.

Everything is made under other names. The database is put in place last, in one step, and decides: where it
is there, the rest follows it; where it is not, the rest goes away. So a killed restore leaves nothing that a
server would take for a company.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from peewee import OperationalError

from auditor import db
from auditor.config import Settings
from auditor.errors import ConfigurationError, RuleBroken
from auditor.integrity.outside import ERASURES, HEAD
from auditor.language import _l

FOLDER = "restoring"  # in the data folder, as long as a restore is not finished


def staged(settings: Settings) -> Settings:
    """Return the settings under which a restore works: other files, but the same PostgreSQL database."""
    url = settings.database_url
    return replace(
        settings, data=settings.data / FOLDER, database_url=f"{url}.{FOLDER}" if settings.is_sqlite else url
    )


@contextmanager
def place(settings: Settings) -> Iterator[None]:
    """Hold an empty place for a restore; once the block has ended well the company is in place.

    Raises RuleBroken for a place that is not empty, and while another restore works there. The block itself
    ends with the commit on PostgreSQL; on SQLite the file gets its name here.
    """
    with _held(settings) as folder:
        if not _is_empty(settings):
            raise RuleBroken(
                _l(
                    "There is a company in %(data)s already. A restore needs an empty folder and an empty database. Nothing was restored.",
                    data=settings.data,
                )
            )
        try:
            if settings.is_sqlite:
                _file(staged(settings)).touch(mode=0o600)  # connections never create one
            yield
            db.let_go()
            if settings.is_sqlite:
                _name(_file(staged(settings)), _file(settings))
        except BaseException as error:
            db.let_go()
            _clear(settings)
            if isinstance(error, OSError | OperationalError):
                reason = getattr(error, "strerror", None) or error
                raise RuleBroken(
                    _l(
                        "%(data)s cannot be written: %(reason)s. Nothing was restored.",
                        data=settings.data,
                        reason=reason,
                    )
                ) from error
            raise
        _follow(settings, folder)


def settle(settings: Settings) -> None:
    """Finish a restore that was killed at its end; called at each start, with the database connected.

    Raises ConfigurationError for one that is running or was killed earlier: there is no company yet.
    """
    folder = settings.data / FOLDER
    if not folder.exists():
        return
    with _lock(settings.data) as alone:
        if alone and _has_database(settings):
            _follow(settings, folder)
            return
    raise ConfigurationError(
        f"A restore into {settings.data} was not finished. There is no company there yet. "
        "Run auditor restore again; it begins anew."
        if alone
        else f"A restore into {settings.data} is running. Wait until it has finished."
    )


@contextmanager
def _held(settings: Settings) -> Iterator[Path]:
    """Hold the folder of a restore; what a killed one left there is thrown away, or put in place."""
    folder = settings.data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with _lock(settings.data) as alone:
        if not alone:
            raise RuleBroken(
                _l("Another restore into %(data)s is running. This one did nothing.", data=settings.data)
            )
        if _has_database(settings) and any(folder.iterdir()):
            _follow(settings, folder)
            folder.mkdir(mode=0o700)
        _clear(settings)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Hold the lock of restores on the data folder; gives False where somebody else does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _is_empty(settings: Settings) -> bool:
    """Tell whether nothing is there; the journal of a lost SQLite file would be read into the new one."""
    journal = settings.is_sqlite and _file(settings).with_name(f"{_file(settings).name}-wal").exists()
    return not (_has_database(settings) or journal or _has_files(settings.evidence_folder))


def _has_database(settings: Settings) -> bool:
    if settings.is_sqlite:
        file = _file(settings)
        return file.exists() and file.stat().st_size > 0
    with db.connected():
        return bool(db.database.get_tables())


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _name(draft: Path, file: Path) -> None:
    with draft.open("rb") as made:
        os.fsync(made.fileno())
    os.replace(draft, file)
    _sync(file.parent)


def _follow(settings: Settings, folder: Path) -> None:
    """Put in place what belongs to a database that is there."""
    if (folder / "evidence").is_dir():
        shutil.rmtree(settings.evidence_folder, ignore_errors=True)  # empty, or this has been done before
        os.replace(folder / "evidence", settings.evidence_folder)
    for name in (HEAD, ERASURES):
        if (folder / name).exists():
            os.replace(folder / name, settings.data / name)
    _sync(settings.data)
    shutil.rmtree(folder)


def _clear(settings: Settings) -> None:
    shutil.rmtree(settings.data / FOLDER, ignore_errors=True)
    if settings.is_sqlite:
        draft = _file(staged(settings))
        for end in ("", "-wal", "-shm"):
            draft.with_name(draft.name + end).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
