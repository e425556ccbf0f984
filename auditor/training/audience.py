"""Who a rule is for: everyone, or departments with everything below them."""

from __future__ import annotations

from typing import Any

from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.models import Employment

# Somebody from outside (an outside auditor) is no worker of the company and owes no training.
OUTSIDE = "outside"


def workers(moment: Moment) -> Any:
    """Return the employments of everybody on the roster at ``moment``, on leave included."""
    return people.employments(moment).where(Employment.kind != OUTSIDE)


def units(audience: dict[str, Any], tree: people.Tree) -> set[int] | None:
    """Return the departments of an audience with everything below; None for everyone."""
    return None if audience.get("everyone") else tree.with_below(audience.get("departments", []))


def members(audience: dict[str, Any], moment: Moment) -> set[int]:
    """Return the workers an audience means at ``moment``, by any post they hold; three queries at most."""
    working = {row.person_id for row in workers(moment)}
    wanted = units(audience, people.tree(moment)) if not audience.get("everyone") else None
    if wanted is None:
        return working
    return working & {row.person_id for row in people.memberships(moment) if row.department_id in wanted}
