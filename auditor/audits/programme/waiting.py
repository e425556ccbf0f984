"""What programmes give to the worklist: next year's plan to be made, submitted, approved."""

from __future__ import annotations

from auditor.access import Actor, Permission
from auditor.audits.programme import approval, queries
from auditor.audits.programme.models import Programme
from auditor.audits.programme.words import EDITABLE, State
from auditor.calendars import FiscalYear, add_months
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _, fiscal_year_name
from auditor.work import WorkItem

MONTHS_AHEAD = 2  # next year's plan is asked for so long before the year begins


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return what of this year's and next year's programme waits for the person."""
    plans, approves = (
        actor.everywhere(Permission.PROGRAMME_PLAN),
        actor.everywhere(Permission.PROGRAMME_APPROVE),
    )
    if not plans and not approves:
        return []
    this = company.fiscal_year_at(moment.day, moment)
    following = company.fiscal_year_named(this.label + 1, moment)
    asked = add_months(following.first, -MONTHS_AHEAD) <= moment.day
    rows = Programme.select().where(Programme.fiscal_year.in_([this.label, following.label]))
    known = {row.fiscal_year: row for row in rows}
    items = []
    for year in (this, following):
        programme = known.get(year.label)
        if programme is None:
            if plans and asked and year is following:
                items.append(_item(year, _("Plan the year"), State.DRAFT))
            continue
        stands = queries.stands_at(programme, moment)
        if stands is State.SUBMITTED and approves:
            items.append(_item(year, _("Approve or send back"), stands, f"/programme/{year.label}/decide"))
        if stands in EDITABLE and plans and not approval.who_submits(actor, moment):
            items.append(_item(year, _("Finish the plan and submit it"), stands))
    return items


def _item(year: FiscalYear, step: str, state: State, url: str = "") -> WorkItem:
    return WorkItem(
        kind="audit",
        title=_("Programme of %(year)s", year=fiscal_year_name(year.label)),
        url=url or f"/programme/{year.label}",
        step=str(step),
        due_on=year.first,
        state=("programme", state.value),
    )
