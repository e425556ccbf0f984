"""Last of the first steps: who is the administrator, with a password of their own; then they are signed in."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from auditor import activity, settings_of
from auditor.access import public
from auditor.accounts import actions, beginning, passwords, queries
from auditor.accounts.forms import FirstPersonForm, FirstPersonWithoutRosterForm, refuse
from auditor.accounts.views.blueprint import bp
from auditor.accounts.views.recognising import recognise
from auditor.catalogue import actions as catalogue
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _
from auditor.people import actions as people_actions
from auditor.people import queries as people
from auditor.people.kinds import EmploymentKind
from auditor.training import actions as training
from auditor.training.courses import PERSONAL_INFORMATION_BASICS
from auditor.web import request_time

Answer = str | Response | tuple[str, int]


def _refused() -> Response | None:
    if queries.has_administrator():
        raise NotFound
    return None if session.get(beginning.HAS_CODE) else redirect(url_for("company.setup"), 303)


@bp.get("/first-administrator")
@public
def first_administrator() -> Answer:
    return _refused() or _page(_form())


@bp.post("/first-administrator")
@public
def make_first_administrator() -> Answer:
    """Make the administrator, end the first steps, and sign them in."""
    refused = _refused()
    if refused:
        return refused
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        person_id = _begin(form)
    except RuleBroken as broken:
        refuse(form, broken)
        return _page(form), 422
    recognise(actions.start_session(person_id, request_time()))
    flash(_("Everything is ready. You are signed in as administrator."), "success")
    return redirect("/", 303)


def _begin(form: FirstPersonForm) -> int:
    """Bring in what comes with the product and make the administrator, all of it or nothing; return their id."""
    at = request_time()
    with activity.action(beginning.FIRST_STEPS, at):
        person_id = _person(form)
        catalogue.import_builtin(beginning.FIRST_STEPS, at)
        training.import_course(beginning.FIRST_STEPS, PERSONAL_INFORMATION_BASICS, at)
        # Last, because it ends the setup code: whatever fails before leaves the steps open.
        beginning.make_first_administrator(
            person_id, form.password.data or "", settings_of(current_app).data, at
        )
    return person_id


def _form() -> FirstPersonForm:
    return FirstPersonForm() if people.employee_numbers() else FirstPersonWithoutRosterForm()


def _page(form: FirstPersonForm) -> str:
    return render_template("accounts/first_administrator.html", form=form, shortest=passwords.SHORTEST)


def _person(form: FirstPersonForm) -> int:
    """Return the person of the number; without a roster, register them and their department."""
    if not isinstance(form, FirstPersonWithoutRosterForm):
        found = people.with_number(actions.plain_login(form.number.data or ""))
        if not found:
            raise RuleBroken(_("Nobody on the roster has this employee number."), "number")
        return found[0]
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
