"""Proves that the columns that repeat dated rows are equal to them."""

from __future__ import annotations

from collections.abc import Iterator

from peewee import JOIN, fn

from auditor import db
from auditor.findings.models import Finding, FindingState


def derived_mismatches() -> Iterator[tuple[str, int, str]]:
    """Return (table, id, what is wrong) of each finding whose current state is not that of its latest row."""
    last = FindingState.select(FindingState.finding, fn.MAX(FindingState.id).alias("row")).group_by(
        FindingState.finding
    )
    state = FindingState.alias()
    rows = (
        Finding.select(Finding.id, Finding.current_state, state.state)
        .join(last, JOIN.LEFT_OUTER, on=(last.c.finding_id == Finding.id))
        .join(state, JOIN.LEFT_OUTER, on=(state.id == last.c.row))
        .where(state.state.is_null() | (state.state != Finding.current_state))
        .order_by(Finding.id)
    )
    table = str(Finding._meta.table_name)
    for finding_id, shown, stored in db.tuples(rows):
        yield table, finding_id, f"current_state is {shown}, the rows say {stored}"
