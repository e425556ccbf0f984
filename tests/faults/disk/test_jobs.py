"""A fault meets a job: its run says so, the next run does what it did not, and the scheduler goes on by itself."""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from auditor import clock, db
from auditor.access import application
from auditor.config import Settings
from auditor.evidence import actions as evidence
from auditor.evidence.models import StoredFile
from auditor.people import staging
from auditor.people.models import StagedRoster
from auditor.scheduling import actions
from auditor.scheduling.jobs import Job, Outcome, named
from auditor.scheduling.models import JobRun
from auditor.scheduling.runner import Runner
from tests.bed import databases
from tests.cast import NOW, Cast
from tests.faults.disk import faults
from tests.faults.disk.faults import BY_PRAGMA, HERE

ON_POSTGRES = HERE is faults.POSTGRES


def job(name: str) -> Job:
    found = named(name)
    assert found is not None
    return found


@pytest.mark.parametrize("fault", [name for name in HERE if name not in ("cut", *BY_PRAGMA)])
def test_the_scheduler_waits_says_so_once_and_goes_on(
    fault: str, bed_database: Any, cast: Cast, app: Any, settings: Settings, alone: None,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    runner = Runner(app, settings)
    broken, _status, _words = HERE[fault]
    with caplog.at_level(logging.WARNING, "auditor.jobs"):
        with broken(bed_database):
            for _tick in range(3):
                runner._run(job("tidy"))
                databases.let_go()
        runner._run(job("tidy"))
    said = [record.message for record in caplog.records if record.name == "auditor.jobs"]
    assert len(said) == 2, said
    assert said[0].startswith("jobs wait for the database") and said[1] == "the database is back; jobs go on"
    with db.connected():
        assert [run.outcome for run in JobRun.select()] == ["done"]


@pytest.mark.skipif(not ON_POSTGRES, reason="an embedded database has no server that could cut a connection")
def test_a_connection_cut_in_the_middle_of_a_job_is_recorded_and_the_next_run_does_it(
    bed_database: Any, cast: Cast, settings: Settings
) -> None:
    file = io.BytesIO(b"x")
    kept = evidence.add_file(cast.actor("auditor"), NOW, settings.evidence_folder, file, "x.txt")
    path = evidence.path_of(settings.evidence_folder, kept.file.sha256)
    path.unlink()

    def cut_and_look(actor: Any, settings: Settings, at: Any) -> Outcome:
        faults.terminate(bed_database)
        return job("look_for_evidence").work(actor, settings, at)

    broken = Job("look_for_evidence", "", timedelta(hours=1), cut_and_look)
    run = actions.run(broken, settings, NOW)
    assert run.outcome == "failed" and JobRun.get_by_id(run.id).outcome == "failed"
    assert StoredFile.get().missing_since is None
    assert actions.run(job("look_for_evidence"), settings, NOW).outcome == "partly"
    assert StoredFile.get().missing_since == NOW


@pytest.mark.skipif(ON_POSTGRES, reason="the database has a disk of its own")
def test_a_full_disk_fails_a_run_and_the_next_one_does_it(
    cast: Cast, settings: Settings, alone: None
) -> None:
    def long(actor: Any, settings: Settings, at: Any) -> Outcome:
        (pages,) = db.database.execute_sql("PRAGMA page_count").fetchone()
        db.database.execute_sql(f"PRAGMA max_page_count = {pages}")
        JobRun.insert_many([{"job": "x", "started_at": NOW, "detail": "x" * 3000}] * 50).execute()
        return Outcome()

    with db.connected():
        run = actions.run(Job("tidy", "", timedelta(hours=1), long), settings, NOW)
        assert run.outcome == "failed" and "full" in run.detail
    with db.connected():
        assert JobRun.select().where(JobRun.job == "x").count() == 0
        assert actions.run(job("tidy"), settings, NOW).outcome == "done"
        assert "running" not in {row.outcome for row in JobRun.select()}


@pytest.mark.postgres
@pytest.mark.skipif(
    not ON_POSTGRES, reason="the embedded database's lock is a file, held as long as the process"
)
def test_a_scheduler_whose_lock_ended_with_its_session_takes_it_again(
    bed_database: Any, cast: Cast, app: Any, settings: Settings
) -> None:
    runner = Runner(app, settings)
    assert runner._take_lock()
    assert runner.holds_lock()
    faults.terminate(bed_database)
    runner._stop.set()  # the test takes the place of the thread that would try again
    assert not runner.holds_lock()
    other = Runner(app, settings)
    assert other._take_lock() and not runner._take_lock()
    with pytest.raises(psycopg.Error):
        faults.terminate(bed_database)
        other._connection.execute("SELECT 1")
    other.stop()  # on a dead connection: no complaint


def test_half_a_roster_is_refused_with_a_way_out(cast: Cast, client: Any, settings: Settings) -> None:
    folder = settings.data / staging.FOLDER
    row = staging.stage(application("test"), folder, b"code,name\n", "r.csv", NOW.date(), False, clock.now())
    (folder / row.file_hash).write_bytes(b"code,")
    cast.sign_in(client, "administrator")
    answer = client.get(f"/people/imports/waiting/{row.id}")
    assert answer.status_code == 422 and "もう一度アップロードしてください" in answer.text
    assert StagedRoster.select().count() == 1
