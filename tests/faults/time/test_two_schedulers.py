"""Two schedulers at once leave what one leaves; where the one that works is killed, the other takes over."""

from __future__ import annotations

import multiprocessing
import os
import selectors
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor import create_app, db
from auditor.config import Settings
from tests.faults.time import world
from tests.faults.time.conftest import Left, Winter

_server = multiprocessing.get_context("forkserver")
_EVERY = 7  # days
_RETRY = 0.5
_ELECTED = "the scheduler runs in this process"
_SCHEDULER = f"""
import logging
logging.basicConfig(level=logging.INFO)
from auditor.scheduling import runner
runner._RETRY = {_RETRY}
from auditor.cli import main
main(["scheduler"])
"""


def _settings(url: str, data: Path) -> Settings:
    return Settings.load({"DATABASE_URL": url, "AUDITOR_SCHEDULER": "no"}, data=data)


def _work(url: str, data: Path, together: Any, told: Any) -> None:
    """Be a scheduler: run all jobs on some mornings, at the same time as the other; tell what did not go well."""
    ends: list[str] = []
    try:
        settings = _settings(url, data)
        app = create_app(settings)
        winter = Winter(app, settings, None)
        for ahead in (*range((world.LAST - world.FIRST).days, 0, -_EVERY), 0):
            together.wait(60)
            with app.app_context(), db.connected():
                runs = winter.run(world.instant(world.LAST - timedelta(days=ahead)))
                ends += [f"{one.job}: {one.detail}" for one in runs if one.outcome != "done"]
    except Exception:
        ends.append(traceback.format_exc())
    db.let_go()
    told.put(ends)


def test_two_processes_that_run_every_job_at_the_same_time_leave_what_one_leaves(
    winter: Winter, same: Callable[[Left], None]
) -> None:
    together, told = _server.Barrier(2), _server.Queue()
    where = winter.settings.database_url, winter.settings.data
    both = [_server.Process(target=_work, args=(*where, together, told)) for _ in range(2)]
    for one in both:
        one.start()
    ends = [told.get(timeout=90) for _ in both]
    for one in both:
        one.join(30)
    assert ends == [[], []]
    same(winter.left())


@pytest.fixture
def scheduler(winter: Winter) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `auditor scheduler` in a process of its own, which looks for the lock twice a second."""
    begun: list[subprocess.Popen[str]] = []
    environ = {**os.environ, "DATABASE_URL": winter.settings.database_url}
    environ["AUDITOR_DATA"] = str(winter.settings.data)

    def start() -> subprocess.Popen[str]:
        begun.append(
            subprocess.Popen(
                [sys.executable, "-c", _SCHEDULER], env=environ, stderr=subprocess.PIPE, text=True
            )
        )
        return begun[-1]

    yield start
    for one in begun:
        one.kill()
        one.wait()
        assert one.stderr is not None
        one.stderr.close()


def _elected(among: list[subprocess.Popen[str]], within: float) -> subprocess.Popen[str] | None:
    """Return the first of the processes that says within so many seconds that it is elected."""
    until = time.monotonic() + within
    with selectors.DefaultSelector() as waiting:
        for one in among:
            assert one.stderr is not None
            waiting.register(one.stderr, selectors.EVENT_READ, one)
        while (left := until - time.monotonic()) > 0:
            for key, _events in waiting.select(left):
                line = key.data.stderr.readline()
                if _ELECTED in line:
                    return key.data
                if not line:
                    waiting.unregister(key.fileobj)
    return None


def test_where_the_scheduler_that_works_is_killed_the_other_takes_over(
    scheduler: Callable[[], subprocess.Popen[str]],
) -> None:
    both = [scheduler(), scheduler()]
    first = _elected(both, 30)
    assert first is not None
    (other,) = [one for one in both if one is not first]
    assert _elected([other], 4 * _RETRY) is None, "one works, the other waits"
    first.send_signal(signal.SIGKILL)
    assert _elected([other], 20) is other
    other.send_signal(signal.SIGTERM)
    assert other.wait(20) == 0, "asked to stop, it finishes the running job and ends"
