"""The rules of reminders for the administrator: a table by kind, one rule to change, and the coming week."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, _n
from auditor.people import queries as people
from auditor.web import current_actor, request_time
from auditor.worklist import preview, queries, rules
from auditor.worklist.forms import RuleForm, entered, refuse
from auditor.worklist.rules import Kind, Terms
from auditor.worklist.views.blueprint import bp

Answer = str | Response | tuple[str, int]


@bp.get("/reminders/")
@requires(Permission.SETTINGS_MANAGE)
def reminders() -> str:
    moment = Moment.at(request_time())
    settings = company.settings(moment)
    standing = rules.terms_at(moment)
    return render_template(
        "worklist/reminders.html",
        rows=[(kind, told(kind, standing.get(kind.notice, Terms()), settings)) for kind in rules.known()],
        own=set(standing),
        planned=queries.planned_rules(moment),
        settings=settings,
        common=_(", ").join(_step(step) for step in sorted(settings["reminder_days"], reverse=True)),
    )


@bp.get("/reminders/week")
@requires(Permission.SETTINGS_MANAGE)
def reminders_of_the_week() -> str:
    days = preview.week(Moment.at(request_time()))
    return render_template(
        "worklist/reminders_week.html",
        days=days,
        labels={kind.notice: kind.label for kind in rules.known()},
        total=sum(day.total for day in days),
    )


@bp.get("/reminders/<kind>")
@requires(Permission.SETTINGS_MANAGE)
def reminder_rule(kind: str) -> str:
    found = _kind(kind)
    last = rules.last_row(kind)
    form = RuleForm(
        data={
            **entered(rules.terms_of(last) if last else Terms()),
            "valid_from": max(
                Moment.at(request_time()).day, last.valid_from if last else Moment.at(request_time()).day
            ),
            "tip": str(last.id) if last else "",
        }
    )
    return _page(found, form)


@bp.post("/reminders/<kind>")
@requires(Permission.SETTINGS_MANAGE)
def change_reminder_rule(kind: str) -> Answer:
    """Write the rule, or with ``preview`` show what it would send this week and write nothing."""
    found = _kind(kind)
    form = RuleForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    terms = form.terms(found)
    if "preview" in request.form:
        return _page(found, form, compared=preview.compared(kind, terms, Moment.at(request_time())))
    seen = form.tip.data or ""
    tip = int(seen) if seen.isascii() and seen.isdecimal() else None
    try:
        changed = rules.set_rule(current_actor(), kind, terms, form.first_day, request_time(), tip)
    except RuleBroken as broken:
        refuse(form, broken)
        return _page(found, form), 422
    except Stale:
        last = rules.last_row(kind)
        form.tip.data = str(last.id) if last else ""
        return _page(found, form, conflict=_differences(found, terms)), 409
    flash(
        _("The rule was saved.") if changed else _("Nothing was different, so nothing was saved."), "success"
    )
    return redirect(url_for("worklist.reminders"), 303)


def _kind(notice: str) -> Kind:
    found = rules.kind_of(notice)
    if found is None:
        raise NotFound
    return found


def _page(kind: Kind, form: RuleForm, **more: Any) -> str:
    moment = Moment.at(request_time())
    history = queries.history_of_rule(kind.notice)
    settings = company.settings(moment)
    return render_template(
        "worklist/reminder_rule.html",
        kind=kind,
        form=form,
        common=", ".join(map(str, rules.common_steps(moment))),
        history=[(row, told(kind, rules.terms_of(row), settings)) for row in history],
        names=people.names([row.recorded_by for row in history], moment),
        **more,
    )


def _differences(kind: Kind, mine: Terms) -> list[dict[str, str]]:
    settings = company.settings(Moment.at(request_time()))
    last = rules.last_row(kind.notice)
    pairs = zip(
        told(kind, rules.terms_of(last) if last else Terms(), settings),
        told(kind, mine, settings),
        strict=True,
    )
    labels = (_("When they go"), _("To whom"), _("When it stays late"))
    return [
        {"label": label, "theirs": theirs, "mine": own}
        for label, (theirs, own) in zip(labels, pairs, strict=True)
        if theirs != own
    ]


def told(kind: Kind, terms: Terms, settings: dict[str, Any]) -> tuple[str, str, str]:
    """Return a rule in words: when, to whom, and who is told when it stays late."""
    if not terms.active:
        return str(_("no reminders")), "–", "–"
    steps = sorted(settings["reminder_days"] if terms.steps is None else terms.steps, reverse=True)
    when = _(", ").join(_step(step) for step in steps)
    if terms.repeat_days:
        when = _("%(days)s, then every %(number)s days", days=when, number=terms.repeat_days)
    if terms.repeat_days or len(steps) > terms.most:
        when = _("%(days)s; at most %(number)s", days=when, number=terms.most)
    if not kind.escalates:
        return when, str(kind.label), "–"
    names = {
        "head_after": _("head of the department"),
        "administrator_after": _("administrators"),
        "head_of_audit_after": _("head of audit"),
    }
    late = [
        _("%(who)s from day %(day)s", who=names[name], day=after)
        for name in kind.above
        if (after := getattr(terms, name)) is not None
    ]
    whom = _("whoever has to do it") if terms.to_person else _("only those above")
    return when, str(whom), _(", ").join(late) or "–"


def _step(step: int) -> str:
    if step == 0:
        return str(_("on the day"))
    if step > 0:
        return str(_n("%(num)s day before", "%(num)s days before", step))
    return str(_n("%(num)s day after", "%(num)s days after", -step))
