"""What reminders would go out on the coming days, if nothing were done until then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from auditor import db
from auditor.dated import Moment
from auditor.notifications.models import Notice
from auditor.work import DueThing
from auditor.worklist import reminding
from auditor.worklist.queries import due_things
from auditor.worklist.reminding import Office
from auditor.worklist.rules import Terms

DAYS = 7


@dataclass
class Day:
    """The reminders of one day by kind, and how many people get them (each in one mail)."""

    day: date
    works: bool
    by_kind: dict[str, int] = field(default_factory=dict)
    people: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


def week(moment: Moment) -> list[Day]:
    """Return what would go out from today on, as the rules of each day say: a constant number of queries."""
    things = due_things(moment)
    told = _told({thing.notice for thing in things})
    return [_day(day, things, reminding.office_at(moment.on(day)), told) for day in _days(moment.day)]


def compared(kind: str, terms: Terms, moment: Moment) -> list[tuple[Day, Day]]:
    """Return for each day what would go out of one kind as it is now, and with ``terms``."""
    things = [thing for thing in due_things(moment) if thing.notice == kind]
    told, told_then = _told({kind}), _told({kind})
    office = reminding.office_at(moment)
    then = replace(office, terms={**office.terms, kind: terms})
    return [
        (_day(day, things, office, told), _day(day, things, then, told_then)) for day in _days(moment.day)
    ]


def _days(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(DAYS)]


def _day(day: date, things: Collection[DueThing], office: Office, told: set[str]) -> Day:
    """Return one day, and note in ``told`` what is told on it."""
    found = Day(day, office.works_on(day))
    persons = set()
    for notice in reminding.notices(things, day, office):
        if notice["key"] in told:
            continue
        told.add(notice["key"])
        persons.add(notice["person_id"])
        found.by_kind[notice["kind"]] = found.by_kind.get(notice["kind"], 0) + 1
    found.people = len(persons)
    return found


def _told(kinds: Collection[str]) -> set[str]:
    rows = Notice.select(Notice.key).where(Notice.kind.in_(sorted(kinds)))
    return {key for (key,) in db.tuples(rows)}
