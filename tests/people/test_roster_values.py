"""Single values of a roster: any day in any writing, any text without losing a character."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.people.roster_values import day_in_title, day_of, half_width, is_email, text_of

DAYS = st.dates(date(1930, 1, 1), date(2099, 12, 31))
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@given(DAYS)
def test_any_day_is_read_back_from_every_writing(day: date) -> None:
    western = [
        f"{day:%Y/%m/%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    ]
    for written in [*western, *(text.translate(FULL_WIDTH) for text in western)]:
        assert day_of(written) == (day, "text")
    assert day_of((day - date(1899, 12, 30)).days) == (day, "serial")
    assert day_of(datetime(day.year, day.month, day.day) + timedelta(hours=9)) == (day, "date")


@given(st.dates(date(2019, 5, 1), date(2099, 12, 31)))
def test_any_day_of_reiwa_is_read_back(day: date) -> None:
    year = "元" if day.year == 2019 else str(day.year - 2018)
    assert day_of(f"令和{year}年{day.month}月{day.day}日")[0] == day
    assert day_in_title(f"社員名簿（令和{year}年{day.month}月{day.day}日現在）") == day


@given(st.text(max_size=30))
def test_nonsense_is_refused_and_never_misread(text: str) -> None:
    try:
        day, _ = day_of(text)
    except (ValueError, OverflowError):
        return
    assert half_width(text).strip()[:1].isalnum(), (text, day)


@given(st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=20))
def test_a_name_loses_no_character(name: str) -> None:
    assert text_of(f"\u3000{name} ") == name


@pytest.mark.parametrize(
    "address", ["a@example.jp", "a.b+c@mail.example.co.jp", "p1@host.internal", "葵@例え.jp"]
)
def test_an_address_that_mail_can_go_to_is_accepted(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "address", ["a", "a@", "@example.jp", "a@example", "a b@example.jp", "a@exa mple.jp", "a@@b.jp"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert not is_email(address)
