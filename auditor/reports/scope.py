"""What a report is about: a fiscal year as it stood at an instant, beside the year before at the same day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from auditor.calendars import FiscalYear, add_months
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l, current
from auditor.people import queries as people
from auditor.people.models import Department, Employment, Person, PersonDetail

_OWN_UNIT = {"division": 0, "department": 1, "section": 2, "team": 3}


class Roster:
    """Names and departments as they were at one moment, each read once for a whole report."""

    def __init__(self, moment: Moment, language: str) -> None:
        self.moment = moment
        self.language = language

    @cached_property
    def names(self) -> dict[int, str]:
        """The name of every person."""
        return {row.person_id: people.name_of(row) for row in PersonDetail.standing(self.moment)}

    @cached_property
    def numbers(self) -> dict[int, str]:
        """The employee number of every person."""
        return {row.id: row.employee_number for row in Person.select(Person.id, Person.employee_number)}

    @cached_property
    def kinds(self) -> dict[int, str]:
        """The kind of employment of every person."""
        return {row.person_id: row.kind for row in Employment.standing(self.moment)}

    @cached_property
    def tree(self) -> people.Tree:
        """The departments."""
        return people.tree(self.moment)

    @cached_property
    def codes(self) -> dict[int, str]:
        """The code of every department."""
        return {row.id: row.code for row in Department.select()}

    @cached_property
    def heads(self) -> dict[int, int]:
        """The head of each department that has one."""
        return people.heads(self.moment)

    def name(self, person_id: int | None) -> str:
        """Return what a person is called; empty for nobody."""
        return self.names.get(person_id or 0, "")

    def department(self, department_id: int | None) -> str:
        """Return what a department is called."""
        return self.tree.name(department_id, self.language)

    def unit(self, department_id: int | None) -> int | None:
        """Return the unit of department level (部) that a department is or belongs to; itself above that."""
        if department_id is None or department_id not in self.tree.details:
            return None
        for one in (department_id, *self.tree.ancestors(department_id)):
            if _OWN_UNIT.get(self.tree.details[one].level, 1) <= _OWN_UNIT["department"]:
                return one
        return department_id

    def head(self, department_id: int | None) -> str:
        """Return the name of who is responsible: the head of the department, or of the next one above."""
        if department_id is None:
            return ""
        for one in (department_id, *self.tree.ancestors(department_id)):
            if one in self.heads:
                return self.name(self.heads[one])
        return ""

    def order(self, department_id: int | None) -> tuple[str, ...]:
        """Return where a department stands: below its parents, by code."""
        if department_id is None:
            return ("\uffff",)
        chain = [department_id, *self.tree.ancestors(department_id)]
        return tuple(self.codes.get(one, "") for one in reversed(chain))


@dataclass(frozen=True)
class Side:
    """One of the two years of a report, at its moment."""

    moment: Moment
    year: FiscalYear
    roster: Roster
    training: Roster  # at the moment training is looked at: the end of the fiscal year once that is over


def _side(moment: Moment, year: FiscalYear, language: str) -> Side:
    roster = Roster(moment, language)
    if year.last >= moment.day:
        return Side(moment, year, roster, roster)
    return Side(moment, year, roster, Roster(Moment.end_of(year.last, moment.instant), language))


@dataclass(frozen=True)
class Scope:
    """This year and the year before; the same calendar day lies one year apart."""

    now: Side
    before: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both, this year first."""
        return self.now, self.before

    @property
    def uneven(self) -> bool:
        """Whether one of the years is shorter or longer than the other: the company went over to another start."""
        return self.now.year.months != self.before.year.months


def scope_of(at: datetime, as_of: date | None = None, fiscal_year: int | None = None) -> Scope:
    """Return the scope for a date (None: ``at`` itself) and a fiscal year (None: the one the date lies in).

    Raises RuleBroken for a date in the future or before any record can be, or a year that begins after the date.
    """
    try:
        moment = Moment.at(at) if as_of is None else Moment.end_of(as_of, at)
        label = company.fiscal_year_at(moment.day, moment).label if fiscal_year is None else fiscal_year
        if not 1990 <= label <= 2200:
            raise RuleBroken(_l("Choose a fiscal year from the list."), "fiscal_year")
        year = company.fiscal_year_named(label, moment)
        if year.first > moment.day:
            raise RuleBroken(_l("This fiscal year begins after the day you chose."), "fiscal_year")
        last = company.fiscal_year_named(label - 1, moment)
        earlier = Moment.end_of(_earlier(moment.day, year, last), at)
    except (ValueError, OverflowError) as error:
        raise RuleBroken(_l("Choose today or an earlier day."), "as_of") from error
    language = current()
    return Scope(_side(moment, year, language), _side(earlier, last, language))


def _earlier(day: date, year: FiscalYear, last: FiscalYear) -> date:
    """Return the day of last year to compare with: a calendar year before.

    Where the years are not equally long, the day as far into last year, or as far behind its end.
    """
    if year.months == last.months:
        return add_months(day, -12)
    if day > year.last:
        return last.last + (day - year.last)
    return min(last.first + (day - year.first), last.last)
