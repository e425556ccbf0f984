"""What programmes give to the worklist: a plan to be made, submitted, approved, or mended where it has got gaps."""

from __future__ import annotations

from auditor.access import Actor, Permission
from auditor.audits.programme import approval, gaps, queries
from auditor.audits.programme.models import Programme
from auditor.audits.programme.words import EDITABLE, State
from auditor.calendars import FiscalYear, add_months
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _, _n, fiscal_year_name
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
        if stands is State.APPROVED and plans and (found := gaps.grown(programme, year, moment)):
            items.append(_with_gaps(year, found, moment))
    return items


def _with_gaps(year: FiscalYear, found: int, moment: Moment) -> WorkItem:
    return WorkItem(
        kind="audit",
        title=str(_("Programme of %(year)s", year=fiscal_year_name(year.label))),
        url=f"/programme/{year.label}?only=gap",
        step=str(_("Close the gaps")),
        due_on=moment.day,
        detail=str(
            _n(
                "%(num)s cell is not covered that was when the plan was approved.",
                "%(num)s cells are not covered that were when the plan was approved.",
                found,
            )
        ),
        state=("cell", "gap"),
    )


def _item(year: FiscalYear, step: str, state: State, url: str = "") -> WorkItem:
    return WorkItem(
        kind="audit",
        title=_("Programme of %(year)s", year=fiscal_year_name(year.label)),
        url=url or f"/programme/{year.label}",
        step=str(step),
        due_on=year.first,
        state=("programme", state.value),
    )
