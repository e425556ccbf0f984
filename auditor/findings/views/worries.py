"""Reports of a violation or a worry."""

from __future__ import annotations

from uuid import uuid4

from flask import flash, redirect, render_template, url_for

from auditor.access import Permission, Role, requires
from auditor.errors import Forbidden, NotFound, RuleBroken
from auditor.findings import worries as reports
from auditor.findings.forms import WorryForm, WorryMoveForm
from auditor.findings.models import Worry, WorryState
from auditor.findings.states import WorryStep
from auditor.findings.views import bp
from auditor.findings.views.response import Answer, answered, now, refuse, words
from auditor.language import _
from auditor.people import queries as people
from auditor.web import current_actor, paged, request_time


@bp.route("/worries/report", methods=["GET", "POST"])
@requires(Permission.WORRY_REPORT)
def report_worry() -> Answer:
    form = WorryForm(data={"once": uuid4().hex, "recipient": Role.ADMINISTRATOR.value})
    if form.is_submitted():
        try:
            if form.validate():
                worry = reports.report(
                    current_actor(),
                    request_time(),
                    words(form.text),
                    Role(form.recipient.data),
                    bool(form.anonymous.data),
                    form.once.data or None,
                )
                flash(_("Thank you. Your report was received as %(number)s.", number=worry.number), "success")
                return redirect(url_for("findings.report_worry"), 303)
        except RuleBroken as error:
            refuse(form, error)
    mine = list(reports.own(current_actor()).order_by(Worry.id.desc()).limit(20))
    states = _states([worry.id for worry in mine])
    page = render_template("findings/report_worry.html", form=form, mine=mine, states=states)
    return (page, 422) if form.is_submitted() else page


@bp.get("/worries")
@requires(Permission.WORRY_READ)
def worries() -> str:
    page = paged(reports.readable(current_actor()).order_by(Worry.id.desc()))
    states = _states([worry.id for worry in page.rows])
    names = people.names([worry.reporter_id for worry in page.rows], now())
    return render_template("findings/worries.html", page=page, states=states, names=names)


@bp.route("/worries/<int:worry_id>", methods=["GET", "POST"])
@requires(Permission.WORRY_REPORT)
def worry(worry_id: int) -> Answer:
    """Readers decide here; a reporter who gave a name reads here what became of the report."""
    actor, moment = current_actor(), now()
    form = WorryMoveForm()
    try:
        found, reads = reports.worry_for(actor, worry_id, Permission.WORRY_READ), True
    except NotFound:
        found, reads = reports.worry_for(actor, worry_id, Permission.WORRY_REPORT), False
        if form.is_submitted():
            raise Forbidden from None  # the reporter reads what became of it, and decides nothing
    state = WorryState.latest(moment, worry=found.id)
    if not form.is_submitted():
        form.seen.data = state.id if state else 0
    history = list(WorryState.select().where(WorryState.worry == found.id).order_by(WorryState.id))
    names = people.names([found.reporter_id, *(row.recorded_by for row in history)], moment)
    return answered(
        form,
        lambda: reports.move(
            actor,
            request_time(),
            found,
            WorryStep(form.step.data),
            words(form.comment),
            seen=form.seen.data,
        ),
        _("Saved."),
        url_for("findings.worry", worry_id=found.id),
        lambda conflict: render_template(
            "findings/worry.html",
            form=form,
            worry=found,
            state=state,
            step=WorryStep(state.state) if state else WorryStep.RECEIVED,
            steps={step.value: step for step in WorryStep},
            history=history,
            names=names,
            reads=reads,
            conflict=conflict,
        ),
        lambda: WorryState.latest(now(), worry=found.id),
    )


def _states(worry_ids: list[int]) -> dict[int, WorryState]:
    rows = WorryState.standing(now(), WorryState.worry.in_(worry_ids))
    return {row.worry_id: row for row in rows}
