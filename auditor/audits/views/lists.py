"""The list of audits and the page of one."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from auditor.access import Permission, requires
from auditor.audits import facts, lettertext, listing, queries, steps, workpage
from auditor.audits.deciding import decision_of
from auditor.audits.pages import audit_page
from auditor.audits.results import AUDITS, State
from auditor.audits.views import bp
from auditor.audits.views.tabs import tabs_of
from auditor.dated import Moment
from auditor.language import _, current
from auditor.web import Page, current_actor, paged, request_time


@bp.get("/")
@requires(Permission.AUDIT_READ)
def index() -> str:
    """Show the audits that the person may see."""
    at, actor = request_time(), current_actor()
    moment = Moment.at(at)
    wanted = _wanted()
    seen = queries.seen_by(actor, at)
    matching = listing.matching(seen, wanted, moment)
    counts = listing.tab_counts(matching)
    page = paged(listing.ordered(matching, wanted))
    shown = listing.rows(page.rows, moment, current())
    return render_template(
        "audits/index.html",
        page=Page(shown, page.total, page.number, page.size),
        wanted=wanted,
        tabs=_tabs(wanted, counts),
        choices=listing.choices(seen, moment, current()),
        filtered=wanted != listing.Filter(tab=wanted.tab, sort=wanted.sort),
    )


@bp.get("/<int:audit_id>")
@requires(Permission.AUDIT_READ)
def show(audit_id: int) -> str:
    """Show one audit: its story, who answers for it, what it found."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_READ, at)
    held = queries.is_auditor(actor, audit_id, at)
    shown = queries.shows_results(actor, audit, held)
    moment = Moment.at(at)
    page = audit_page(audit, moment, current())
    standing = facts.of(audit_id, moment)
    return render_template(
        "audits/show.html",
        page=page,
        steps=steps.of(page),
        notices=lettertext.sent(audit_id, moment),
        sends=page.open
        and audit.kind in list(AUDITS)
        and queries.may(actor, audit, Permission.AUDIT_NOTIFY, at),
        standing=standing if shown or standing.request else None,
        skipped=facts.skipped(audit_id),
        groups=workpage.groups(audit.id, current()) if shown else [],
        shows_results=shown,
        held=held,
        decision=decision_of(actor, at, audit) if actor.everywhere(Permission.AUDIT_APPROVE) else None,
        State=State,
    )


def _wanted() -> listing.Filter:
    args = request.args
    tab, sort = args.get("tab", "open"), args.get("sort", "due")
    return listing.Filter(
        tab=tab if tab in listing.TABS else "open",
        fiscal_year=args.get("fiscal_year", type=int),
        department_id=args.get("department", type=int),
        auditor_id=args.get("auditor", type=int),
        text=args.get("q", "").strip()[:100],
        sort=sort if sort.removeprefix("-") in listing.SORTS else "due",
    )


def _tabs(wanted: listing.Filter, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "open": _("Open"),
        "planned": _("Planned"),
        "in_progress": _("Being carried out"),
        "submitted": _("Waiting for approval"),
        "approved": _("Done"),
        "cancelled": _("Cancelled"),
        "all": _("All"),
    }
    return tabs_of("audits.index", labels, counts, wanted.tab)
