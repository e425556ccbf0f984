"""The terms of a rule in plain words."""

from __future__ import annotations

from typing import Any

from auditor.language import _, _l, _n, current
from auditor.people.queries import Tree

# states.completion, in words: pages and workbooks say it alike.
RATE_SAID = _l(
    "Completion rate: completed ÷ (workers − exempt − on leave). Anybody whom no rule covers counts as not completed."
)
YEARLY = "FREQ=YEARLY"
RECURRENCES: dict[str, Any] = {
    "": _l("Once"),
    YEARLY: _l("Every year"),
    "FREQ=MONTHLY;INTERVAL=6": _l("Every half year"),
    "FREQ=MONTHLY;INTERVAL=3": _l("Every quarter"),
    "FREQ=MONTHLY": _l("Every month"),
}


def recurrence(rule: str) -> str:
    """Return how often, in words; an unusual rule as it is written."""
    return str(RECURRENCES.get(rule, rule))


def audience(who: dict[str, Any], tree: Tree) -> str:
    """Return for whom, in words: everyone, or the departments by name (with all below)."""
    if who.get("everyone"):
        return str(_("Everyone"))
    names = [tree.name(one, current()) for one in who.get("departments", [])]
    if len(names) > 3:
        return str(
            _n(
                "%(names)s and %(num)d other department",
                "%(names)s and %(num)d other departments",
                len(names) - 2,
                names=str(_(", ")).join(names[:2]),
            )
        )
    return str(_(", ")).join(names)
