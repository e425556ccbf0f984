"""When the story of the demo company happens: the same story, told so that it ends today.

The story is written for 20 November 2026, in the eighth month of a fiscal year that begins in April. Its
dates are moved so that this day is today. From 1 November to 31 March the company keeps its April; on other
days its fiscal year begins in the month that puts today into the eighth month of the year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from auditor import clock
from auditor.calendars import FiscalYear, add_months, business_day, fiscal_year, fiscal_year_of

STORY_TODAY = date(2026, 11, 20)
STORY_FIRST = date(2026, 4, 1)
STORY_MIDDLE = date(2026, 10, 1)  # the reorganisation: what lies before it stays before it
_A_DAY, _EVENING, _LAST = timedelta(days=1), timedelta(hours=5, minutes=30), timedelta(minutes=1)
_EVENING_HOLDS = 14 * 24  # hours of the story that an evening has room for: no closing is longer


class Calendar:
    """Turns dates of the story into dates of the demo that is made at ``now``."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = clock.day_of(now)
        if self.today.month in (11, 12, 1, 2, 3):
            april = fiscal_year_of(self.today, STORY_FIRST.month)
            self.months = (april.label - STORY_FIRST.year) * 12
        else:
            self.months = (self.today.year - STORY_TODAY.year) * 12 + self.today.month - STORY_TODAY.month
        self.first = add_months(STORY_FIRST, self.months)
        self.middle = add_months(self.first, 6)
        self.year: FiscalYear = fiscal_year(self.first.year, self.first.month)

    def shifted(self, day: date) -> date:
        """Return a date of the story moved by whole months: what the rosters say of joining and leave."""
        return add_months(day, self.months)

    def day(self, story: date) -> date:
        """Return the day of the demo for a day of the story; order is kept.

        The first half-year is told day by day, the weeks since then backwards from today.
        """
        if story < STORY_FIRST:
            return self.shifted(story)
        if story < STORY_MIDDLE:
            whole, there = (STORY_MIDDLE - STORY_FIRST).days, (self.middle - self.first).days
            return self.first + timedelta(days=(story - STORY_FIRST).days * there // whole)
        told, there = (STORY_TODAY - STORY_MIDDLE).days, (self.today - self.middle).days
        from_today = (story - STORY_TODAY).days
        if from_today >= 0 or there >= told:
            return self.today + timedelta(days=from_today)
        return self.middle + timedelta(days=(told + from_today) * there // told)

    def workday(self, story: date) -> date:
        """Return the business day on or before the day of the story (after it, where it is to come)."""
        return business_day(self.day(story), later=story > STORY_TODAY)

    def at(self, story: date, hour: int = 10, minute: int = 0) -> datetime:
        """Return an instant on that business day; what happened by today is never later than now.

        The order of the story is kept: what comes to a business day from a later day of the story happens in its
        evening, and what is left of today in the last minute.
        """
        when = self.instant(self.workday(story), hour, minute)
        if story > STORY_TODAY:
            return when
        if before := self._before(story):
            hours = min((before - 1) * 24 + hour + minute / 60, _EVENING_HOLDS)
            when = self.instant(self.workday(story), 18) + _EVENING * hours / _EVENING_HOLDS
        if when > self.now:
            when = self.now - _LAST + _LAST * min((when - self.now) / _A_DAY, 1)
        return when

    def _before(self, story: date) -> int:
        """Return how many days of the story right before this one have become the same business day."""
        day, count = self.workday(story), 0
        while self.workday(story - timedelta(days=count + 1)) == day:
            count += 1
        return count

    @staticmethod
    def instant(day: date, hour: int = 10, minute: int = 0) -> datetime:
        """Return an instant on a day of the demo, by the company's clock."""
        return datetime.combine(day, time(hour, minute), clock.zone()).astimezone(UTC)
