"""Backups and restores as an operator does them: by the command line, into a place of either kind."""

from __future__ import annotations

import json
import os
import resource
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from auditor import create_app, db
from auditor.cli import main
from auditor.config import Settings
from auditor.integrity import archive
from tests.bed import databases

KEY = "a key of the log that only tests have"
Change = Callable[[dict[str, bytes], dict[str, Any]], None]


@dataclass(frozen=True)
class Place:
    """A data folder with the database that belongs to it, and the environment that names them."""

    folder: Path
    url: str = ""  # empty: SQLite in the folder

    @property
    def environ(self) -> dict[str, str | None]:
        said: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith("AUDITOR_") and "TEST" not in name
        }
        return {**said, "DATABASE_URL": self.url or None, "AUDITOR_LANGUAGE": "en", "AUDITOR_SCHEDULER": "no"}

    @property
    def settings(self) -> Settings:
        environ = {name: value for name, value in self.environ.items() if value is not None}
        return Settings.load(environ, data=self.folder)

    def run(self, *words: object, **environ: str) -> Result:
        """Run a command there, with connections of its own."""
        databases.let_go()
        done = CliRunner().invoke(
            main, [*map(str, words), "--data", str(self.folder)], env={**self.environ, **environ}
        )
        databases.let_go()
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The application there, its database open."""
        databases.let_go()
        app = create_app(self.settings)
        with app.app_context(), db.connected():
            yield app
        databases.let_go()

    def is_untouched(self) -> bool:
        """Nothing was left behind: no folder, no table."""
        if self.url:
            db.connect(self.url.replace("postgresql://", "psycopg3://"))
            with db.connected():
                tables = db.database.get_tables()
            databases.let_go()
            if tables:
                return False
        return not self.folder.exists()


def killed(work: Callable[[], object], owner: Any, name: str) -> None:
    """Do ``work`` in a process of its own that is killed where it calls ``owner.name``."""
    databases.let_go()
    child = os.fork()
    if child == 0:
        try:
            setattr(owner, name, _die)
            work()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "it came to its end"


def on_a_small_disk(place: Place, size: int, *words: object, **environ: str) -> tuple[int, str]:
    """Run a command that can write files of ``size`` bytes at most; gives its exit code and what it said."""
    databases.let_go()
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            done = place.run(*words, **environ)
            os.write(into, done.output.encode())
            os._exit(done.exit_code)
        finally:
            os._exit(99)
    os.close(into)
    with os.fdopen(out, encoding="utf-8") as said:
        output = said.read()
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), output


def _die(*_arguments: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def changed(good: Path, bad: Path, key: bytes, change: Change) -> Path:
    """Copy a backup with its entries changed, and its manifest marked anew by somebody who has the key."""
    with zipfile.ZipFile(good) as archived:
        entries = {name: archived.read(name) for name in archived.namelist()}
    manifest = json.loads(entries["manifest.json"])
    change(entries, manifest)
    if {"manifest.json", "manifest.mac"} <= set(entries):
        entries["manifest.json"] = json.dumps(manifest).encode()
        entries["manifest.mac"] = archive._mark(key, entries["manifest.json"]).encode()
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries.items():
            out.writestr(name, content)
    return bad
