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
        """Return an instant on that business day; what happened by today is never later than now."""
        when = self.instant(self.workday(story), hour, minute)
        return min(when, self.now) if story <= STORY_TODAY else when

    @staticmethod
    def instant(day: date, hour: int = 10, minute: int = 0) -> datetime:
        """Return an instant on a day of the demo, by the company's clock."""
        return datetime.combine(day, time(hour, minute), clock.zone()).astimezone(UTC)
