"""A round: how it stands by department and by person, reminders, later due dates."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Actor, Permission, requires
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _n, current
from auditor.people import queries as people
from auditor.training import actions, following, states
from auditor.training.forms import DueForm
from auditor.training.models import TrainingRound
from auditor.training.views.blueprint import bp
from auditor.training.views.lists import people_page
from auditor.web import Page, current_actor, request_time, safe_next

SIZE = 50


@bp.get("/rounds/<int:round_id>")
@requires(Permission.TRAINING_READ)
def round_(round_id: int) -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    return _round_page(following.round_for(actor, round_id, Permission.TRAINING_READ, moment), moment)


def _round_page(
    opened: TrainingRound, moment: Moment, form: DueForm | None = None, picked: frozenset[int] = frozenset()
) -> str:
    actor = current_actor()
    within = following.reach(actor)
    tree = people.tree(moment)
    counts = states.counts(states.of_round(opened.id, moment), within)
    units = sorted(
        counts, key=lambda one: (one is None, tree.path(one, current()) if one is not None else "")
    )
    number = max(1, min(request.args.get("page", 1, type=int), -(-len(units) // SIZE) or 1))
    shown = units[(number - 1) * SIZE : number * SIZE]
    return render_template(
        "training/round.html",
        opened=opened,
        audience=following.audiences([opened.rule_id], tree, moment).get(opened.rule_id, ""),
        counts=counts,
        whole=states.summed(counts.values()),
        page=Page(shown, len(units), number, SIZE),
        paths={one: tree.path(one, current()) if one else "" for one in shown},
        form=form or DueForm(),
        picked=picked,
        may_manage=actor.may(Permission.TRAINING_MANAGE),
        late=_late(actor, counts),
        all_departments=within is None,
        today=moment.day,
    )


def _late(actor: Actor, counts: dict[int | None, states.Counts]) -> int:
    """Return how many overdue persons the reader may remind."""
    within = following.reach(actor, Permission.TRAINING_REMIND)
    return sum(part.by_state["overdue"] for unit, part in counts.items() if within is None or unit in within)


@bp.get("/rounds/<int:round_id>/people")
@requires(Permission.TRAINING_READ)
def round_people(round_id: int) -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    opened = following.round_for(actor, round_id, Permission.TRAINING_READ, moment)
    return people_page(
        states.of_round(opened.id, moment),
        title=opened.version,
        here=url_for(".round_people", round_id=opened.id),
        above=url_for(".round_", round_id=opened.id),
        opened=opened,
    )


@bp.post("/rounds/<int:round_id>/remind")
@requires(Permission.TRAINING_READ)
def remind(round_id: int) -> Response:
    actor, at = current_actor(), request_time()
    moment = Moment.at(at)
    opened = following.round_for(actor, round_id, Permission.TRAINING_REMIND, moment)
    within = following.reach(actor, Permission.TRAINING_REMIND)
    back = safe_next(request.form.get("back"), url_for(".round_people", round_id=opened.id))
    if request.form.get("whole"):
        wanted = following.FILTERS.get(request.form.get("state", ""), states.OWED)
        rows = following.chosen(states.of_round(opened.id, moment), within, wanted)
        ids = [row.assignment_id for row in rows if row.assignment_id]
    else:
        ids = request.form.getlist("assignment", type=int)
    if not ids:
        flash(str(_("Nobody was chosen, so nobody was reminded. Tick the people first.")), "error")
        return redirect(back, 303)
    new = actions.remind(actor, opened.id, ids, at, within)
    if new:
        flash(str(_n("%(num)d person gets a reminder.", "%(num)d people get a reminder.", new)), "success")
    else:
        flash(str(_("They have already been reminded today, or have nothing left to take.")), "info")
    return redirect(back, 303)


@bp.post("/rounds/<int:round_id>/due")
@requires(Permission.TRAINING_READ)
def change_dues(round_id: int) -> Response | tuple[str, int]:
    actor, at = current_actor(), request_time()
    moment = Moment.at(at)
    opened = following.round_for(actor, round_id, Permission.TRAINING_MANAGE, moment)
    form = DueForm()
    picked = frozenset(request.form.getlist("department", type=int))
    if form.validate_on_submit():
        due_on = form.due_on.data or moment.day
        try:
            if not picked:
                raise RuleBroken(_("Tick the departments first."))
            changed = actions.change_due_of_departments(
                actor, opened.id, picked, due_on, form.reason.data or "", at
            )
            flash(
                str(_n("%(num)d person has a new due date.", "%(num)d people have a new due date.", changed)),
                "success",
            )
            return redirect(url_for(".round_", round_id=opened.id), 303)
        except RuleBroken as error:
            errors = form[error.field].errors if error.field else form.form_errors
            errors.append(str(error))
    return _round_page(opened, moment, form, picked), 422
