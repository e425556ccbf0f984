"""The register of auditors: the list, a new entry, a renewal, an end."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import background, register
from auditor.audits.forms import EndQualificationForm, QualificationForm, RenewalForm
from auditor.audits.models import AuditorQualification
from auditor.audits.views import bp
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, current, format_instant
from auditor.people import queries as people
from auditor.people import searching
from auditor.web import current_actor, paged, request_time

Answer = str | tuple[str, int] | BaseResponse
TABS = ("registered", "attention", "ended")


def _moment() -> Moment:
    return Moment.at(request_time())


@bp.get("/register")
@requires(Permission.AUDIT_ASSIGN)
def registered() -> str:
    """List the auditors in the register: who is, whose last day is near, who was."""
    moment = _moment()
    tab = request.args.get("tab", "registered")
    tab = tab if tab in TABS else "registered"
    page = paged(register.entries(moment, tab))
    ids = [row.person_id for row in page.rows]
    units = people.main_departments(ids, moment)
    tree = people.tree(moment)
    known = background.background([], moment)
    year = known.year_of(moment.day)
    return render_template(
        "audits/register/index.html",
        page=page,
        tab=tab,
        tabs=_tabs(tab, moment),
        names=people.names(ids, moment),
        units={one: tree.name(unit, current()) for one, unit in units.items()},
        working=people.working(ids, moment),
        standings={row.id: register.standing(row, moment.day) for row in page.rows},
        audits={one: known.audits.get((one, year), 0) for one in ids},
        year=year,
    )


def _tabs(tab: str, moment: Moment) -> list[dict[str, Any]]:
    labels = {"registered": _("Registered"), "attention": _("To be renewed"), "ended": _("Ended")}
    return [
        {
            "label": label,
            "url": url_for("audits.registered", tab=one),
            "count": register.entries(moment, one).order_by().count(),
            "current": one == tab,
        }
        for one, label in labels.items()
    ]


@bp.route("/register/new", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def register_auditor() -> Answer:
    """Enter somebody in the register."""
    moment = _moment()
    form = QualificationForm(data={"since": moment.day} if request.method == "GET" else None)
    if request.method == "GET":
        return _entry_page(form, {})
    picker = _picked(moment)
    if not form.validate() or not picker["value"]:
        return _entry_page(form, picker), 422
    since, until = cast(date, form.since.data), form.until.data
    try:
        row = register.enter(
            current_actor(), request_time(), int(picker["value"]), since, until, form.grounds.data or ""
        )
    except RuleBroken as broken:
        if broken.field == "person":
            picker["error"] = str(broken)
        else:
            _refuse(form, broken)
        return _entry_page(form, picker), 422
    flash(_("%(person)s is in the register now.", person=people.name(row.person_id, moment)), "success")
    return redirect(url_for("audits.registered"), 303)


def _picked(moment: Moment) -> dict[str, Any]:
    typed, value = request.form.get("person_search", "").strip(), request.form.get("person", type=int)
    if value and people.name(value, moment):
        return {"value": value, "text": people.name(value, moment), "matches": []}
    matches = searching.persons_matching(current_actor(), typed, moment, current())
    if len(matches) == 1:
        return {"value": matches[0]["id"], "text": matches[0]["label"], "matches": []}
    error = _("Several match. Choose one of them.") if matches else _("Choose a person.")
    return {"value": "", "text": typed, "matches": matches, "error": error}


def _entry_page(form: QualificationForm, picker: dict[str, Any]) -> str:
    return render_template("audits/register/new.html", form=form, picker=picker)


@bp.route("/register/<int:person_id>/renew", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def renew_auditor(person_id: int) -> Answer:
    """Give a registration another last day."""
    row = register.entry(person_id, _moment())
    form = RenewalForm(data={"grounds": row.grounds if row.held else "", "based_on": row.id})
    if request.method == "GET":
        return _change_page("renew", row, form)
    if not form.validate():
        return _change_page("renew", row, form), 422
    return _changed("renew", row, form)


@bp.route("/register/<int:person_id>/end", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def end_registration(person_id: int) -> Answer:
    """End a registration with its last day and the reason."""
    moment = _moment()
    row = register.entry(person_id, moment)
    last = min(moment.day, row.until) if row.until else moment.day
    form = EndQualificationForm(data={"until": last, "based_on": row.id})
    if request.method == "GET":
        return _change_page("end", row, form)
    if not form.validate():
        return _change_page("end", row, form), 422
    return _changed("end", row, form)


def _changed(what: str, row: AuditorQualification, form: RenewalForm | EndQualificationForm) -> Answer:
    based_on = request.form.get("based_on", 0, type=int)
    at, actor, text = request_time(), current_actor(), form.grounds.data or ""
    try:
        if what == "renew":
            register.renew(actor, at, row.person_id, form.until.data, text, based_on)
        else:
            register.end(actor, at, row.person_id, cast(date, form.until.data), text, based_on)
    except RuleBroken as broken:
        _refuse(form, broken)
        return _change_page(what, row, form), 422
    except Stale as stale:
        form.based_on.data = str(stale.theirs["row"])
        return _change_page(what, row, form, _conflict(stale)), 409
    name = people.name(row.person_id, _moment())
    if what == "renew":
        flash(_("The registration of %(person)s is renewed.", person=name), "success")
    else:
        flash(_("The registration of %(person)s ends as entered.", person=name), "success")
    return redirect(url_for("audits.registered"), 303)


def _conflict(stale: Stale) -> dict[str, Any]:
    labels = {"until": _("Valid until"), "grounds": _("Qualified by, or reason")}
    return {
        "who": people.name(stale.theirs["by"], _moment()),
        "when": format_instant(stale.theirs["at"]),
        "rows": [
            {"label": label, "theirs": stale.theirs[name] or "–", "mine": stale.mine[name] or "–"}
            for name, label in labels.items()
        ],
    }


def _change_page(
    what: str,
    row: AuditorQualification,
    form: RenewalForm | EndQualificationForm,
    conflict: dict[str, Any] | None = None,
) -> str:
    name = people.name(row.person_id, _moment())
    return render_template(f"audits/register/{what}.html", row=row, form=form, name=name, conflict=conflict)


def _refuse(form: Any, broken: RuleBroken) -> None:
    field = form._fields.get(broken.field or "") or form.grounds
    field.errors = [*field.errors, str(broken)]
