"""A run whose process was killed is shown as interrupted, and holds up nothing."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from click.testing import CliRunner

from auditor import db
from auditor.cli import main
from auditor.scheduling import actions
from auditor.scheduling.jobs import named
from auditor.scheduling.models import JobRun
from auditor.scheduling.runner import Runner
from tests import cast as members
from tests.bed import databases
from tests.bed.pages import text_of

NOW = members.NOW


@pytest.fixture
def left(cast: members.Cast) -> JobRun:
    """What the dead process left in the table."""
    row: JobRun = JobRun.create(job="send_mail", started_at=NOW)
    return row


def _state(row: JobRun) -> str:
    return JobRun.get_by_id(row.id).state


def test_the_next_run_of_the_job_says_so_and_is_done(left: JobRun, app: Any, settings: Any) -> None:
    job = named("send_mail")
    assert job is not None and _state(left) == "running"
    with app.app_context():
        assert actions.run(job, settings, NOW).outcome == "done"
    assert _state(left) == "interrupted"


def test_a_run_of_another_job_says_nothing_of_it(left: JobRun, app: Any, settings: Any) -> None:
    job = named("remind")
    assert job is not None
    with app.app_context():
        actions.run(job, settings, NOW)
    assert _state(left) == "running"


def test_whoever_is_elected_next_says_so(left: JobRun, app: Any, settings: Any) -> None:
    runner = Runner(app, settings)
    runner.start()
    ends = time.monotonic() + 30
    while _state(left) == "running":
        assert time.monotonic() < ends
        time.sleep(0.02)
    while runner.scheduler is None or not runner.scheduler.running:
        assert time.monotonic() < ends
        time.sleep(0.02)
    runner.stop()


def test_a_stop_in_the_middle_of_the_start_waits_for_it(
    app: Any, settings: Any, cast: members.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(threading.Thread):
        def start(self) -> None:
            time.sleep(0.3)  # APScheduler says that it runs, and its thread does not yet
            super().start()

    monkeypatch.setattr("apscheduler.schedulers.background.Thread", Slow)
    runner = Runner(app, settings)
    runner.start()
    ends = time.monotonic() + 30
    while runner.scheduler is None or not runner.scheduler.running:
        assert time.monotonic() < ends
        time.sleep(0.01)
    runner.stop()
    assert runner.scheduler is None
    assert "APScheduler" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(
    ("language", "word", "sentence"),
    [("ja", "中断", "中途半端な変更は残っていません。"), ("en", "Interrupted", "Nothing is half-done;")],
)
def test_the_pages_show_it_and_what_it_means(
    left: JobRun, cast: members.Cast, client: Any, language: str, word: str, sentence: str
) -> None:
    actions.cut_off()
    cast.sign_in(client, "operator")
    client.set_cookie("language", language)
    assert word in text_of(client.get("/jobs/"))
    page = text_of(client.get("/jobs/send_mail"))
    assert word in page and sentence in page


def test_the_command_line_lists_it(
    left: JobRun, app: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.cut_off()
    databases.let_go()
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    said = CliRunner().invoke(main, ["jobs", "list", "--data", str(settings.data)])
    db.database.connect(reuse_if_open=True)
    line = next(line for line in said.output.splitlines() if line.startswith("send_mail"))
    assert "interrupted" in line
