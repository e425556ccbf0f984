"""Reads an iCalendar file strictly, by RFC 5545 and with nothing of the application."""

from __future__ import annotations

import re
from datetime import date

from dateutil import parser

_LINE = re.compile(r"([A-Z0-9-]+)((?:;[A-Z0-9-]+=[^:;,\"]*)*):(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)|([;,])", re.DOTALL)


def unfolded(content: bytes) -> list[str]:
    """The content lines; fails where a line is too long, wrongly ended, or cuts a character."""
    assert content.endswith(b"\r\n"), "the last line has no end"
    rows = content[:-2].split(b"\r\n")
    lines: list[bytes] = []
    for row in rows:
        assert len(row) <= 75, f"{len(row)} octets: {row!r}"
        assert b"\r" not in row and b"\n" not in row, row
        row.decode("utf-8")
        if row.startswith(b" "):
            lines[-1] += row[1:]
        else:
            lines.append(row)
    return [line.decode("utf-8") for line in lines]


def text_in(value: str) -> str:
    """A value of type TEXT as it was before it was written."""

    def plain(found: re.Match[str]) -> str:
        assert found[2] is None, f"not escaped: {value!r}"
        assert found[1] in "\\;,nN", f"no such escape: {value!r}"
        return "\n" if found[1] in "nN" else found[1]

    return _ESCAPE.sub(plain, value)


def read(content: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The properties of the calendar and of each event, each at most once; TEXT is not unescaped yet."""
    calendar: dict[str, str] = {}
    events: list[dict[str, str]] = []
    inside = ""
    for line in unfolded(content):
        found = _LINE.fullmatch(line)
        assert found, line
        name, value = found[1] + found[2], found[3]
        if name == "BEGIN":
            assert (inside, value) in {("", "VCALENDAR"), ("VCALENDAR", "VEVENT")}, line
            inside = value
            events += [{}] if value == "VEVENT" else []
        elif name == "END":
            assert value == inside, line
            inside = "VCALENDAR" if value == "VEVENT" else ""
        else:
            kept = events[-1] if inside == "VEVENT" else calendar
            assert inside and name not in kept, line
            kept[name] = value
    assert not inside
    assert calendar["VERSION"] == "2.0" and calendar["PRODID"] and events
    assert len({event["UID"] for event in events}) == len(events)
    return calendar, events


def days(event: dict[str, str]) -> tuple[date, date]:
    """The first day of an all-day event and the day after its last."""
    start, end = (parser.parse(event[f"{name};VALUE=DATE"]).date() for name in ("DTSTART", "DTEND"))
    assert start < end
    return start, end


def by_key(content: bytes) -> dict[str, dict[str, str]]:
    """The events by what stands before the @ of their UID."""
    return {event["UID"].partition("@")[0]: event for event in read(content)[1]}
