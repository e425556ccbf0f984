"""The only reads of the clock.

It never reads earlier than what is on record: where the machine's clock was put back, it stands until that
one has caught up. Else what was written in the hour that comes twice would be invisible for an hour, and
outrank afterwards what was written later.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

# A clock that was ahead by more than this (a wrong zone is less) is not waited for: nobody could work.
PATIENCE = timedelta(hours=12)
_standing: ContextVar[datetime | None] = ContextVar("auditor_clock", default=None)
_recorded: ContextVar[datetime | None] = ContextVar("auditor_recorded", default=None)
_zone: tzinfo = ZoneInfo("Asia/Tokyo")


def use_zone(zone: tzinfo) -> None:
    """Set the company's zone for this process."""
    global _zone
    _zone = zone


def zone() -> tzinfo:
    """Return the company's zone."""
    return _zone


def now() -> datetime:
    """Return the instant, aware, in UTC; never earlier than ``not_before`` said."""
    if (standing := _standing.get()) is not None:
        return standing
    real, recorded = machine(), _recorded.get()
    return recorded if recorded is not None and real < recorded <= real + PATIENCE else real


def machine() -> datetime:
    """Return what the machine's own clock says: for what is timed on this machine and not recorded."""
    return datetime.now(UTC)


def ahead() -> float:
    """Return by how many seconds the machine's clock is ahead of its steady one: it changes when somebody puts it."""
    return time.time() - time.monotonic()


def is_standing() -> bool:
    """Tell whether the clock stands (``standing_at``)."""
    return _standing.get() is not None


def not_before(recorded: datetime | None) -> None:
    """Have this request, job or command read no instant before ``recorded``, the latest one on record."""
    _recorded.set(recorded)


def today() -> date:
    """Return the date in the company's zone."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """Return the date of ``instant`` in the company's zone."""
    return instant.astimezone(_zone).date()


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand at ``instant`` (``auditor jobs run --at``, tests).

    Raises ValueError for a naive value.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    token = _standing.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _standing.reset(token)
