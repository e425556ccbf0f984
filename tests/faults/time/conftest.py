"""The company in a database of the test, put back as often as it is wanted; and what a winter on time leaves."""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from auditor import clock, db
from auditor.config import Settings
from auditor.dated import Moment
from auditor.integrity.verify import verify
from auditor.scheduling import actions
from auditor.scheduling.jobs import TABLE, Job, named
from auditor.scheduling.models import JobRun
from tests.bed import databases
from tests.bed.absence import examples
from tests.faults.time import contents, world

JOBS = ("open_audits", "recheck_independence", "assign_training", "remind", "send_mail")
EXAMPLES = int(os.environ.get("AUDITOR_TIME_EXAMPLES") or examples(2, 6))


def is_reminder(kind: str) -> bool:
    return kind.endswith("_due")


@dataclass
class Left:
    """What a winter left behind."""

    rows: contents.Contents
    reminders: dict[tuple[str, str, int], list[int]]
    tidings: Counter[tuple[str, str, int]]
    still_open: set[tuple[str, str]]  # kind and thing of what reminders are still sent of


class Winter:
    """The company on the evening before, and its jobs."""

    def __init__(self, app: Flask, settings: Settings, database: databases.Database | None) -> None:
        self.app = app
        self.settings = settings
        self.database = database
        self._head = b""

    def begin(self) -> None:
        """Bring the company back to how it was before any job has run."""
        assert self.database is not None
        if not self._head:
            world.make()
            self.database.keep("winter")
            self._head = self.settings.head_file.read_bytes()
            return
        databases.let_go()
        self.database.empty()
        self.database.put_back("winter")
        db.database.connect()
        self.settings.head_file.write_bytes(self._head)

    def run(self, at: datetime, names: tuple[str, ...] = JOBS) -> list[JobRun]:
        """Run jobs as the scheduler does, at that instant."""
        with clock.standing_at(at):
            return [actions.run(_job(name), self.settings, clock.now()) for name in names]

    def run_together(self, at: datetime, names: tuple[str, ...] = JOBS, count: int = 2) -> list[str]:
        """Run jobs in ``count`` connections at the same time; return how each run ended that did not end well."""
        ends: list[str] = []

        def alone() -> None:
            try:
                with self.app.app_context(), db.connected():
                    runs = self.run(at, names)
                ends.extend(f"{one.job}: {one.detail}" for one in runs if one.outcome != "done")
            except Exception:
                ends.append(traceback.format_exc())

        threads = [Thread(target=alone) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ends

    def left(self) -> Left:
        """Return what there is now; the log proves it."""
        report = verify(self.settings.evidence_folder)
        assert not report.problems, report.problems
        picture = contents.Picture()
        return Left(
            picture.contents(),
            picture.reminders(is_reminder),
            picture.tidings(is_reminder),
            picture.still_open(Moment.at(world.instant(world.LAST))),
        )


def _job(name: str) -> Job:
    job = named(name)
    assert job is not None and job in TABLE
    return job


@pytest.fixture
def winter(app: Any, settings: Settings, bed_database: databases.Database) -> Iterator[Winter]:
    with app.app_context():
        made = Winter(app, settings, bed_database)
        made.begin()
        yield made


@pytest.fixture(scope="session")
def _kept() -> dict[str, Left]:
    return {}


@pytest.fixture
def on_time(winter: Winter, _kept: dict[str, Left]) -> Left:
    """What jobs that run every morning leave behind, and nothing else; the company stands at its begin again."""
    if "left" not in _kept:
        day = world.FIRST
        while day <= world.LAST:
            winter.run(world.instant(day))
            day += timedelta(days=1)
        _kept["left"] = winter.left()
        winter.begin()
    return _kept["left"]


@pytest.fixture
def same(on_time: Left) -> Callable[[Left], None]:
    """Holds that a winter left what one on time leaves."""

    def holds(left: Left) -> None:
        for table in on_time.rows:
            missing, more = on_time.rows[table] - left.rows[table], left.rows[table] - on_time.rows[table]
            assert not missing and not more, (table, "missing", list(missing)[:3], "more", list(more)[:3])
        assert left.tidings == on_time.tidings
        assert left.still_open == on_time.still_open
        for one in {*left.reminders, *on_time.reminders}:
            told, wanted = left.reminders.get(one, []), on_time.reminders.get(one, [])
            assert set(told) <= set(wanted) and len(told) == len(set(told)), (one, told, wanted)
            if one[:2] in left.still_open:
                assert min(told) == min(wanted), ("the most urgent reminder", one, told, wanted)

    return holds
