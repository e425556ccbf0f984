"""The company's settings with the day they hold from, their history, and the closed days."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.calendars import FiscalYear, national_holidays
from auditor.clock import day_of
from auditor.company import actions, queries
from auditor.company.daylist import is_planned, read_days
from auditor.company.forms import (
    FACTS_CONFIRMATION_LABELS,
    ClosedDayForm,
    DayListForm,
    SettingsForm,
    name_of_month,
    numbers_in,
    refuse,
)
from auditor.company.models import ClosedDay
from auditor.company.views.blueprint import bp
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _, _n, current
from auditor.people import queries as people
from auditor.people.kinds import UNIT_LEVEL_LABELS
from auditor.web import current_actor, paged, request_time

Answer = str | Response | tuple[str, int]


@bp.get("/company/settings")
@requires(Permission.SETTINGS_MANAGE)
def settings() -> str:
    standing = queries.settings(Moment.at(request_time()))
    form = SettingsForm(
        data={
            **standing,
            "reminder_days": ", ".join(map(str, standing["reminder_days"])),
            "valid_from": day_of(request_time()),
            "tip": queries.tip(),
        }
    )
    return _page(form)


@bp.post("/company/settings")
@requires(Permission.SETTINGS_MANAGE)
def save_settings() -> Answer:
    """Write what differs from what stands on the day given; nothing else."""
    form = SettingsForm()
    if not form.validate_on_submit():
        return _page(form), 422
    values = {key: form[key].data for key in queries.DEFAULTS}
    values["reminder_days"] = numbers_in(form.reminder_days.data or "")
    day = cast(date, form.valid_from.data)
    if form.tip.data != str(queries.tip()):
        form.tip.data = str(queries.tip())
        return _page(form, conflict=_differences(values, day)), 409
    try:
        count = actions.set_settings(current_actor(), values, day, request_time())
    except RuleBroken as broken:
        refuse(form, broken)
        return _page(form), 422
    flash(
        _("The settings were saved.") if count else _("Nothing was different, so nothing was saved."),
        "success",
    )
    return redirect(url_for("company.settings"), 303)


def _differences(values: dict[str, Any], day: date) -> list[dict[str, Any]]:
    standing = queries.settings(Moment.at(request_time()).on(day))
    form = SettingsForm()
    return [
        {"label": form[key].label.text, "theirs": shown(key, standing[key]), "mine": shown(key, mine)}
        for key, mine in values.items()
        if mine != standing[key]
    ]


def shown(key: str, value: Any) -> str:
    """Return a setting's value as a page shows it."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if key == "fiscal_year_start_month":
        return name_of_month(value)
    if key == "own_unit_level":
        return str(UNIT_LEVEL_LABELS.get(value, value))
    if key == "facts_confirmation":
        return str(FACTS_CONFIRMATION_LABELS.get(value, value))
    return str(value) or "–"


def _page(form: SettingsForm, conflict: list[dict[str, Any]] | None = None) -> str:
    page = paged(queries.history(queries.DEFAULTS))
    names = people.names([row.recorded_by for row in page.rows], Moment.at(request_time()))
    labels = {key: SettingsForm()[key].label.text for key in queries.DEFAULTS}
    return render_template(
        "company/settings.html",
        form=form,
        page=page,
        names=names,
        labels=labels,
        shown=shown,
        defaults=queries.DEFAULTS,
        planned=queries.planned(Moment.at(request_time())),
        conflict=conflict,
    )


@bp.get("/company/closed-days")
@requires(Permission.SETTINGS_MANAGE)
def closed_days() -> str:
    return _days_page(ClosedDayForm())


@bp.post("/company/closed-days")
@requires(Permission.SETTINGS_MANAGE)
def add_closed_day() -> Answer:
    form = ClosedDayForm()
    if not form.validate_on_submit():
        return _days_page(form), 422
    actions.set_closed_day(
        current_actor(), cast(date, form.day.data), True, form.name.data or "", request_time()
    )
    flash(_("The closed day was entered."), "success")
    return redirect(url_for("company.closed_days", year=_year_of(cast(date, form.day.data)).label), 303)


@bp.post("/company/closed-days/list")
@requires(Permission.SETTINGS_MANAGE)
def add_closed_days() -> Answer:
    """Enter a pasted list of days, all or none."""
    form = DayListForm()
    if not form.validate_on_submit():
        return _days_page(ClosedDayForm(formdata=None), form), 422
    try:
        days = read_days(form.days.data or "")
    except RuleBroken as broken:
        refuse(form, broken)
        return _days_page(ClosedDayForm(formdata=None), form), 422
    actions.close_days(current_actor(), days, request_time())
    flash(_n("%(num)s closed day was entered.", "%(num)s closed days were entered.", len(days)), "success")
    return redirect(url_for("company.closed_days", year=_year_of(days[0][0]).label), 303)


@bp.post("/company/closed-days/<day>/open")
@requires(Permission.SETTINGS_MANAGE)
def open_day(day: str) -> Response:
    """Take a closed day back."""
    try:
        when = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    if not is_planned(when):
        raise NotFound
    actions.set_closed_day(current_actor(), when, False, "", request_time())
    flash(_("The day is a working day again."), "success")
    return redirect(url_for("company.closed_days", year=_year_of(when).label), 303)


def _year_of(day: date) -> FiscalYear:
    return queries.fiscal_year_at(day, Moment.at(request_time()))


def _days_page(form: ClosedDayForm, many: DayListForm | None = None) -> str:
    moment = Moment.at(request_time())
    label = request.args.get("year", 0, type=int)
    year = queries.fiscal_year_named(label, moment) if 1950 <= label <= 2100 else _year_of(moment.day)
    rows = ClosedDay.standing(moment).where(ClosedDay.closed, ClosedDay.day.between(year.first, year.last))
    national = national_holidays(year.first.year, current()) | national_holidays(year.last.year, current())
    return render_template(
        "company/closed_days.html",
        form=form,
        many=many or DayListForm(formdata=None),
        rows=list(rows.order_by(ClosedDay.day)),
        holidays=sorted((day, name) for day, name in national.items() if day in year),
        year=year,
    )
