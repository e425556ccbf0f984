"""One person's assignment for those who lead: what happened, exemption, another due date."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from auditor.access import Actor, Permission, requires
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, current
from auditor.people import queries as people
from auditor.training import actions, following, history, states
from auditor.training.forms import DueForm, ReasonForm
from auditor.training.models import Assignment, AssignmentDue, Exemption
from auditor.training.states import Standing
from auditor.training.views.blueprint import bp
from auditor.web import current_actor, request_time

Answer = Response | tuple[str, int]


@bp.get("/assignments/<int:assignment_id>")
@requires(Permission.TRAINING_READ)
def assignment(assignment_id: int) -> str:
    moment = Moment.at(request_time())
    return _page(*following.assignment_for(current_actor(), assignment_id, Permission.TRAINING_READ, moment))


@bp.post("/assignments/<int:assignment_id>/exempt")
@requires(Permission.TRAINING_READ)
def exempt(assignment_id: int) -> Answer:
    return _decide(assignment_id, ReasonForm(), actions.exempt, _("The person is exempt."))


@bp.post("/assignments/<int:assignment_id>/withdraw")
@requires(Permission.TRAINING_READ)
def withdraw(assignment_id: int) -> Answer:
    return _decide(
        assignment_id,
        ReasonForm(),
        actions.withdraw_exemption,
        _("The exemption is withdrawn; the course has to be taken again."),
    )


@bp.post("/assignments/<int:assignment_id>/due")
@requires(Permission.TRAINING_READ)
def change_due(assignment_id: int) -> Answer:
    form = DueForm()

    def act(actor: Any, row: Assignment, reason: str, at: Any, seen: int | None) -> Any:
        return actions.change_due(actor, row, form.due_on.data, reason, at, seen)  # type: ignore[arg-type]

    return _decide(assignment_id, form, act, _("The due date is changed and the person is told."))


def _decide(assignment_id: int, form: Any, act: Any, said: str) -> Answer:
    actor, at = current_actor(), request_time()
    row, standing = following.assignment_for(actor, assignment_id, Permission.TRAINING_EXEMPT, Moment.at(at))
    forms = {"due" if isinstance(form, DueForm) else "exemption": form}
    if form.validate_on_submit():
        seen = int(form.seen.data) if (form.seen.data or "").isdigit() else None
        try:
            act(actor, row, form.reason.data or "", at, seen)
            flash(str(said), "success")
            return redirect(url_for(".assignment", assignment_id=row.id), 303)
        except RuleBroken as error:
            target = form[error.field].errors if error.field else form.form_errors
            target.append(str(error))
        except Stale as stale:
            return _page(row, standing, conflict=stale, **forms), 409
    return _page(row, standing, **forms), 422


def _page(row: Assignment, standing: Standing, conflict: Stale | None = None, **forms: Any) -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    tree = people.tree(moment)
    exemption = Exemption.latest(moment, assignment=row.id)
    due = AssignmentDue.latest(moment, assignment=row.id)
    entries = history.of(row, moment)
    seen = {"exemption": exemption, "due": due}
    shown = {"exemption": ReasonForm(formdata=None), "due": DueForm(formdata=None), **forms}
    for name, form in shown.items():
        form.seen.data = str(seen[name].id) if seen[name] is not None else ""  # type: ignore[union-attr]
    return render_template(
        "training/assignment.html",
        row=row,
        standing=standing,
        name=people.name(row.person_id, moment),
        department=tree.path(standing.department_id, current()) if standing.department_id else "",
        exempt=exemption is not None and exemption.exempt,
        entries=entries,
        names=people.names([entry.by for entry in entries], moment),
        exemption_form=shown["exemption"],
        due_form=shown["due"],
        conflict=_conflict_rows(conflict) if conflict else None,
        may_remind=_may_remind(actor, standing),
        may_decide=actor.may(Permission.TRAINING_EXEMPT),
        today=moment.day,
    )


def _may_remind(actor: Actor, standing: Standing) -> bool:
    within = following.reach(actor, Permission.TRAINING_REMIND)
    return standing.state in states.OWED and (within is None or standing.department_id in within)


def _conflict_rows(stale: Stale) -> list[dict[str, str]]:
    labels = {"reason": _("Reason"), "due_on": _("New due date"), "exempt": _("Exempt")}
    words = {True: str(_("Yes")), False: str(_("No"))}

    def shown(value: Any) -> str:
        return words[value] if isinstance(value, bool) else str(value or "")

    return [
        {"label": labels[name], "theirs": shown(stale.theirs.get(name)), "mine": shown(mine)}
        for name, mine in stale.mine.items()
    ]
