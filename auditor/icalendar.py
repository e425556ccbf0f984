"""Writes an iCalendar file (RFC 5545) of all-day events, for calendar programs that subscribe to an address.

By hand: of the standard these are a dozen properties, without times, zones or recurrence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MEDIA_TYPE = "text/calendar"
REFRESH_HOURS = 6  # how often a calendar program is asked to look again
_LONGEST = 75  # octets of a line, its break not counted (RFC 5545, 3.1)


@dataclass(frozen=True)
class Event:
    """An all-day event; ``ends_on`` is its last day. ``uid`` stays the same when the event changes."""

    uid: str
    summary: str
    starts_on: date
    ends_on: date
    changed_at: datetime
    sequence: int = 0  # how often it was changed
    description: str = ""
    url: str = ""


def written(name: str, product: str, events: Iterable[Event]) -> bytes:
    """Return the file of a calendar called ``name``; the standard wants at least one event in it."""
    return b"".join(folded(line) for line in _lines(name, product, events))


def escaped(text: str) -> str:
    """Return ``text`` as a value of type TEXT; line breaks are kept, other control characters are not."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(one for one in plain if one == "\n" or (one >= " " and one != "\x7f"))
    for sign, said in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(sign, said)
    return plain


def folded(line: str) -> bytes:
    """Return a content line in UTF-8, broken so that no line has more than 75 octets and no character is cut."""
    rows, row = [], b""
    for character in line:
        octets = character.encode()
        if len(row) + len(octets) > _LONGEST:
            rows.append(row)
            row = b" "  # a continued line begins with a space, which counts
        row += octets
    return b"\r\n".join([*rows, row]) + b"\r\n"


def _lines(name: str, product: str, events: Iterable[Event]) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:-//auditor//{escaped(product)}//EN"
    yield "CALSCALE:GREGORIAN"
    for key in ("NAME", "X-WR-CALNAME"):  # RFC 7986, and what calendar programs knew before it
        yield f"{key}:{escaped(name)}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:PT{REFRESH_HOURS}H"
    yield f"X-PUBLISHED-TTL:PT{REFRESH_HOURS}H"
    for event in events:
        yield from _event(event)
    yield "END:VCALENDAR"


def _event(event: Event) -> Iterator[str]:
    changed = f"{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{changed}"  # of a file without a METHOD: when the event was last changed (3.8.7.2)
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART;VALUE=DATE:{_day(event.starts_on)}"
    yield f"DTEND;VALUE=DATE:{_day(event.ends_on + timedelta(days=1))}"  # the day after the last one
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"  # nobody is busy because of a due date
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"
