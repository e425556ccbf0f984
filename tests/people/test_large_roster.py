"""A roster of 10,000 rows stays set-based: the number of statements does not grow with the rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.people import rosters

APRIL = date(2026, 4, 1)
AT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def _company(size: int) -> bytes:
    people = [rosters.person(f"{n:06d}", unit="D110" if n % 2 else "D210") for n in range(1, size + 1)]
    return rosters.workbook(people, [(*unit[:5], "") for unit in rosters.UNITS])


def test_a_preview_costs_the_same_statements_for_ten_and_for_a_thousand(app, query_count):
    counts = []
    for size in (10, 1000):
        content = _company(size)
        with query_count() as statements:
            plan = rosters.plan(content, APRIL, AT)
        counts.append(statements.count)
        assert len(plan.persons) == size
    assert counts[0] == counts[1]


def test_applying_costs_statements_by_the_chunk_and_not_by_the_row(app, query_count):
    plan = rosters.plan(_company(1000), APRIL, AT)
    with query_count() as statements:
        from auditor.access import application
        from auditor.people.applying import apply_roster

        apply_roster(application("test"), plan, AT)
    assert statements.count < 80, statements.sql
