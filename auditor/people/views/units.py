"""Adding a department by hand; renaming, moving, closing and reopening one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.clock import day_of
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current, format_long_day
from auditor.people import queries, searching, units
from auditor.people.forms import AddUnitForm, UnitForm, refuse
from auditor.people.forms import day_of as day_in
from auditor.people.plan import FIELD_LABELS
from auditor.people.views.blueprint import bp
from auditor.people.views.words import label_of
from auditor.web import current_actor, request_time

Answer = str | Response | tuple[str, int]


@bp.get("/departments/new")
@requires(Permission.PEOPLE_IMPORT)
def add_department() -> str:
    return _page(AddUnitForm(data={"valid_from": day_of(request_time())}), {})


@bp.post("/departments/new")
@requires(Permission.PEOPLE_IMPORT)
def add_department_now() -> Answer:
    form = AddUnitForm()
    parent_id, picker = _parent()
    if not form.validate_on_submit() or picker.get("error"):
        return _page(form, picker), 422
    try:
        department_id = units.add_department(
            current_actor(), form.code.data or "", "", day_in(form.valid_from), request_time(),
            _unit(form, parent_id),
        )  # fmt: skip
    except RuleBroken as broken:
        return _refused(form, picker, broken), 422
    flash(_("The department was added."), "success")
    return redirect(url_for("people.department", department_id=department_id), 303)


@bp.get("/departments/<int:department_id>/change")
@requires(Permission.PEOPLE_IMPORT)
def change_department(department_id: int) -> str:
    row = _last(department_id)
    form = UnitForm(
        data={
            "name": row.name, "name_en": row.name_en, "kind": row.kind, "level": row.level, "site": row.site,
            "closed": not row.active, "valid_from": day_of(request_time()), "tip": str(row.id),
        }
    )  # fmt: skip
    above = queries.tree(_moment()).name(row.parent_id, current())
    return _page(form, {"value": row.parent_id or "", "text": above}, department_id)


@bp.post("/departments/<int:department_id>/change")
@requires(Permission.PEOPLE_IMPORT)
def change_department_now(department_id: int) -> Answer:
    _last(department_id)
    form = UnitForm()
    parent_id, picker = _parent()
    if not form.validate_on_submit() or picker.get("error"):
        return _page(form, picker, department_id), 422
    tip = form.tip.data or ""
    seen = int(tip) if tip.isdigit() else None
    day = day_in(form.valid_from)
    try:
        units.change_department(
            current_actor(), department_id, _unit(form, parent_id), day, request_time(), seen
        )
    except RuleBroken as broken:
        return _refused(form, picker, broken, department_id), 422
    except Stale as stale:
        form.tip.data = str(_last(department_id).id)
        return _page(form, picker, department_id, conflict=_conflict(stale)), 409
    flash(_("The change holds from %(day)s on.", day=format_long_day(day)), "success")
    return redirect(url_for("people.department", department_id=department_id), 303)


def _moment() -> Moment:
    return Moment.at(request_time())


def _last(department_id: int) -> Any:
    row = units.last_row(department_id)
    if row is None:
        raise NotFound
    return row


def _unit(form: UnitForm, parent_id: int | None) -> units.Unit:
    return units.Unit(
        name=(form.name.data or "").strip(),
        name_en=(form.name_en.data or "").strip(),
        kind=(form.kind.data or "").strip(),
        level=form.level.data,
        parent_id=parent_id,
        site=(form.site.data or "").strip(),
        active=not form.closed.data,
    )


def _parent() -> tuple[int | None, dict[str, Any]]:
    """Return the superior department chosen; an emptied field means none, a name that is not one is refused."""
    typed = request.form.get("parent_search", "").strip()
    value = request.form.get("parent", type=int)
    tree = queries.tree(_moment())
    if not typed:
        return (
            (value, {}) if request.form.get("parent") and "parent_search" not in request.form else (None, {})
        )
    if value in tree.details:
        return value, {"value": value, "text": typed}
    matches = searching.departments_matching(current_actor(), typed, _moment(), current())
    if len(matches) == 1:
        return int(matches[0]["id"]), {"value": matches[0]["id"], "text": matches[0]["label"]}
    error = _("Choose one of these departments.") if matches else _("No department was found.")
    return None, {"value": "", "text": typed, "matches": matches, "error": error}


def _refused(
    form: UnitForm, picker: dict[str, Any], broken: RuleBroken, department_id: int | None = None
) -> str:
    if broken.field == "parent":
        picker = {**picker, "error": str(broken)}
    elif broken.field == "active":
        form.closed.errors = [*form.closed.errors, str(broken)]
    else:
        refuse(form, broken)
    return _page(form, picker, department_id)


def _conflict(stale: Stale) -> dict[str, Any]:
    tree = queries.tree(_moment())

    def read(name: str, value: Any) -> str:
        if name == "parent":
            return tree.name(value, current()) or "–"
        if name == "active":
            return str(_("in use") if value else _("closed"))
        return label_of(name, value) if name == "level" else str(value or "–")

    labels = {**FIELD_LABELS, "kind": FIELD_LABELS["unit_kind"]}
    return {
        "rows": [
            {"label": labels[name], "theirs": read(name, stale.theirs.get(name)), "mine": read(name, mine)}
            for name, mine in stale.mine.items()
            if (stale.theirs.get(name) or "") != (mine or "")
        ]
    }


def _page(
    form: UnitForm, picker: dict[str, Any], department_id: int | None = None, conflict: Any = None
) -> str:
    name = queries.tree(_moment()).name(department_id, current())
    return render_template(
        "people/unit.html",
        form=form,
        picker=picker,
        department_id=department_id,
        name=name,
        conflict=conflict,
    )
