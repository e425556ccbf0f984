"""The three rosters of the demo years: last April's, this April's and October's, moved to the year told."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from auditor.demo.calendar import Calendar
from auditor.demo.roster import APRIL_FILE, OCTOBER_FILE, workbook
from auditor.demo.roster_cast import Person
from auditor.demo.roster_people import APRIL, OCTOBER, april, october, units_in_april, units_in_october

LAST_APRIL = date(2025, 4, 1)


def last_april(calendar: Calendar) -> bytes:
    """Return the roster with which the company began to use the product, a year before."""
    people = tuple(_a_year_before(person) for person in april() if person.joined <= LAST_APRIL)
    return _bytes(people, LAST_APRIL, calendar)


def this_april(calendar: Calendar) -> bytes:
    """Return the roster of the first day of the fiscal year: the committed file, in its own year."""
    return APRIL_FILE.read_bytes() if calendar.months == 0 else _bytes(april(), APRIL, calendar)


def this_october(calendar: Calendar) -> bytes:
    """Return the roster of the middle of the fiscal year."""
    return OCTOBER_FILE.read_bytes() if calendar.months == 0 else _bytes(october(), OCTOBER, calendar)


def _a_year_before(person: Person) -> Person:
    if person.leave_from is None or person.leave_from <= LAST_APRIL:
        return person
    return replace(person, status="在籍", leave_from=None)


def _bytes(people: tuple[Person, ...], as_of: date, calendar: Calendar) -> bytes:
    units = units_in_october() if as_of == OCTOBER else units_in_april()
    moved = tuple(_moved(person, calendar.shifted) for person in people)
    out = io.BytesIO()
    workbook(moved, units, calendar.shifted(as_of)).save(out)
    return out.getvalue()


def _moved(person: Person, shifted: Callable[[date], date]) -> Person:
    return replace(
        person,
        joined=shifted(person.joined),
        left=person.left and shifted(person.left),
        leave_from=person.leave_from and shifted(person.leave_from),
        returned=person.returned and shifted(person.returned),
    )
