"""Runs jobs and keeps the record of each run."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from auditor import db, outages
from auditor.access import application
from auditor.config import Settings
from auditor.failpoints import FailPoint, reached
from auditor.scheduling.jobs import TABLE, Job, Outcome
from auditor.scheduling.models import CUT_OFF, JobRun

log = logging.getLogger("auditor.jobs")
_KEPT = timedelta(days=90)


def run(job: Job, settings: Settings, at: datetime) -> JobRun:
    """Run ``job`` as if it were ``at``, record the run and return it. An error is recorded, not raised."""
    asked = (
        JobRun.select().where(JobRun.job == job.name, JobRun.outcome == "asked").order_by(JobRun.id).first()
    )
    row: JobRun = asked or JobRun.create(job=job.name, started_at=at)
    cut_off(JobRun.job == job.name)
    JobRun.update(started_at=at, outcome="running").where(JobRun.id == row.id).execute()
    reached(FailPoint.JOB_BEGUN)
    try:
        outcome = job.work(application("scheduler"), settings, at)
        reached(FailPoint.JOB_WORKED)
        state = "partly" if outcome.failed else "done"
    except Exception as error:
        # One broken job must not stop the others; what it changed was rolled back with its transaction.
        log.exception("job %s failed", job.name)
        outcome, state = Outcome(detail=f"{type(error).__name__}: {error}"[:500]), "failed"
    values = {
        "finished_at": at,
        "outcome": state,
        "changed": outcome.changed,
        "failed_rows": outcome.failed,
        "detail": outcome.detail,
        "caught_up": len(outcome.missed),
        "missed_since": min(outcome.missed, default=None),
    }
    _keep(job, row, values, outcome)
    # Not read again: where it did nothing, another process may have done the same since and forgotten it.
    for name, value in {"started_at": at, **values}.items():
        setattr(row, name, value)
    return row


def _keep(job: Job, row: JobRun, values: dict[str, Any], outcome: Outcome) -> None:
    """Write how the run ended, over a new connection where the job's has died.

    Where that fails too (a full disk), the log has said it already: the next run says of this one that it was
    cut off, and does what it did not.
    """
    try:
        db.renew()
        with db.transaction():
            _forget_idle(job, row, values["outcome"], outcome)
            JobRun.update(**values).where(JobRun.id == row.id).execute()
    except outages.RAISED as error:
        if outages.of(error) is None:
            raise
        log.error("the end of job %s could not be kept: %s", job.name, outages.reason(error))
        values["outcome"] = "failed"
        values["detail"] = values["detail"] or outages.reason(error)


def cut_off(*which: Any) -> int:
    """Say of runs that still stand as running that they were cut off: their process was killed.

    For who begins the next run, or holds the scheduler's lock. Nothing waits for such a run, and what its job
    had not done is done by the next one. One that a command is running beside says at its end how it ended.
    """
    return int(JobRun.update(outcome=CUT_OFF).where(JobRun.outcome == "running", *which).execute())


def _forget_idle(job: Job, row: JobRun, state: str, outcome: Outcome) -> None:
    """Keep of the runs that did nothing only the latest, or a minute's job would fill the table."""
    if state == "done" and not outcome.changed:
        JobRun.delete().where(
            JobRun.job == job.name, JobRun.id < row.id, JobRun.outcome == "done", JobRun.changed == 0
        ).execute()


def run_all(settings: Settings, at: datetime) -> list[JobRun]:
    """Run every job once, in the order of the table."""
    return [run(job, settings, at) for job in TABLE]


def ask(job: Job, at: datetime) -> None:
    """Have the scheduler run ``job`` as soon as it looks; a second click changes nothing."""
    with db.transaction():
        if not JobRun.select().where(JobRun.job == job.name, JobRun.outcome == "asked").exists():
            JobRun.create(job=job.name, started_at=at, outcome="asked")


def tidy(at: datetime) -> int:
    """Delete runs older than 90 days; returns their number."""
    return int(JobRun.delete().where(JobRun.started_at < at - _KEPT).execute())
