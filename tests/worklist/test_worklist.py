"""The first page: what waits for whom, in the order of due dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.work import WorkItem
from auditor.worklist.queries import grouped
from tests import cast as members
from tests.audits import making

TODAY = date(2026, 11, 20)


@given(st.lists(st.one_of(st.none(), st.integers(-400, 400)), max_size=12))
def test_every_item_stands_in_exactly_one_group_and_groups_come_by_urgency(offsets: list[int | None]) -> None:
    items = [
        WorkItem("audit", str(place), "/", "Go", None if days is None else TODAY + timedelta(days=days))
        for place, days in enumerate(offsets)
    ]
    groups = grouped(items, TODAY)
    assert sorted(item.title for group in groups for item in group.items) == sorted(
        item.title for item in items
    )
    names = [group.name for group in groups]
    assert names == [name for name in ("late", "today", "soon", "later") if name in names]
    for group in groups:
        for item in group.items:
            left = None if item.due_on is None else (item.due_on - TODAY).days
            assert (group.name == "late") == (left is not None and left < 0)
            assert (group.name == "today") == (left == 0)


def test_who_has_nothing_to_do_is_told_so(cast: members.Cast, client: Any) -> None:
    cast.sign_in(client, "staff_of_sales")
    page = client.page("/")
    assert "対応が必要なものはありません" in page.text_content()


def test_the_worklist_asks_for_a_sign_in(client: Any, cast: members.Cast) -> None:
    assert client.get("/worklist/").status_code == 303
    assert "/sign-in" in client.get("/worklist/").headers["Location"]


def test_an_auditor_sees_the_audit_with_its_next_step_and_nobody_else_does(
    app: Any, cast: members.Cast, client: Any
) -> None:
    audit = making.assigned(cast)
    cast.sign_in(client, "auditor")
    page = client.page("/worklist/")
    assert audit.number in page.text_content()
    assert page.xpath(f"//td[contains(@class,'do')]//a[starts-with(@href,'/audits/{audit.id}')]")
    cast.sign_in(client, "head_of_other")
    assert audit.number not in client.page("/worklist/").text_content()


def test_the_tabs_narrow_the_list_and_keep_the_counts(app: Any, cast: members.Cast, client: Any) -> None:
    making.assigned(cast)
    cast.sign_in(client, "auditor")
    assert "A26-" in client.page("/worklist/?kind=audit").text_content()
    narrowed = client.page("/worklist/?kind=training").text_content()
    assert "A26-" not in narrowed


def test_the_worklist_costs_the_same_for_many_audits(
    app: Any, cast: members.Cast, client: Any, assert_same_queries: Any
) -> None:
    for _number in range(3):
        making.assigned(cast)
    cast.sign_in(client, "auditor")

    def grow() -> None:
        for _number in range(25):
            making.assigned(cast)

    assert_same_queries(lambda: client.get("/worklist/"), grow, at_most=60)
