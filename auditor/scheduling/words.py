"""What a run of a job says of itself, on the page and on the command line."""

from __future__ import annotations

from datetime import timedelta

from auditor.language import _, _n, format_long_day
from auditor.scheduling.models import JobRun

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def caught_up(run: JobRun) -> str:
    """Return what was opened on a later day than its own; empty where nothing was missed."""
    if not run.caught_up:
        return ""
    words: str = _n(
        "caught up %(num)d period missed since %(day)s",
        "caught up %(num)d periods missed since %(day)s",
        run.caught_up,
        day=format_long_day(run.missed_since),
    )
    return words


def silence(time: timedelta) -> str:
    """Return that a job has not run for so long: in minutes, hours or days, whichever says it shortest."""
    if time < 2 * _HOUR:
        return str(_("has not run for %(count)d minutes", count=time // timedelta(minutes=1)))
    if time < 2 * _DAY:
        return str(_("has not run for %(count)d hours", count=time // _HOUR))
    return str(_("has not run for %(count)d days", count=time // _DAY))
