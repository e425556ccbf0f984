"""Reads of what the jobs did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from auditor.activity import ActivityEvent
from auditor.scheduling.jobs import TABLE, Job
from auditor.scheduling.models import JobRun

_LEAST = timedelta(minutes=15)  # a restart takes less
_MOST = timedelta(hours=3)  # beyond its interval
_SILENT = timedelta(days=1)
_MONTH = timedelta(days=32)
_OFTEN = timedelta(hours=1)


@dataclass(frozen=True)
class Line:
    """A job with its latest run, and its latest one that went well."""

    job: Job
    run: JobRun | None
    success: JobRun | None = None

    @property
    def state(self) -> str:
        return self.run.state if self.run else "never"

    @property
    def next_at(self) -> datetime | None:
        """When it runs next, as long as the scheduler runs."""
        return self.run.started_at + self.job.every if self.run else None

    def overdue(self, at: datetime) -> timedelta | None:
        """Return for how long the job has not run, where that is longer than it should be."""
        if self.run is None:
            return None
        silent = at - self.run.started_at
        every = self.job.every
        return silent if silent > max(_LEAST, min(3 * every, every + _MOST)) else None


def timetable() -> list[Line]:
    """Return every job with its latest run: two queries."""
    newest, good = _newest(), _newest(JobRun.outcome.in_(("done", "partly")))
    return [Line(job, newest.get(job.name), good.get(job.name)) for job in TABLE]


def _newest(*where: object) -> dict[str, JobRun]:
    """Return the latest run of each job; an asked one has not begun."""
    ids = JobRun.select(fn.MAX(JobRun.id)).where(JobRun.outcome != "asked", *where).group_by(JobRun.job)
    return {row.job: row for row in JobRun.select().where(JobRun.id.in_(ids))}


def silent_since(at: datetime) -> datetime | None:
    """Return since when no job has run, where that is longer than a day; two queries at most.

    Where none ever ran, that is since the first event of the log.
    """
    latest = JobRun.select().where(JobRun.outcome != "asked").order_by(JobRun.id.desc()).first()
    if latest is not None:
        since = latest.started_at
    else:
        first = ActivityEvent.select(ActivityEvent.at).order_by(ActivityEvent.seq).first()
        since = first.at if first else at
    return since if at - since > _SILENT else None


def stands(lines: list[Line], at: datetime) -> bool:
    """Tell whether nothing runs: every job that runs at least hourly is late, or none has run for a day."""
    often = [line for line in lines if line.run and line.job.every <= _OFTEN]
    return (bool(often) and all(line.overdue(at) for line in often)) or silent_since(at) is not None


def in_use_before(at: datetime) -> bool:
    """Tell whether a job ran or somebody did something in the month that ended an hour before ``at``.

    Where not, the clock may be years ahead, and what cannot be taken back had better wait for a day.
    """
    month = at - _MONTH, at - timedelta(hours=1)
    return any(
        model.select().where(column.between(*month)).exists()
        for model, column in ((JobRun, JobRun.started_at), (ActivityEvent, ActivityEvent.at))
    )


def asked() -> list[str]:
    """Return the jobs that somebody asked to run now."""
    return [row.job for row in JobRun.select(JobRun.job).where(JobRun.outcome == "asked")]


def history(name: str, limit: int = 50) -> list[JobRun]:
    """Return the latest runs of a job."""
    return list(JobRun.select().where(JobRun.job == name).order_by(JobRun.id.desc()).limit(limit))
