"""What reports give to the worklist: last year's report to be written and handed in, and one to be decided on."""

from __future__ import annotations

from auditor.access import Actor, Permission
from auditor.audits.models import Audit, ImportedAudit
from auditor.audits.results import AUDITS, State
from auditor.calendars import FiscalYear, add_months
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _, fiscal_year_name
from auditor.reports import yearly
from auditor.work import WorkItem

MONTHS_AFTER = 2  # the report of a year is expected so long after its end


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return what of this year's and last year's report waits for the person: at most nine queries."""
    writes = actor.everywhere(Permission.YEAR_REPORT_WRITE)
    decides = actor.everywhere(Permission.YEAR_REPORT_DECIDE)
    if not writes and not decides:
        return []
    this = company.fiscal_year_at(moment.day, moment)
    last = company.fiscal_year_named(this.label - 1, moment)
    items = []
    for year in (last, this):
        now = yearly.standing(year.label, moment)
        if decides and now.state is yearly.State.SUBMITTED and yearly.may_decide(actor, now):
            items.append(_item(year, _("Accept it or send it back"), now))
        if not writes:
            continue
        if now.state is yearly.State.RETURNED:
            items.append(_item(year, _("Rewrite it and hand it in again"), now))
        elif now.state is yearly.State.DRAFT and year is last and _audited(year, moment):
            items.append(_item(year, _("Write the opinion and hand it in"), now))
    return items


def _audited(year: FiscalYear, moment: Moment) -> bool:
    """Tell whether there is something to report of: audits of the year that were not taken over from elsewhere."""
    found = Audit.select(Audit.id).where(
        Audit.fiscal_year == year.label,
        Audit.kind.in_([kind.value for kind in AUDITS]),
        Audit.created_at <= moment.instant,
        Audit.current_state != State.CANCELLED.value,
        Audit.id.not_in(ImportedAudit.select(ImportedAudit.audit)),
    )
    return bool(found.exists())


def _item(year: FiscalYear, step: str, now: yearly.Standing) -> WorkItem:
    return WorkItem(
        kind="audit",
        title=str(_("Audit report of %(year)s", year=fiscal_year_name(year.label))),
        url=f"/reports/year/{year.label}",
        step=str(step),
        due_on=add_months(year.last, MONTHS_AFTER),
        state=("programme", now.state.value),
    )
