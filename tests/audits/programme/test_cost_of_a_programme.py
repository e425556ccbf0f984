"""A programme costs as many queries for 300 departments as for ten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from auditor import activity
from auditor.access import application
from auditor.audits.programme import opening, planning
from auditor.catalogue.models import Subject
from auditor.people.models import Department, DepartmentDetail
from tests.audits.programme.making import NEXT, approved, often, planned, seen
from tests.cast import CAST_MADE, NOW, OPENED, START, Cast

JOB = application("jobs")


def _grow(cast: Cast, count: int) -> None:
    """Add departments as the roster would, without its file."""
    with activity.action(JOB, OPENED):
        Department.add_many({"code": f"X{number:03}"} for number in range(count))
        ids = [row.id for row in Department.select().where(Department.code.startswith("X"))]
        DepartmentDetail.add_many(
            {
                "valid_from": START, "recorded_at": OPENED, "recorded_by": None, "replaces": None, "department": one,
                "name": f"第{one}部", "kind": "部", "level": "department", "parent": cast.department["D200"],
                "site": "東京本社",
            }
            for one in ids
        )  # fmt: skip
        Subject.add_many({"kind": "department", "code": f"X-{one}", "department": one} for one in ids)
        activity.record(CAST_MADE, persons=0)


def test_the_grid_and_the_list_cost_the_same_for_300_departments(
    client: Any, cast: Cast, assert_same_queries: Any
) -> None:
    often(cast)
    programme = planned(cast, at=NOW - timedelta(hours=1))
    cast.sign_in(client, "head_of_audit")

    def grow() -> None:
        _grow(cast, 290)
        planning.apply_rules(cast.actor("head_of_audit"), NOW, programme, NEXT)

    def read() -> None:
        for address in ("", "?only=planned&kind=department", "/entries", "/entries?kind=audit"):
            assert client.get(f"/programme/2027{address}").status_code == 200

    assert_same_queries(read, grow, at_most=4 * 45)
    made = seen(programme)
    assert len(made.rows) > 290 and made.gaps == 0
    page = client.page("/programme/2027")
    assert len(page.xpath("//table[contains(@class, 'grid')]//tr")) < 40, "so many are shown by division"
    assert page.xpath("//table[contains(@class, 'grid')]//a[contains(@href, 'group=')]")


def test_what_is_proposed_costs_the_same_for_many_departments(
    app: Any, cast: Cast, assert_same_queries: Any
) -> None:
    programme = planning.begin(cast.actor("head_of_audit"), NOW, NEXT)
    with app.test_request_context():
        assert_same_queries(lambda: planning.offer(programme, NEXT, NOW), lambda: _grow(cast, 60), at_most=70)


def test_whether_anything_is_to_open_costs_the_same_for_a_longer_plan(
    cast: Cast, assert_same_queries: Any
) -> None:
    programme = approved(cast, at=NOW - timedelta(hours=1))

    def grow() -> None:
        _grow(cast, 30)
        planning.apply_rules(cast.actor("head_of_audit"), NOW, programme, NEXT, "組織変更のため")

    assert_same_queries(lambda: opening.open_planned(JOB, NOW), grow, at_most=12)
