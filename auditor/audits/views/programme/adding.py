"""A check that no rule asks for, planned by hand; and an audit assigned by hand that stands for a planned one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.applying import fitting_controls
from auditor.audits.programme import editing, opening, queries
from auditor.audits.programme.listing import free_audits
from auditor.audits.programme.models import Programme
from auditor.audits.programme.units import Planned, roll
from auditor.audits.results import AuditKind
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.entries import NewDetail, NewEntry, asked_of, values_of, wanted_of
from auditor.audits.views.programme.shared import Head, begun, check_url, page_of
from auditor.calendars import business_day
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import CatalogueVersion
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, current
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse
_SHOWN = 30  # subjects; more are found by name
_AHEAD = _TAKES = timedelta(days=14)  # until it begins, and from then until it is due, where nothing is said


@bp.route("/<int:year>/add", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def add(year: int) -> Answer:
    """Choose a subject and a kind of check, then its dates, controls and people; add it to the plan."""
    head, programme = begun(year)
    kind = request.values.get("kind", "")
    subjects = {one.id: one for one in _planned(head)}
    chosen = subjects.get(request.values.get("subject", 0, type=int))
    versions = _versions(head, chosen) if chosen is not None else []
    if chosen is None or kind not in list(AuditKind) or not versions:
        return _choosing(head, list(subjects.values()), chosen, kind)
    wanted = request.values.get("catalogue", 0, type=int)
    version = next((one for one in versions if one.catalogue_id == wanted), versions[0])
    return _checked(head, programme, chosen, kind, version)


def _checked(
    head: Head, programme: Programme, chosen: Planned, kind: str, version: CatalogueVersion
) -> Answer:
    at = request_time()
    entry, detail = _begun(head, chosen, kind, version, Moment.at(at))
    asked, mark = asked_of(detail), request.form.get("mark", "")[:32] or uuid4().hex[:16]
    status, error = 200, ""
    if request.method == "POST" and "find" not in request.form:
        try:
            editing.add_by_hand(
                current_actor(), at, programme, head.year, chosen.subject, kind, version.catalogue_id,
                wanted_of(entry, asked), request.form.get("reason", "")[:1000], mark,
            )  # fmt: skip
        except RuleBroken as broken:
            status, error = 422, str(broken)
        else:
            flash(_("The check is in the plan."), "success")
            return redirect(url_for("programme.entries", year=head.year.label, subject=chosen.id), 303)
    values = values_of(head, entry, detail, asked)
    body = render_template("audits/programme/add.html", error=error, mark=mark, version=version, **values)
    return body, status


def _planned(head: Head) -> list[Planned]:
    level = queries.terms_of(head.programme, head.moment).unit_level
    return roll(head.year, head.moment, level, current()).planned


def _versions(head: Head, chosen: Planned) -> list[CatalogueVersion]:
    """Return the catalogues in use that have controls for such a subject."""
    day = Moment(max(head.year.first, head.moment.day), head.moment.instant)
    return [one for one in catalogue.versions_in_use(day) if fitting_controls(one.id, chosen.subject.kind)]


def _choosing(head: Head, subjects: list[Planned], chosen: Planned | None, kind: str) -> Answer:
    text = request.values.get("q", "").strip()[:100]
    folded = text.casefold()
    found = [
        one for one in subjects if folded in one.name.casefold() or folded in one.subject.code.casefold()
    ]
    error = ""
    if chosen is not None and kind:
        error = str(_("No catalogue in use has controls for this subject. Choose another one."))
    elif "next" in request.values:
        error = str(_("Choose what is checked, and how."))
    body = render_template(
        "audits/programme/add_choose.html",
        found=found[:_SHOWN],
        more=max(0, len(found) - _SHOWN),
        text=text,
        chosen=chosen,
        kind=kind,
        kinds=list(AuditKind),
        error=error,
        **page_of(head, "entries"),
    )
    return body, 422 if error else 200


def _begun(
    head: Head, chosen: Planned, kind: str, version: CatalogueVersion, moment: Moment
) -> tuple[NewEntry, NewDetail]:
    """Return the check as the form begins with it: two weeks from now, with every control; nothing is saved."""
    closed = company.closed_days(moment)
    starts = business_day(max(moment.day + _AHEAD, head.year.first), closed=closed)
    if starts > head.year.last:
        starts = business_day(head.year.last, later=False, closed=closed)
    codes = [one.code for one in fitting_controls(version.id, chosen.subject.kind)]
    due = business_day(starts + _TAKES, closed=closed)
    return NewEntry(chosen.subject, version.catalogue_id, kind), NewDetail(starts, due, codes, [])


@bp.post("/<int:year>/entries/<int:entry_id>/link")
@requires(Permission.PROGRAMME_PLAN)
def link(year: int, entry_id: int) -> Answer:
    """Have an audit or self-inspection that was assigned by hand stand for the planned check."""
    at, actor = request_time(), current_actor()
    _head, programme = begun(year)
    moment = Moment.at(at)
    row = queries.entry_for(actor, year, entry_id, Permission.PROGRAMME_PLAN, moment)
    wanted: Any = request.form.get("audit", 0, type=int)
    audit = next((one for one in free_audits(row, moment) if one.id == wanted), None)
    if audit is None:
        flash(_("Choose an audit from the list. One that stands for another check is not on it."), "danger")
        return redirect(url_for("programme.entry", year=year, entry_id=entry_id), 303)
    try:
        opening.take_as(actor, at, programme, row, audit)
    except RuleBroken as broken:
        flash(str(broken), "danger")
        return redirect(url_for("programme.entry", year=year, entry_id=entry_id), 303)
    flash(_("%(number)s stands for the planned check now.", number=audit.number), "success")
    return redirect(check_url(audit.kind, audit.id), 303)
