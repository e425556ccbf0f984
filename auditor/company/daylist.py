"""Reads a pasted list of days, one a line: 2026-12-29 年末休業, or 2026/12/29～2027/1/3 年末年始."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from auditor.errors import RuleBroken
from auditor.language import _l

FIRST_YEAR, LAST_YEAR = 1950, 2100  # a calendar of other years is a slip of the hand
LONGEST = 366  # days in one list: a year's calendar
_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\([^)]*\))?"
_LINE = re.compile(rf"{_DAY}(?:\s*[~〜-]\s*{_DAY})?[\s,、]*(.*)")


def read_days(text: str) -> list[tuple[date, str]]:
    """Return each day of the list with its name; of a range every day.

    Raises RuleBroken (field ``days``) that names every line that cannot be read; nothing is taken then.
    """
    found: dict[date, str] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        days = _days(unicodedata.normalize("NFKC", line).strip())
        if days is None:
            wrong.append(str(number))
        else:
            found |= days
    if wrong:
        lines = ", ".join(wrong)
        raise RuleBroken(
            _l(
                "These lines cannot be read: %(lines)s. Nothing was entered. Write a date such as 2026-12-29 first, then the name.",
                lines=lines,
            ),
            "days",
        )
    if not found or len(found) > LONGEST:
        raise RuleBroken(_l("Enter between 1 and %(count)s days.", count=LONGEST), "days")
    return sorted(found.items())


def is_planned(day: date) -> bool:
    """Tell whether a company can have anything to do with this day."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _days(line: str) -> dict[date, str] | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    numbers, name = match.groups()[:6], match.group(7).strip()
    try:
        first = date(*map(int, numbers[:3]))
        last = date(*map(int, numbers[3:])) if numbers[3] else first
    except ValueError:
        return None
    if not (is_planned(first) and is_planned(last)):
        return None
    if not 0 <= (last - first).days < LONGEST or len(name) > 100:
        return None
    return {first + timedelta(days=step): name for step in range((last - first).days + 1)}
