"""What each job did, and when."""

from __future__ import annotations

from peewee import CharField, DateField, IntegerField, TextField

from auditor.db import BaseModel, UtcDateTimeField

CUT_OFF = "cut_off"  # the process ended before the job did; "interrupted" is longer than the column


class JobRun(BaseModel):
    """One run of one job. ``failed_rows`` were set aside with their error and did not hold up the others."""

    job = CharField(max_length=40, index=True)
    started_at = UtcDateTimeField(index=True)
    finished_at = UtcDateTimeField(null=True)
    outcome = CharField(max_length=10, default="running")  # asked, running, done, partly, failed, cut_off
    changed = IntegerField(default=0)
    failed_rows = IntegerField(default=0)
    detail = TextField(default="")
    caught_up = IntegerField(default=0)  # periods opened on a later day than theirs
    missed_since = DateField(null=True)  # the first of those days

    @property
    def state(self) -> str:
        """The outcome, as screens and the command line call it."""
        return "interrupted" if self.outcome == CUT_OFF else self.outcome
