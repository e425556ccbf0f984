"""How stored values read on a page."""

from __future__ import annotations

from typing import Any

from auditor.language import _
from auditor.people.kinds import EMPLOYMENT_KIND_LABELS, EMPLOYMENT_STATUS_LABELS, UNIT_LEVEL_LABELS
from auditor.people.plan import Change

_LABELS: dict[str, dict[Any, Any]] = {
    "kind": EMPLOYMENT_KIND_LABELS,
    "status": EMPLOYMENT_STATUS_LABELS,
    "level": UNIT_LEVEL_LABELS,
}


def label_of(field: str, value: str) -> str:
    """Return what a kind of employment, a status or a size of unit is called."""
    return str(_LABELS[field].get(value, value))


def shown_value(change: Change, value: str) -> str:
    """Return the old or the new value of a change as a reader knows it; a dash for an empty one."""
    if change.field == "language":
        return {"ja": "日本語", "en": "English"}.get(value, "–")
    if change.field in _LABELS and value:
        return label_of(change.field, value)
    if change.field == "active":
        return str(_("in use") if value == "○" else _("closed"))
    return value or "–"
