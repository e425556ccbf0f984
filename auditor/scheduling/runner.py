"""The clockwork: APScheduler in the one process that holds the lock; the others try again each minute.

It starts after the server has forked (a scheduler started before never ticks in the child). What is right
rests on unique keys in the database, never on this election.

APScheduler times by the machine's clock: where somebody puts that back, every job would wait until it has
caught up. Hence a look at the steady clock, which nobody can put, every few seconds.
"""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO, Any

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from auditor import activity, clock, db, outages
from auditor.config import Settings
from auditor.scheduling import actions, queries
from auditor.scheduling.jobs import TABLE, Job, named

log = logging.getLogger("auditor.jobs")
_LOCK = 0x61756471
_RETRY = 60.0  # seconds
_LOOK = 5  # seconds between looks for runs that somebody asked for, and at the clock
_JUMP = 30  # seconds by which somebody has put the clock; a time server corrects less at a time


class Runner:
    """Elects itself and ticks."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.scheduler: BackgroundScheduler | None = None
        self._stop = threading.Event()
        # Held while the ticking begins or ends: APScheduler calls itself running before its thread is started.
        self._turn = threading.Lock()
        self._file: IO[str] | None = None
        self._connection: Any = None
        self._out = False

    def start(self) -> None:
        """Start trying for the lock in a thread of its own."""
        threading.Thread(target=self._elect, name="auditor-scheduler", daemon=True).start()

    def stop(self) -> None:
        """Let go of the lock and finish the running job."""
        self._stop.set()
        self._end()
        if self._file is not None:
            self._file.close()
        if self._connection is not None:
            # Given back by word: a closed connection keeps its locks until its server process has noticed.
            with suppress(psycopg.Error):
                self._connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
            self._connection.close()

    def _end(self) -> None:
        with self._turn:
            if self.scheduler is not None:
                self.scheduler.shutdown(wait=True)
                self.scheduler = None

    def _elect(self) -> None:
        while not self._stop.is_set():
            try:
                if self._take_lock():
                    self._tick()
                    return
            except (*outages.RAISED, psycopg.Error) as error:
                log.error("the scheduler cannot start yet: %s", outages.reason(error))
            except Exception:
                log.exception("the scheduler could not start; it tries again in a minute")
            self._stop.wait(_RETRY)

    def _take_lock(self) -> bool:
        """Try for the lock, held as long as this process lives (a file beside SQLite, a session on PostgreSQL)."""
        if self.settings.is_sqlite:
            self._file = (self.settings.data / "scheduler.lock").open("w")
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._file.close()
                return False
            return True
        url = self.settings.database_url.replace("psycopg3://", "postgresql://", 1)
        self._connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
        if row[0]:
            return True
        self._connection.close()
        self._connection = None
        return False

    def _tick(self) -> None:
        with self.app.app_context(), db.connected():
            actions.cut_off()  # the lock is ours: who held it before is gone
        # One thread: jobs never overlap each other in this process.
        scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": {"type": "threadpool", "max_workers": 1}},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for position, job in enumerate(TABLE):
            scheduler.add_job(
                self._run,
                "interval",
                args=[job],
                seconds=int(job.every.total_seconds()),
                # Each job runs at start too: memory forgets what was missed, the database knows.
                next_run_time=_soon(position),
                id=job.name,
            )
        scheduler.add_job(self._run_asked, "interval", seconds=_LOOK, id="asked")
        with self._turn:
            if self._stop.is_set():
                return
            self.scheduler = scheduler
            scheduler.start()
        log.info("the scheduler runs in this process")
        threading.Thread(target=self._watch, name="auditor-clock", daemon=True).start()

    def _watch(self) -> None:
        before = clock.ahead()
        while not self._stop.wait(_LOOK):
            before = self.look_at_clock(before)
            if not self.holds_lock():
                return

    def holds_lock(self) -> bool:
        """Tell whether this process is still the elected one; if not, it has stopped ticking and tries again.

        On PostgreSQL the lock ends with its session (a restart of the server), and another process may have it.
        """
        if self._connection is None:
            return True
        try:
            self._connection.execute("SELECT 1")
            return True
        except psycopg.Error as error:
            log.warning("the scheduler's lock is lost: %s", outages.reason(error))
        self._connection.close()
        self._connection = None
        self._end()
        if not self._stop.is_set():
            self.start()
        return False

    def look_at_clock(self, before: float) -> float:
        """Begin every interval anew where the clock was put since it was ``before`` seconds ahead; returns how far now."""
        ahead = clock.ahead()
        if abs(ahead - before) > _JUMP and self.scheduler is not None:
            log.warning("the machine's clock was put by %+.0f s; every job runs now", ahead - before)
            for position, job in enumerate(TABLE):
                self.scheduler.modify_job(job.name, next_run_time=_soon(position))
            self.scheduler.modify_job("asked", next_run_time=_soon(0))
        return ahead

    def _run(self, job: Job) -> None:
        self._reach(lambda: actions.run(job, self.settings, clock.now()))

    def _run_asked(self) -> None:
        def asked() -> None:
            for name in queries.asked():
                job = named(name)
                if job is not None:
                    actions.run(job, self.settings, clock.now())

        self._reach(asked)

    def _reach(self, work: Callable[[], object]) -> None:
        """Do ``work`` on a connection. While the database cannot be reached, runs wait; the log says so once."""
        try:
            with self.app.app_context(), db.connected():
                activity.keep_time()
                work()
        except outages.RAISED as error:
            if outages.of(error) is None:
                raise
            if not self._out:
                log.error("jobs wait for the database: %s", outages.reason(error))
            self._out = True
        else:
            if self._out:
                log.warning("the database is back; jobs go on")
            self._out = False


def _soon(position: int) -> datetime:
    return clock.machine() + timedelta(seconds=2 + position)
