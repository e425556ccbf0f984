"""Who makes a request is read at every one: in few queries, and without writing each time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import Actor, Role, application
from auditor.accounts import actions, queries
from auditor.accounts.models import Deputy, RoleGrant, Session
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.models import DepartmentHead
from tests.audits.making import assigned
from tests.cast import NOW, START, Cast

MADE = activity.event_type("test.deputies_made", "Deputies made", "count")
MOMENT = Moment.at(NOW)
LONG_AGO, LATER = date(2026, 4, 1), date(2027, 3, 31)


@pytest.fixture
def entangled(cast: Cast) -> Cast:
    """The cast with an audit, deputies of every kind (one over, one of a role not held) and a role taken away."""
    assigned(cast)
    with activity.action(application("test"), NOW):
        for principal, deputy, role, last in (
            ("head_of_sales", "staff_of_sales", Role.DEPARTMENT_HEAD, LATER),
            ("administrator", "head_of_other", Role.ADMINISTRATOR, LATER),
            ("administrator", "auditor", Role.DEPARTMENT_HEAD, LATER),
            ("head_of_audit", "auditor", Role.HEAD_OF_AUDIT, date(2026, 10, 31)),
            ("representative", "without_mail", Role.HEAD_OF_AUDIT, LATER),
            ("leaver", "second_auditor", Role.DEPARTMENT_HEAD, LATER),
        ):
            Deputy.write(
                NOW, None, START, principal=cast.person[principal], deputy=cast.person[deputy], role=role.value,
                starts_on=LONG_AGO, ends_on=last,
            )  # fmt: skip
        taken = RoleGrant.latest(MOMENT, person=cast.person["operator"], role=Role.OPERATOR.value)
        RoleGrant.write(
            NOW,
            None,
            MOMENT.day,
            taken,
            person=cast.person["operator"],
            role=Role.OPERATOR.value,
            held=False,
        )
        sales = DepartmentHead.latest(MOMENT, department=cast.department["D220"])
        DepartmentHead.write(
            NOW, None, MOMENT.day, sales, department=cast.department["D220"], person=cast.person["auditor"]
        )
        activity.record(MADE, count=8)
    return cast


def one_by_one(cast: Cast, name: str) -> Actor:
    """The actor by the reads of single things, each of which has its own tests."""
    person_id = cast.person[name]
    if not people.is_working(person_id, MOMENT):
        return Actor()
    deputy = Deputy.standing(MOMENT, Deputy.deputy == person_id)
    deputy = deputy.where(Deputy.held, Deputy.starts_on <= MOMENT.day, Deputy.ends_on >= MOMENT.day)
    posts = {(row.principal_id, Role(row.role)) for row in deputy}
    roles = {Role.EMPLOYEE} | queries.granted(person_id, MOMENT)
    headed = people.headed_by(person_id, MOMENT)
    for principal, role in posts:
        roles |= {role} & queries.granted(principal, MOMENT)
        if role is Role.DEPARTMENT_HEAD:
            headed |= people.headed_by(principal, MOMENT)
    roles |= {Role.DEPARTMENT_HEAD} if headed else set()
    roles |= {Role.AUDITOR} if name == "auditor" else set()
    return Actor(
        person_id,
        frozenset(roles),
        frozenset(people.tree(MOMENT).with_below(headed)),
        frozenset(principal for principal, _role in posts),
    )


def test_an_actor_read_at_once_is_the_actor_read_one_by_one(entangled: Cast) -> None:
    for name in entangled.person:
        assert entangled.actor(name) == one_by_one(entangled, name), name
    assert Role.ADMINISTRATOR in entangled.actor("head_of_other").roles
    assert Role.HEAD_OF_AUDIT not in entangled.actor("auditor").roles, "the period is over"
    assert Role.HEAD_OF_AUDIT not in entangled.actor("without_mail").roles, "the principal does not hold it"
    assert entangled.department["D211"] in entangled.actor("staff_of_sales").department_ids


@pytest.mark.parametrize(
    ("name", "most"), [("staff_of_sales", 2), ("auditor", 2), ("second_auditor", 1), ("on_leave", 1)]
)
def test_an_actor_costs_one_query_and_one_more_for_departments(
    entangled: Cast, query_count: Any, name: str, most: int
) -> None:
    with query_count() as statements:
        entangled.actor(name)
    assert statements.count == most, statements.sql


@pytest.mark.parametrize(
    ("name", "most"), [("administrator", 3), ("head_of_sales", 3), ("representative", 2)]
)
def test_a_request_reads_who_makes_it_in_three_queries_at_most(
    client: Any, cast: Cast, query_count: Any, name: str, most: int
) -> None:
    cast.sign_in(client, name)
    with query_count() as statements:  # what a save reads before its own work
        assert client.post("/accounts/sign-out").status_code == 303
    own = [sql for sql in statements.sql if not sql.startswith("UPDATE")]
    assert len(own) <= most, own


def test_a_page_that_is_read_writes_when_it_was_seen_every_five_minutes_only(
    client: Any, cast: Cast, query_count: Any, standing_clock: Any
) -> None:
    cast.sign_in(client, "auditor")
    for minutes, writes in ((1, 0), (4, 0), (5, 1), (6, 0), (9, 0), (10, 1)):
        standing_clock.move(NOW + timedelta(minutes=minutes))
        with query_count() as statements:
            assert client.get("/accounts/preferences").status_code == 200
        assert sum(not sql.startswith(("SELECT", "(", "WITH")) for sql in statements.sql) == writes, minutes
    assert Session.get().expires_at == NOW + timedelta(minutes=10) + actions.SESSION_LASTS
