"""The list of self-inspections, confirming many of them, and the page of one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.applying import recorded
from auditor.audits.inspections import deciding, listing, queries
from auditor.audits.inspections.sheet import sheet
from auditor.audits.models import AuditSeriesDetail
from auditor.audits.results import EDITABLE, State
from auditor.audits.views.inspections import bp
from auditor.audits.views.tabs import tabs_of
from auditor.dated import Moment
from auditor.language import _, _n, current
from auditor.web import Page, current_actor, paged, request_time

_MOST = 100  # confirmed at once: as many as a page of the list shows


@bp.get("/")
@requires(Permission.INSPECTION_READ)
def index() -> str:
    """Show the self-inspections that the person may see."""
    at, actor = request_time(), current_actor()
    moment = Moment.at(at)
    wanted = listing.asked(request.args)
    seen = queries.seen_by(actor, at)
    matching = listing.matching(seen, wanted, moment)
    counts = listing.tab_counts(matching, moment)
    page = paged(listing.ordered(matching, wanted, moment))
    shown = listing.rows(page.rows, actor, moment, current())
    return render_template(
        "audits/inspections/index.html",
        page=Page(shown, page.total, page.number, page.size),
        wanted=wanted,
        tabs=_tabs(wanted, counts),
        choices=listing.choices(seen, moment, current()),
        filtered=wanted != listing.Filter(tab=wanted.tab, sort=wanted.sort),
        confirmable=any(row.confirmable for row in shown),
    )


@bp.post("/confirm")
@requires(Permission.INSPECTION_CONFIRM)
def confirm_many() -> BaseResponse:
    """Confirm those ticked that show no nonconformity."""
    chosen = list(dict.fromkeys(request.form.getlist("inspections", type=int)))[:_MOST]
    done = deciding.confirm_many(current_actor(), request_time(), chosen)
    if done:
        flash(
            _n("%(num)s self-inspection is confirmed.", "%(num)s self-inspections are confirmed.", done),
            "success",
        )
    if done < len(chosen):
        flash(
            _n(
                "%(num)s was not confirmed: somebody has decided meanwhile, or it shows a nonconformity.",
                "%(num)s were not confirmed: somebody has decided meanwhile, or they show a nonconformity.",
                len(chosen) - done,
            ),
            "warning",
        )
    if not chosen:
        flash(_("Tick the self-inspections first."), "warning")
    return redirect(url_for("inspections.index", tab="submitted"), 303)


@bp.get("/<int:inspection_id>")
@requires(Permission.INSPECTION_READ)
def show(inspection_id: int) -> str:
    """Show one self-inspection: where it stands, who answers, what was answered."""
    at, actor = request_time(), current_actor()
    moment = Moment.at(at)
    audit = queries.inspection_for(actor, inspection_id, Permission.INSPECTION_READ, at)
    state = State(audit.current_state)
    series = AuditSeriesDetail.latest(moment, series_of=audit.series_of_id) if audit.series_of_id else None
    outside = deciding.outside_of(actor, audit.id, moment)
    return render_template(
        "audits/inspections/show.html",
        page=sheet(audit, actor, moment, current()),
        answers=state in EDITABLE and queries.may_answer(actor, audit, at),
        editable=state in EDITABLE,
        decides=state in (State.SUBMITTED, State.APPROVED)
        and bool(outside or not deciding.refusal_of(actor, at, audit)),
        outside=outside,
        left_out=recorded(audit.id),
        series=series,
        State=State,
    )


def _tabs(wanted: listing.Filter, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "open": _("Open"),
        "late": _("Overdue"),
        "submitted": _("Waiting for confirmation"),
        "returned": _("Sent back"),
        "confirmed": _("Confirmed"),
        "cancelled": _("Cancelled"),
        "all": _("All"),
    }
    return tabs_of("inspections.index", labels, counts, wanted.tab)
