"""The demo company for tests: made once a run at the cast's NOW, then copied for each use."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from auditor import create_app, db
from auditor.config import Settings
from auditor.demo.build import build
from tests.bed import databases
from tests.cast import NOW

Upgrade = Callable[[str], None]
_NAME = "database"  # the file that names the company's database on a server


@dataclass(frozen=True)
class Template:
    """A folder with keys and evidence, and a database, that hold the demo company."""

    folder: Path
    server: str | None  # of PostgreSQL; None: the database is a file in the folder
    name: str = ""

    @contextmanager
    def copy(self, folder: Path, **environ: str) -> Iterator[Settings]:
        """Give the settings of a copy of the company in ``folder``; its database goes away afterwards."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        if self.server is None:
            yield Settings.load({"AUDITOR_SCHEDULER": "no", **environ}, data=folder)
            return
        name = f"auditor_copy_{uuid4().hex[:8]}"
        _administer(self.server, "CREATE DATABASE {} TEMPLATE {}", name, self.name)
        try:
            url = _named(self.server, name)
            yield Settings.load({"AUDITOR_SCHEDULER": "no", **environ, "DATABASE_URL": url}, data=folder)
        finally:
            _administer(self.server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def template(folder: Path, upgrade: Upgrade) -> Iterator[Template]:
    """Make the company in ``folder``, or take the one that another process of the same run has made there.

    ``forget(folder)`` drops its database when the run is over.
    """
    server = databases.chosen_server()
    made = folder / "demo-company"
    with (folder / "demo-company.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "ready").exists():
            forget(folder)
            made.mkdir()
            url = (
                f"sqlite:///{made / 'auditor.sqlite3'}"
                if server is None
                else _named(server, _new(server, made))
            )
            _make(made, url, upgrade)
            (made / "ready").touch()
    yield Template(made, server, "" if server is None else (made / _NAME).read_text())


def forget(folder: Path) -> None:
    """Remove the company of a run and its database."""
    made = folder / "demo-company"
    server = databases.chosen_server()
    if server is not None and (made / _NAME).exists():
        _administer(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", (made / _NAME).read_text())
    shutil.rmtree(made, ignore_errors=True)


def _new(server: str, made: Path) -> str:
    """Create a database and note its name in the folder."""
    name = f"auditor_demo_{uuid4().hex[:8]}"
    (made / _NAME).write_text(name)
    _administer(server, "CREATE DATABASE {}", name)
    return name


def _make(folder: Path, url: str, upgrade: Upgrade) -> None:
    upgrade(url)
    settings = Settings.load({"DATABASE_URL": url, "AUDITOR_SCHEDULER": "no"}, data=folder)
    app = create_app(settings)
    with app.app_context(), db.connected():
        if settings.is_sqlite:
            db.database.execute_sql("PRAGMA synchronous = 0")
        build(settings, NOW)
        if settings.is_sqlite:
            db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    databases.let_go()


def _named(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _administer(server: str, statement: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
