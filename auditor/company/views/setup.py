"""The first steps of an empty installation: company, roster, first administrator.

Open only while there is no administrator, and only to whoever has the code that the server printed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from flask import current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from auditor import activity, settings_of
from auditor.access import NOBODY, public
from auditor.accounts import beginning, throttle
from auditor.accounts import queries as account_queries
from auditor.calendars import fiscal_year_of
from auditor.clock import day_of
from auditor.company import actions, queries
from auditor.company.forms import CodeForm, FirstRosterForm, refuse
from auditor.company.views.blueprint import bp
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _
from auditor.people import applying, staging
from auditor.people.models import Person, StagedRoster
from auditor.people.roster_file import message
from auditor.web import request_time

Answer = str | Response | tuple[str, int]


def _step_two_on() -> Response | None:
    """Return the way back to the first step for whoever has not given the code. Raises NotFound once it is over."""
    if account_queries.has_administrator():
        raise NotFound
    if beginning.is_current(settings_of(current_app).data, session.get(beginning.HAS_CODE)):
        return None
    return redirect(url_for("company.setup"), 303)


def _year_begins() -> date:
    moment = Moment.at(request_time())
    return queries.fiscal_year_at(moment.day, moment).first


@bp.get("/setup")
@public
def setup() -> Answer:
    """First step: the code, the company, its fiscal year."""
    if account_queries.has_administrator():
        raise NotFound
    standing = queries.settings(Moment.at(request_time()))
    return render_template("company/setup.html", form=CodeForm(data=standing))


@bp.post("/setup")
@public
def save_company() -> Answer:
    if account_queries.has_administrator():
        raise NotFound
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("company/setup.html", form=form), 422
    settings = settings_of(current_app)
    attempt, _left = throttle.begin("setup", request.remote_addr or "", settings.secret_key, request_time())
    if not beginning.code_fits(settings.data, form.code.data or ""):
        refuse(form, RuleBroken(_("This is not the code that the server printed when it started."), "code"))
        return render_template("company/setup.html", form=form), 422
    throttle.succeeded(attempt)
    _keep_company(form, request_time())
    session[beginning.HAS_CODE] = beginning.mark(settings.data)
    return redirect(url_for("company.setup_roster"), 303)


def _keep_company(form: CodeForm, at: datetime) -> None:
    """Record the names from the first day of this fiscal year on: reads of any day of the year have them."""
    month, today = form.fiscal_year_start_month.data, day_of(at)
    names = {key: form[key].data for key in ("company_name_ja", "company_name_en")}
    with activity.action(beginning.FIRST_STEPS, at):
        # The year before is compared with this one, so its beginning holds for it as well.
        before = date(today.year - 1, 1, 1)
        actions.set_settings(beginning.FIRST_STEPS, {"fiscal_year_start_month": month}, before, at)
        actions.set_settings(beginning.FIRST_STEPS, names, fiscal_year_of(today, month).first, at)


@bp.get("/setup/roster")
@public
def setup_roster() -> Answer:
    """Second step: a roster file, or go on without one."""
    back = _step_two_on()
    return back or _roster_page(FirstRosterForm(data={"effective_from": _year_begins()}))


@bp.post("/setup/roster")
@public
def upload_roster() -> Answer:
    back = _step_two_on()
    if back:
        return back
    form = FirstRosterForm()
    if not form.validate_on_submit():
        return _roster_page(form), 422
    day = cast(date, form.effective_from.data)
    staged = staging.stage(
        NOBODY, _folder(), form.file.data.read(), form.file.data.filename or "", day, True, request_time()
    )
    session["staged"] = staged.id
    return _roster_page(form, staged)


@bp.post("/setup/roster/apply")
@public
def apply_roster() -> Answer:
    """Apply the roster that was shown."""
    back = _step_two_on()
    if back:
        return back
    staged = staging.staged_for(int(session.get("staged", 0)), request_time())
    plan = staging.plan(_folder(), staged, request_time())
    try:
        made = applying.apply_roster(beginning.FIRST_STEPS, plan, request_time(), confirmed=True)
    except applying.AlreadyApplied as again:
        made = again.earlier
    except applying.RosterChanged:
        return _roster_page(FirstRosterForm(data={"effective_from": staged.effective_from}), staged), 409
    staging.applied(_folder(), staged, made)
    flash(_("The roster has been applied."), "success")
    return redirect(url_for("accounts.first_administrator"), 303)


def _folder() -> Any:
    return settings_of(current_app).data / staging.FOLDER


def _roster_page(form: FirstRosterForm, staged: StagedRoster | None = None) -> str:
    plan = staging.plan(_folder(), staged, request_time()) if staged else None
    problems = [(problem, message(problem)) for problem in plan.file.problems] if plan else []
    return render_template(
        "company/setup_roster.html", form=form, plan=plan, problems=problems, known=Person.select().exists()
    )
