"""The processes that are killed and those that come after: forked from a server that has read the code once.

Each is a process of its own with connections of its own; what it finds goes back through a pipe.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import argon2
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from auditor import activity, clock, connections, db, failpoints, open_database
from auditor.accounts import passwords
from auditor.config import Mail, Settings
from auditor.failpoints import FailPoint
from auditor.integrity.verify import verify
from auditor.notifications import actions as notices
from auditor.scheduling.models import JobRun
from tests.bed import application
from tests.bed.catalogue import schema
from tests.faults.killed import contents, works, world

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["tests.faults.killed.warm"])
KILLED = -signal.SIGKILL
SYNCHRONOUS = connections.SYNCHRONOUS  # as it is in an installation
_PATIENCE = 300  # seconds, on a machine that is busy with other tests


@dataclass(frozen=True)
class Place:
    """Where a copy of the company lies, and where its mail goes."""

    folder: Path
    url: str
    mail_port: int = 0

    def settings(self) -> Settings:
        made = Settings.load({"DATABASE_URL": self.url, "AUDITOR_SCHEDULER": "no"}, data=self.folder)
        mail = Mail("127.0.0.1", self.mail_port, sender="audit@example.jp", timeout=60)
        return replace(made, mail=mail) if self.mail_port else made


@dataclass
class Found:
    """What a process found: what verify said, the rows, the log, the files."""

    problems: list[str] = field(default_factory=list)
    rows: contents.Rows = field(default_factory=dict)
    events: list[tuple[str, str, str]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    runs: list[tuple[str, str]] = field(default_factory=list)
    kept: int = 0  # number of the event that the kept end of the log names
    schema: Any = None  # of an installation


def in_a_process(work: Callable[..., Any], *arguments: Any) -> tuple[int, Any]:
    """Run ``work`` in a forked process; return how it ended and what it returned."""
    here, there = _server.Pipe(duplex=False)
    process = _server.Process(target=_tell, args=(there, work, arguments))
    process.start()
    there.close()
    try:
        said, value = here.recv() if here.poll(_PATIENCE) else ("failed", f"{work.__name__} did not end")
    except EOFError:
        said, value = "killed", None
    if said == "failed":
        process.kill()
    process.join()
    assert said != "failed", value
    return process.exitcode or 0, value


def _tell(there: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    light = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._hasher, passwords._NOBODYS = light, light.hash("nobody's password")
    connections.SYNCHRONOUS = "normal"  # what is killed here is a process, not the power
    db._CHUNK = notices._CHUNK = 2  # so that a small company fills several
    try:
        answer = "done", work(*arguments)
    except BaseException:
        answer = "failed", traceback.format_exc()
    there.send(answer)


def make(place: Place) -> world.World:
    """Make the company in an empty folder and an empty database."""
    settings = place.settings()
    open_database(settings)
    app = application.built(settings)
    with app.app_context(), db.connected():
        made = world.make(settings)
        if settings.is_sqlite:
            db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.let_go()
    return made


def be_killed(place: Place, made: world.World, name: str, point: FailPoint, nth: int) -> None:
    """Do the work and be killed when it comes to ``point`` for the ``nth`` time."""
    passed = []

    def kill() -> None:
        passed.append(point)
        if len(passed) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.arm(point, kill)
    work = works.WORKS[name]
    with _at_work(place, made, work.at, work.base) as stage:
        work.do(stage)


def go_on(place: Place, made: world.World, name: str) -> tuple[Found, Found, Found]:
    """Start again: say what there is, do the work (again), say what there is then, and after a later tidying."""
    work = works.WORKS[name]
    before = Found()  # of an empty folder there is nothing to say
    with _at_work(place, made, work.at + work.later, work.base) as stage:
        if work.base == "company":
            before = _found(stage, work)
            with db.connected():
                contents.count_on()
        work.do(stage)
        after = _found(stage, work)
        with clock.standing_at(work.at + timedelta(days=3)):
            contents.put_back(stage.settings(), work.at)
            for daily in ("erase", "tidy"):
                works.job(daily)(stage)
        return before, after, Found(files=contents.files(stage.settings()))


def count_on(place: Place) -> None:
    """Have the next rows numbered as if nothing had been rolled back."""
    with _at_work(place, world.World({}), world.NOW, "company"), db.connected():
        contents.count_on()


def look(place: Place, made: world.World, name: str) -> Found:
    """Say what there is, and do nothing."""
    work = works.WORKS[name]
    with _at_work(place, made, work.at, "company") as stage:
        return _found(stage, work)


@contextmanager
def _at_work(place: Place, made: world.World, at: datetime, base: str) -> Any:
    with clock.standing_at(at):
        if base == "nothing":
            yield works.Stage(place.settings, None, made)
        else:
            settings = place.settings()
            app = application.built(settings)
            app.test_client_class = FlaskClient  # pages are checked elsewhere
            app.config["WTF_CSRF_ENABLED"] = False  # the same form is sent again; tokens have their own tests
            app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(place.folder.parent))
            yield works.Stage(place.settings, app, made)
    db.let_go()


def _found(stage: works.Stage, work: works.Work) -> Found:
    settings = stage.settings()
    app = stage.app or application.built(settings)
    with app.app_context(), db.connected():
        report = verify(settings.evidence_folder)
        kept = activity.kept_head()
        return Found(
            problems=[str(problem) for problem in report.problems],
            rows=contents.rows(work.ignored),
            events=contents.events(),
            files=contents.files(settings),
            runs=[
                (row.job, row.state)
                for row in JobRun.select().where(JobRun.job != works.YESTERDAYS).order_by(JobRun.id)
            ],
            kept=kept[0] if kept else 0,
            schema=schema() if work.base == "nothing" else None,
        )
