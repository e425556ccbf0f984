"""A company whose winter is long decided: rules, series, comings and goings, all on record before it begins.

From here on only the jobs write. What they leave must not depend on when and how often they ran.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from auditor import activity
from auditor.access import application
from auditor.audits import actions as audits
from auditor.audits.actions import Recurrence
from auditor.company import actions as company
from auditor.dated import Moment
from auditor.people.models import Employment, Membership, Person, PersonDetail
from auditor.people.names import search_key, sort_key
from auditor.training import actions as training
from auditor.training import courses
from tests import cast as members
from tests.audits.making import new_audit

TOKYO = ZoneInfo("Asia/Tokyo")
BEGIN = datetime(2028, 2, 10, 0, 0, tzinfo=UTC)
FIRST, LAST = date(2028, 2, 14), date(2028, 4, 3)  # over 29 February and the change of the fiscal year
MORNING = time(9)

_RULES = (  # first opening, days, recurrence, departments
    (date(2028, 2, 20), 10, "FREQ=MONTHLY", None),
    (date(2028, 2, 29), 30, "FREQ=YEARLY", ["D210"]),
    (date(2028, 3, 1), 20, "FREQ=MONTHLY", None),
    (date(2028, 3, 2), 7, "FREQ=WEEKLY;INTERVAL=2", ["D211"]),
)
_SERIES = (  # subject, auditor, first start, lead days
    ("D210", "auditor", date(2028, 2, 29), 30),
    ("D220", "second_auditor", date(2028, 3, 31), 20),
    ("D130", "auditor", date(2028, 2, 25), 7),
)


def instant(day: date, hour: time = MORNING, zone: ZoneInfo = TOKYO) -> datetime:
    """The instant at which it is ``hour`` there on that day."""
    return datetime.combine(day, hour, zone).astimezone(UTC)


def make() -> members.Cast:
    """Write the company into the empty database."""
    cast = members.make()
    head = cast.actor("administrator", BEGIN)
    company.set_closed_day(head, date(2028, 3, 21), True, "創立記念日", BEGIN)
    version = training.import_course(head, courses.PERSONAL_INFORMATION_BASICS, BEGIN)
    training.open_course(head, version, BEGIN)
    for opens_on, days, recurrence, units in _RULES:
        meant = (
            training.departments([cast.department[unit] for unit in units]) if units else training.EVERYONE
        )
        terms = training.Terms(meant, opens_on, days, recurrence=recurrence)
        training.create_rule(head, version.course_id, terms, BEGIN)
    for subject, auditor, starts_on, lead in _SERIES:
        new = new_audit(
            cast, subject, (auditor,), period_from=date(2027, 10, 1), period_to=date(2028, 1, 31),
            starts_on=starts_on, due_on=starts_on + timedelta(days=10),
        )  # fmt: skip
        audits.assign_recurring(head, BEGIN, new, Recurrence("FREQ=MONTHLY", lead))
    with activity.action(application("test"), BEGIN):
        for number, unit, day in (
            ("000301", "D211", date(2028, 2, 25)),
            ("000302", "D220", date(2028, 3, 10)),
        ):
            _join(cast, number, unit, day)
        _change(cast, "operator", date(2028, 3, 5), "left")
        _change(cast, "on_leave", date(2028, 3, 15), "active")
        _change(cast, "head_of_other", date(2028, 3, 20), "on_leave")
        for unit, held in (("D211", False), ("D220", True)):
            _post(cast.person["staff_of_sales"], cast.department[unit], date(2028, 3, 12), held)
        activity.record(members.CAST_MADE, persons=6)
    return cast


def _join(cast: members.Cast, number: str, unit: str, day: date) -> None:
    person = Person.create(employee_number=number)
    PersonDetail.write(
        BEGIN, None, day, person=person, family_name="新田", given_name=number, family_kana="ニッタ", given_kana="",
        romanised=None, email=f"p{number}@example.jp", language="ja", search_key=search_key(number),
        sort_key=sort_key("ニッタ"),
    )  # fmt: skip
    Employment.write(BEGIN, None, day, person=person, kind="regular", status="active")
    _post(person.id, cast.department[unit], day, True)


def _change(cast: members.Cast, name: str, day: date, status: str) -> None:
    person = cast.person[name]
    before = Employment.latest(Moment.at(BEGIN), person=person)
    Employment.write(BEGIN, None, day, replaces=before, person=person, kind="regular", status=status)


def _post(person: int, department: int, day: date, held: bool) -> None:
    before = Membership.latest(Moment.at(BEGIN), person=person, department=department)
    Membership.write(BEGIN, None, day, replaces=before, person=person, department=department, held=held)
