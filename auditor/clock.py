"""The only reads of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

_standing: ContextVar[datetime | None] = ContextVar("auditor_clock", default=None)
_zone: tzinfo = ZoneInfo("Asia/Tokyo")


def use_zone(zone: tzinfo) -> None:
    """Set the company's zone for this process."""
    global _zone
    _zone = zone


def zone() -> tzinfo:
    """Return the company's zone."""
    return _zone


def now() -> datetime:
    """Return the instant, aware, in UTC."""
    return _standing.get() or datetime.now(UTC)


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
