"""The writer of iCalendar files: whatever the texts are, a strict reader gets them back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from auditor import icalendar
from tests.worklist import icalendar_reading as reading

AT = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def event(**more: object) -> icalendar.Event:
    values = {
        "uid": "audit-1@example.jp",
        "summary": "監査",
        "starts_on": date(2026, 11, 24),
        "ends_on": date(2026, 12, 11),
        "changed_at": AT,
    }
    return icalendar.Event(**{**values, **more})  # type: ignore[arg-type]


def readable(text: str) -> str:
    """A text as a calendar can hold it: line breaks as one sign, no other control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one == "\n" or (ord(one) >= 32 and ord(one) != 127))


@given(TEXTS, TEXTS)
@example("改善計画；期限、\n2行目, ; \\n \\", "𠮷野" * 40)
@example("END:VEVENT\r\nBEGIN:VEVENT", "x" * 74 + "あ")
def test_every_text_comes_back_and_breaks_no_line(summary: str, description: str) -> None:
    content = icalendar.written("名前", "test", [event(summary=summary, description=description)])
    (found,) = reading.read(content)[1]
    assert reading.text_in(found["SUMMARY"]) == readable(summary)
    assert reading.text_in(found.get("DESCRIPTION", "")) == readable(description)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=400))
def test_folding_cuts_no_character_and_wastes_no_line(line: str) -> None:
    folded = icalendar.folded(line)
    rows = folded[:-2].split(b"\r\n")
    assert b"".join([rows[0], *(row[1:] for row in rows[1:])]).decode() == line
    assert all(len(row) <= 75 for row in rows)
    assert all(len(row) > 71 for row in rows[:-1]), "a row is full but for less than a character"


@given(st.dates(date(2000, 1, 1), date(2999, 1, 1)), st.integers(0, 400))
def test_an_event_lasts_from_its_first_to_its_last_day(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    (found,) = reading.read(icalendar.written("", "", [event(starts_on=first, ends_on=last)]))[1]
    assert reading.days(found) == (first, last + timedelta(days=1))


def test_an_event_says_when_and_how_often_it_was_changed() -> None:
    (found,) = reading.read(icalendar.written("n", "p", [event(sequence=3, url="https://example.jp/a,b")]))[1]
    assert found["DTSTAMP"] == found["LAST-MODIFIED"] == "20261120T010203Z"
    assert found["SEQUENCE"] == "3"
    assert found["URL"] == "https://example.jp/a,b", "an address is no text: nothing in it is escaped"


def test_a_calendar_asks_to_be_fetched_again_and_invites_nobody() -> None:
    calendar, _events = reading.read(icalendar.written("監査, 教育", "p", [event()]))
    assert reading.text_in(calendar["X-WR-CALNAME"]) == reading.text_in(calendar["NAME"]) == "監査, 教育"
    assert calendar["REFRESH-INTERVAL;VALUE=DURATION"] == "PT6H"
    assert "METHOD" not in calendar
