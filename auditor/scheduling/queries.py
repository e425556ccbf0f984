"""Reads of what the jobs did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from auditor.scheduling.jobs import TABLE, Job
from auditor.scheduling.models import JobRun


@dataclass(frozen=True)
class Line:
    """A job with its latest run."""

    job: Job
    run: JobRun | None

    @property
    def state(self) -> str:
        return self.run.state if self.run else "never"

    @property
    def next_at(self) -> datetime | None:
        """When it runs next, as long as the scheduler runs."""
        return self.run.started_at + self.job.every if self.run else None


def timetable() -> list[Line]:
    """Return every job with its latest run: one query."""
    newest = JobRun.select(fn.MAX(JobRun.id)).group_by(JobRun.job)
    runs = {row.job: row for row in JobRun.select().where(JobRun.id.in_(newest))}
    return [Line(job, runs.get(job.name)) for job in TABLE]


def asked() -> list[str]:
    """Return the jobs that somebody asked to run now."""
    return [row.job for row in JobRun.select(JobRun.job).where(JobRun.outcome == "asked")]


def history(name: str, limit: int = 50) -> list[JobRun]:
    """Return the latest runs of a job."""
    return list(JobRun.select().where(JobRun.job == name).order_by(JobRun.id.desc()).limit(limit))
