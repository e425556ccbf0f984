"""Proves the columns that stand beside the rows for speed (design §3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from auditor.audits.models import Audit, AuditItem, AuditState, ItemResult
from auditor.audits.results import Result, State
from auditor.dated import Moment

_EVER = Moment(date.max, datetime.max.replace(tzinfo=UTC))


def derived_mismatches() -> Iterator[tuple[str, int, str]]:
    """Yield (table, id, what is wrong) for each current state or result that its rows do not say."""
    states = {row.audit_id: row.state for row in AuditState.standing(_EVER)}
    audits: Any = Audit.select(Audit.id, Audit.current_state).order_by(Audit.id).tuples()
    for audit_id, shown in audits.iterator():
        said = states.get(audit_id, State.PLANNED.value)
        if shown != said:
            yield "audit", audit_id, f"current_state {shown}, its rows say {said}"
    results: Any = ItemResult.standing(_EVER).select(ItemResult.item, ItemResult.result).tuples()
    standing = dict(results)
    items: Any = AuditItem.select(AuditItem.id, AuditItem.current_result).order_by(AuditItem.id).tuples()
    for item_id, shown in items.iterator():
        said = standing.get(item_id, Result.NOT_CHECKED.value)
        if shown != said:
            yield "audit_item", item_id, f"current_result {shown}, its rows say {said}"
