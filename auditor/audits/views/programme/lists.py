"""The checks of a plan as a list, and what is done to many of them at once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.candidates import find_people
from auditor.audits.programme import editing, listing
from auditor.audits.programme.queries import terms_of
from auditor.audits.programme.units import roll
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.shared import Head, begun, page_of
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _n, current
from auditor.people import queries as people
from auditor.web import Page, current_actor, paged, request_time

Answer = str | tuple[str, int] | BaseResponse
KINDS = ("audit", "inspection")
PAGE = 50


@bp.get("/<int:year>/entries")
@requires(Permission.PROGRAMME_READ)
def entries(year: int) -> Answer:
    """Show the planned checks."""
    head, programme = begun(year)
    return _page(head, programme, "", {}, 200)


@bp.post("/<int:year>/entries")
@requires(Permission.PROGRAMME_PLAN)
def change_entries(year: int) -> Answer:
    """Move, give to others, leave out or take up again all checks that are ticked."""
    head, programme = begun(year)
    form = request.form
    if form.get("do") == "find":
        return _page(head, programme, "", _typed(), 200)
    try:
        count = _do(head, programme)
    except RuleBroken as broken:
        return _page(head, programme, str(broken), _typed(), 422)
    flash(_n("%(num)s planned check was changed.", "%(num)s planned checks were changed.", count), "success")
    kept: dict[str, Any] = {**request.args.to_dict(), "year": year}
    return redirect(url_for("programme.entries", **kept), 303)


def _do(head: Head, programme: Any) -> int:
    at, actor, form = request_time(), current_actor(), request.form
    ids = form.getlist("entry", type=int)
    if form.get("every"):
        ids = listing.entry_ids(listing.matching(programme, head.year, wanted(), _names(head), head.moment))
    reason = form.get("reason", "").strip()[:1000]
    match form.get("do"):
        case "weeks":
            weeks = form.get("weeks", 0, type=int)
            return editing.move(actor, at, programme, head.year, ids, reason, weeks=weeks)
        case "month":
            month = form.get("month", 0, type=int)
            return editing.move(actor, at, programme, head.year, ids, reason, month=month)
        case "people":
            return editing.reassign(actor, at, programme, ids, form.getlist("people", type=int), reason)
        case "skip":
            return editing.skip(actor, at, programme, ids, reason)
        case "resume":
            return editing.skip(actor, at, programme, ids, reason, undo=True)
    raise RuleBroken(_("Choose what is to be done with the checks you ticked."))


def _typed() -> dict[str, Any]:
    form = request.form
    moment = Moment.at(request_time())
    text = form.get("person", "").strip()[:100]
    chosen = form.getlist("people", type=int)
    found = list(dict.fromkeys([*chosen, *(find_people(text, moment) if text else [])]))
    names = people.names(found, moment)
    units = people.main_departments(found, moment)
    tree = people.tree(moment)
    return {
        "entries": set(form.getlist("entry", type=int)),
        "every": bool(form.get("every")),
        "do": form.get("do", ""),
        "reason": form.get("reason", ""),
        "weeks": form.get("weeks", ""),
        "month": form.get("month", 0, type=int),
        "person": text,
        "people": [
            {
                "id": one,
                "name": names.get(one, ""),
                "unit": tree.name(units.get(one), current()),
                "on": one in chosen,
            }
            for one in found
            if one in names
        ],
    }


def wanted() -> listing.Filter:
    """Return the filter that the address asks for."""
    args = request.args
    sort = args.get("sort", "starts")
    kind, show, month = args.get("kind", ""), args.get("show", "all"), args.get("month", 0, type=int)
    return listing.Filter(
        kind if kind in KINDS else "",
        month if 1 <= month <= 12 else 0,
        show if show in listing.SHOWS else "all",
        args.get("q", "").strip()[:100],
        args.get("subject", type=int),
        sort if sort.removeprefix("-") in listing.SORTS else "starts",
    )


def _names(head: Head) -> dict[int, str]:
    level = terms_of(head.programme, head.moment).unit_level
    return dict(roll(head.year, head.moment, level, current()).names)


def _page(head: Head, programme: Any, error: str, typed: dict[str, Any], status: int) -> Answer:
    asked, names = wanted(), _names(head)
    page = paged(listing.matching(programme, head.year, asked, names, head.moment), PAGE)
    shown = listing.lines(page.rows, names, head.moment)
    body = render_template(
        "audits/programme/entries.html",
        page=Page(shown, page.total, page.number, page.size),
        wanted=asked,
        typed=typed,
        error=error,
        months=[(head.year.first.month + ahead - 1) % 12 + 1 for ahead in range(min(12, head.year.months))],
        **page_of(head, "entries"),
    )
    return body, status
