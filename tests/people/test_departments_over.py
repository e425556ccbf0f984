"""What independence is judged by: every department somebody belonged to on any day of a period.

The set-based reading is held against a model that asks for each single day.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import activity
from auditor.access import application
from auditor.dated import Moment
from auditor.people import queries
from auditor.people.models import Membership
from tests import cast as company
from tests.bed.absence import examples

FIRST = date(2026, 4, 1)
DAYS = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
STATEMENTS = st.lists(
    st.tuples(DAYS, st.sampled_from(["D110", "D120", "D130"]), st.booleans(), st.booleans()), max_size=8
)


def model(rows, person, first, last, instant):
    """Ask every day of the period for the row that stands, one series after the other."""
    corrected = {row.replaces_id for row in rows if row.corrects and row.recorded_at <= instant}
    found = set()
    for department in {row.department_id for row in rows}:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            standing = [
                row
                for row in rows
                if row.person_id == person and row.department_id == department
                if row.valid_from <= day and row.recorded_at <= instant and row.id not in corrected
            ]
            if standing and max(standing, key=lambda row: (row.valid_from, row.recorded_at, row.id)).held:
                found.add(department)
    return found


@settings(max_examples=examples(15, 60))
@given(statements=STATEMENTS, start=DAYS, length=st.integers(0, 20), known=st.integers(0, 8))
def test_reading_a_period_at_once_finds_what_asking_each_day_finds(app, statements, start, length, known):
    from auditor import db

    with db.database.atomic() as undone:
        cast = company.make()
        person = cast.person["on_leave"]
        tips = {}
        with activity.action(application("test"), company.NOW):
            for number, (day, code, held, corrects) in enumerate(statements):
                at = company.OPENED + timedelta(days=1, minutes=number)
                unit = cast.department[code]
                tips[unit] = Membership.write(
                    at, None, day, replaces=tips.get(unit), corrects=corrects and unit in tips, person=person,
                    department=unit, held=held,
                )  # fmt: skip
            activity.record(company.CAST_MADE, persons=0)
        rows = list(Membership.select().where(Membership.person == person))
        last = start + timedelta(days=length)
        instant = company.OPENED + timedelta(days=1, minutes=known)
        found = queries.departments_over([person], start, last, instant)[person]
        assert found == model(rows, person, start, last, instant)
        one_day = queries.memberships(Moment(start, instant)).where(Membership.person == person)
        assert {row.department_id for row in one_day} == model(rows, person, start, start, instant)
        undone.rollback()
