"""Changing one person: adding, details, transfer, leave and leaving; naming the head of a department."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.clock import day_of
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current, format_long_day
from auditor.people import actions, histories, queries, searching
from auditor.people.forms import AddForm, DetailsForm, HeadForm, StatusForm, TransferForm, refuse
from auditor.people.forms import day_of as day_in
from auditor.people.histories import PersonRecord
from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.people.plan import FIELD_LABELS
from auditor.people.views.blueprint import bp
from auditor.people.views.words import label_of
from auditor.web import current_actor, request_time

Answer = str | Response | tuple[str, int]


def _moment() -> Moment:
    return Moment.at(request_time())


def _person(person_id: int) -> PersonRecord:
    return histories.person_for(current_actor(), person_id, _moment(), Permission.PEOPLE_IMPORT)


def _chosen(name: str, find: Any) -> tuple[int | None, dict[str, Any]]:
    """Return the id chosen in a field that searches, and what the page needs to show it again.

    Without script only the typed words come: one match is taken, several are offered.
    """
    typed = request.form.get(f"{name}_search", "").strip()
    value = request.form.get(name, type=int)
    if value:
        return value, {"value": value, "text": typed, "matches": []}
    matches = find(current_actor(), typed, _moment(), current()) if typed else []
    if len(matches) == 1:
        return int(matches[0]["id"]), {"value": matches[0]["id"], "text": matches[0]["label"], "matches": []}
    return None, {"value": "", "text": typed, "matches": matches}


def _back(person_id: int, said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("people.person", person_id=person_id), 303)


def _conflict(stale: Stale) -> dict[str, Any]:
    """Return what the conflict table shows: each field that differs, theirs beside mine."""
    rows = []
    for name, mine in stale.mine.items():
        theirs = stale.theirs.get(name)
        if (theirs or "") != (mine or ""):
            label = _("Department") if name == "department" else FIELD_LABELS.get(name, name)
            rows.append({"label": label, "theirs": _read(name, theirs), "mine": _read(name, mine)})
    return {"rows": rows}


def _read(name: str, value: Any) -> str:
    if name == "department":
        return queries.tree(_moment()).name(value, current())
    return label_of(name, value) if name in ("kind", "status") and value else str(value or "–")


@bp.get("/new")
@requires(Permission.PEOPLE_IMPORT)
def add() -> str:
    return _add_page(AddForm(data={"valid_from": day_of(request_time()), "kind": "regular"}), {})


@bp.post("/new")
@requires(Permission.PEOPLE_IMPORT)
def add_now() -> Answer:
    form = AddForm()
    department_id, picker = _chosen("department", searching.departments_matching)
    if not form.validate_on_submit():
        return _add_page(form, picker), 422
    try:
        person_id = actions.add_person(
            current_actor(), form.number.data or "", EmploymentKind(form.kind.data), department_id,
            form.post.data or "", form.data, day_in(form.valid_from), request_time(),
        )  # fmt: skip
    except RuleBroken as broken:
        if broken.field == "department":
            picker["error"] = str(broken)
        refuse(form, broken)
        return _add_page(form, picker), 422
    return _back(person_id, _("The person was added."))


def _add_page(form: AddForm, picker: dict[str, Any]) -> str:
    return render_template("people/add.html", form=form, picker=picker)


@bp.get("/<int:person_id>/details")
@requires(Permission.PEOPLE_READ)
def details(person_id: int) -> str:
    person = _person(person_id)
    now = (
        {name: getattr(person.details, name) or "" for name in actions.NAME_COLUMNS} if person.details else {}
    )
    form = DetailsForm(data={**now, "valid_from": day_of(request_time()), "tip": person.tip})
    return render_template("people/details.html", form=form, person=person)


@bp.post("/<int:person_id>/details")
@requires(Permission.PEOPLE_READ)
def change_details(person_id: int) -> Answer:
    person = _person(person_id)
    form = DetailsForm()

    def page(**more: Any) -> str:
        return render_template("people/details.html", form=form, person=person, **more)

    if not form.validate_on_submit():
        return page(), 422
    try:
        actions.change_details(
            current_actor(),
            person_id,
            form.data,
            day_in(form.valid_from),
            request_time(),
            form.tip.data or "",
        )
    except RuleBroken as broken:
        refuse(form, broken)
        return page(), 422
    except Stale as stale:
        form.tip.data = person.tip
        return page(conflict=_conflict(stale)), 409
    return _back(person_id, _("The details were changed."))


@bp.get("/<int:person_id>/transfer")
@requires(Permission.PEOPLE_READ)
def transfer(person_id: int) -> str:
    person = _person(person_id)
    form = TransferForm(data={"valid_from": day_of(request_time()), "change": "main", "tip": person.tip})
    return _transfer_page(form, person, {})


@bp.post("/<int:person_id>/transfer")
@requires(Permission.PEOPLE_READ)
def transfer_now(person_id: int) -> Answer:
    person = _person(person_id)
    form = TransferForm()
    department_id, picker = _chosen("department", searching.departments_matching)
    valid = form.validate_on_submit()
    if department_id is None and not picker["matches"]:
        picker["error"] = _("Choose the department.")
    if not valid or department_id is None:
        return _transfer_page(form, person, picker), 422
    day, now, tip = day_in(form.valid_from), request_time(), form.tip.data or ""
    try:
        if form.change.data == "end":
            actions.end_concurrent(current_actor(), person_id, department_id, day, now, tip)
        else:
            act = actions.transfer if form.change.data == "main" else actions.add_concurrent
            act(current_actor(), person_id, department_id, form.post.data or "", day, now, tip)
    except RuleBroken as broken:
        picker["error"] = str(broken)
        return _transfer_page(form, person, picker), 422
    except Stale as stale:
        form.tip.data = person.tip
        return _transfer_page(form, person, picker, conflict=_conflict(stale)), 409
    return _back(person_id, _("The transfer holds from %(day)s on.", day=format_long_day(day)))


def _transfer_page(form: TransferForm, person: PersonRecord, picker: dict[str, Any], **more: Any) -> str:
    units = queries.tree(_moment())
    posts = [(units.name(post.department_id, current()), post) for post in person.posts]
    return render_template(
        "people/transfer.html", form=form, person=person, posts=posts, picker=picker, **more
    )


@bp.get("/<int:person_id>/status")
@requires(Permission.PEOPLE_READ)
def status(person_id: int) -> str:
    person = _person(person_id)
    kind = person.employment.kind if person.employment else "regular"
    form = StatusForm(data={"valid_from": day_of(request_time()), "kind": kind, "tip": person.tip})
    return render_template("people/status.html", form=form, person=person)


@bp.post("/<int:person_id>/status")
@requires(Permission.PEOPLE_READ)
def change_status(person_id: int) -> Answer:
    person = _person(person_id)
    form = StatusForm()
    if not form.validate_on_submit():
        return render_template("people/status.html", form=form, person=person), 422
    try:
        actions.change_employment(
            current_actor(), person_id, EmploymentStatus(form.status.data), EmploymentKind(form.kind.data),
            day_in(form.valid_from), request_time(), form.tip.data or "",
        )  # fmt: skip
    except Stale as stale:
        form.tip.data = person.tip
        page = render_template("people/status.html", form=form, person=person, conflict=_conflict(stale))
        return page, 409
    return _back(person_id, _("Recorded."))


@bp.get("/departments/<int:department_id>/head")
@requires(Permission.PEOPLE_IMPORT)
def head(department_id: int) -> str:
    form = HeadForm(
        data={"valid_from": day_of(request_time()), "tip": str(actions.last_head_row(department_id) or "")}
    )
    return _head_page(department_id, form, {})


@bp.post("/departments/<int:department_id>/head")
@requires(Permission.PEOPLE_IMPORT)
def name_head(department_id: int) -> Answer:
    if department_id not in queries.tree(_moment()).details:
        raise NotFound
    form = HeadForm()
    person_id, picker = _chosen("person", searching.persons_matching)
    valid = form.validate_on_submit()
    if person_id is None and not form.vacant.data and not picker["matches"]:
        picker["error"] = _("Choose a person, or say that the post is vacant.")
    if not valid or (person_id is None and not form.vacant.data):
        return _head_page(department_id, form, picker), 422
    try:
        actions.name_head(
            current_actor(), department_id, None if form.vacant.data else person_id, day_in(form.valid_from),
            request_time(), request.form.get("tip", type=int),
        )  # fmt: skip
    except RuleBroken as broken:
        picker["error"] = str(broken)
        return _head_page(department_id, form, picker), 422
    except Stale as stale:
        form.tip.data = str(actions.last_head_row(department_id) or "")
        names = queries.names([stale.theirs["person"], stale.mine["person"]], _moment())
        row = {
            "label": _("Department head"),
            "theirs": names.get(stale.theirs["person"] or 0, "–"),
            "mine": names.get(stale.mine["person"] or 0, "–"),
        }
        return _head_page(department_id, form, picker, conflict={"rows": [row]}), 409
    flash(_("Recorded."), "success")
    return redirect(url_for("people.department", department_id=department_id), 303)


def _head_page(department_id: int, form: HeadForm, picker: dict[str, Any], **more: Any) -> str:
    units = queries.tree(_moment())
    if department_id not in units.details:
        raise NotFound
    now = queries.name(queries.heads(_moment()).get(department_id), _moment())
    return render_template(
        "people/head.html", form=form, picker=picker, department_id=department_id,
        name=units.name(department_id, current()), now=now, **more,
    )  # fmt: skip
