"""What waits on the roster: uploads to be applied, departments without a head."""

from __future__ import annotations

from peewee import fn

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.language import _, _n, format_long_day
from auditor.people import queries, staging
from auditor.people.models import Membership
from auditor.work import WorkItem


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return what waits for whoever keeps the roster: five queries."""
    if not actor.everywhere(Permission.PEOPLE_IMPORT):
        return []
    items = [
        WorkItem(
            "roster",
            str(_("Roster waiting to be applied")),
            f"/people/imports/waiting/{row.id}",
            str(_("Look through it")),
            detail=str(
                _("%(file)s, holds from %(day)s", file=row.filename, day=format_long_day(row.effective_from))
            ),
        )
        for row in staging.waiting(moment.instant)
    ]
    vacant = _without_head(moment)
    if vacant:
        items.append(
            WorkItem(
                "roster",
                str(
                    _n(
                        "%(num)s department with people has no head",
                        "%(num)s departments with people have no head",
                        vacant,
                    )
                ),
                "/people/departments",
                str(_("Name the heads")),
                detail=str(_("Nobody answers findings and self-inspections there.")),
            )
        )
    return items


def _without_head(moment: Moment) -> int:
    """Return how many departments in use have people and nobody responsible, in them or above them."""
    units = queries.tree(moment)
    heads = queries.heads(moment)
    rows = (
        queries.memberships(moment)
        .select(Membership.department, fn.COUNT(Membership.id).alias("people"))
        .group_by(Membership.department)
    )
    peopled = {row.department_id for row in rows}
    return sum(
        1
        for unit, row in units.details.items()
        if row.active and unit in peopled and not any(one in heads for one in (unit, *units.ancestors(unit)))
    )
