"""Last of the first steps: who is the administrator, with a password of their own; then they are signed in."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Role, public
from auditor.accounts import actions, beginning, passwords, queries
from auditor.accounts.forms import FirstPersonForm, FirstPersonWithoutRosterForm, refuse
from auditor.accounts.views.blueprint import bp
from auditor.accounts.views.recognising import recognise
from auditor.catalogue import actions as catalogue
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _, current
from auditor.people import actions as people_actions
from auditor.people import queries as people
from auditor.people import searching
from auditor.people.kinds import EmploymentKind
from auditor.training import actions as training
from auditor.training.courses import PERSONAL_INFORMATION_BASICS
from auditor.web import current_actor, request_time

Answer = str | Response | tuple[str, int]
Form = FirstPersonForm | FirstPersonWithoutRosterForm


def _refused() -> Response | None:
    if queries.has_administrator():
        return _over()
    marked = session.get(beginning.HAS_CODE)
    if beginning.is_current(settings_of(current_app).data, marked):
        return None
    return redirect(url_for("company.setup"), 303)


def _over() -> Response:
    """Return the way on for whoever took the last step already: a second click or a reload is no error.

    Raises NotFound for everybody else.
    """
    if Role.ADMINISTRATOR in current_actor().roles:
        return redirect("/", 303)
    if session.get(beginning.HAS_CODE):
        # Sent before the answer to the first click was there: the cookie is still that of the setup code.
        return redirect(url_for("accounts.sign_in"), 303)
    raise NotFound


@bp.get("/first-administrator")
@public
def first_administrator() -> Answer:
    return _refused() or _page(_form())


@bp.get("/first-administrator/people")
@public
def first_administrator_search() -> Response:
    """People of the roster for the field that searches; to whoever gave the setup code."""
    return _refused() or jsonify(_matching(request.args.get("q", "")))


@bp.post("/first-administrator")
@public
def make_first_administrator() -> Answer:
    """Make the administrator, end the first steps, and sign them in."""
    refused = _refused()
    if refused:
        return refused
    form = _form()
    picked = _picked()
    valid = form.validate_on_submit()
    if picked.get("error"):
        refuse(form, RuleBroken(picked["error"], "person"))
    if not valid or picked.get("error"):
        return _page(form, picked), 422
    try:
        person_id = _begin(form, picked)
    except NotFound:
        return _over()  # somebody was faster
    except RuleBroken as broken:
        if broken.field == "person":
            picked["error"] = str(broken)
        refuse(form, broken)
        return _page(form, picked), 422
    recognise(actions.start_session(person_id, request_time()))
    flash(_("Everything is ready. You are signed in as administrator."), "success")
    return redirect("/", 303)


def _begin(form: Form, picked: dict[str, Any]) -> int:
    """Bring in what comes with the product and make the administrator, all of it or nothing; return their id."""
    at = request_time()
    with beginning.last_step(settings_of(current_app).data, at):
        person_id = _new_person(form) if isinstance(form, FirstPersonWithoutRosterForm) else picked["value"]
        catalogue.import_builtin(beginning.FIRST_STEPS, at)
        training.import_course(beginning.FIRST_STEPS, PERSONAL_INFORMATION_BASICS, at)
        beginning.make_first_administrator(person_id, form.password.data or "", at)
    return int(person_id)


def _form() -> Form:
    return FirstPersonForm() if people.employee_numbers() else FirstPersonWithoutRosterForm()


def _page(form: Form, picked: dict[str, Any] | None = None) -> str:
    return render_template(
        "accounts/first_administrator.html",
        form=form,
        picked=picked or {},
        searched=isinstance(form, FirstPersonForm),
        shortest=passwords.SHORTEST,
    )


def _matching(text: str) -> list[dict[str, Any]]:
    return searching.persons_matching(beginning.FIRST_STEPS, text, Moment.at(request_time()), current())


def _picked() -> dict[str, Any]:
    """Return who was chosen on the roster: from the matches, or by a number or name that fits one person."""
    if not people.employee_numbers():
        return {}
    typed = request.form.get("person_search", "").strip()
    value = request.form.get("person", type=int)
    if value and people.is_working(value, Moment.at(request_time())):
        return {"value": value, "text": typed}
    by_number = people.with_number(actions.plain_login(typed))
    matches = _matching(typed)
    if by_number or len(matches) == 1:
        return {"value": by_number[0] if by_number else matches[0]["id"], "text": typed}
    if matches:
        return {"text": typed, "matches": matches, "error": _("Several people match. Choose one of them.")}
    error = _("Nobody on the roster has this name or employee number.") if typed else _("Choose a person.")
    return {"text": typed, "error": error}


def _new_person(form: FirstPersonWithoutRosterForm) -> int:
    """Register the person of the form and their department; return their id."""
    details = {name: form[name].data or "" for name in ("family_name", "given_name", "email")}
    # Checked before anything is registered, so that a weak password leaves no half of it.
    passwords.check(form.password.data or "", [form.number.data or "", *details.values()])
    moment = Moment.at(request_time())
    day = company.fiscal_year_at(moment.day, moment).first
    department = people_actions.add_department(
        beginning.FIRST_STEPS, "D001", form.department.data or "", day, request_time()
    )
    return people_actions.add_person(
        beginning.FIRST_STEPS,
        form.number.data or "",
        EmploymentKind.REGULAR,
        department,
        "",
        details,
        day,
        request_time(),
    )
