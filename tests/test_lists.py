"""Lists whose pages have no test of their own cost the same at 10 and at 1,000 rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import Role, application
from auditor.accounts.models import Deputy
from auditor.activity import ActivityEvent
from auditor.people.models import RosterImport
from tests import cast as members

NOW = members.NOW


def _events(cast: members.Cast, count: int) -> None:
    first = activity.head()[0] + 1
    rows = [
        {
            "seq": first + number, "at": NOW, "type": "test.cast_made", "actor_id": cast.person["auditor"],
            "system": "", "data": {"persons": 1}, "action": "x", "rows": [], "prev": "0" * 64, "hash": "0" * 64,
        }
        for number in range(count)
    ]  # fmt: skip
    for start in range(0, count, 500):
        ActivityEvent.insert_many(rows[start : start + 500]).execute()


def _imports(cast: members.Cast, count: int) -> None:
    before = RosterImport.select().count()
    with activity.action(application("test"), NOW):
        RosterImport.add_many(
            {
                "file_hash": f"{before + number:064d}", "effective_from": date(2026, 10, 1), "whole_roster": False,
                "added": 1, "changed": 0, "moved": 0, "left": 0, "applied_by": cast.person["administrator"],
                "applied_at": NOW,
            }
            for number in range(count)
        )  # fmt: skip
        activity.record(members.CAST_MADE, persons=0)


def _deputies(cast: members.Cast, count: int) -> None:
    before = Deputy.select().count()
    with activity.action(application("test"), NOW):
        Deputy.add_many(
            {
                "valid_from": NOW.date(), "recorded_at": NOW, "principal": cast.person["head_of_sales"],
                "deputy": cast.person["staff_of_sales"], "role": Role.DEPARTMENT_HEAD.value, "number": before + number,
                "starts_on": NOW.date() + timedelta(days=number), "ends_on": NOW.date() + timedelta(days=number + 1),
                "held": True,
            }
            for number in range(count)
        )  # fmt: skip
        activity.record(members.CAST_MADE, persons=0)


@pytest.mark.parametrize(
    ("address", "fill"),
    [("/activity/", _events), ("/people/imports", _imports), ("/accounts/deputies", _deputies)],
    ids=["activity log", "applied rosters", "deputies"],
)
def test_a_list_costs_the_same_for_a_thousand_rows(
    app: Any, cast: members.Cast, client: Any, assert_same_queries: Any, address: str, fill: Any
) -> None:
    fill(cast, 10)
    cast.sign_in(client, "administrator")
    assert client.get(address).status_code == 200
    assert_same_queries(lambda: client.get(address), lambda: fill(cast, 990), at_most=45)
