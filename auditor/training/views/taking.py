"""A person's own courses: the list, the start of a course, its text page by page."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, current
from auditor.training import actions, journey, queries, reading, text
from auditor.training.models import Assignment
from auditor.training.views.blueprint import bp
from auditor.web import current_actor, request_time


@bp.get("/mine")
@requires(Permission.TRAINING_TAKE)
def mine() -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    rows = queries.mine(actor.person_id or 0, moment)
    receipts = queries.receipts([row.assignment_id for row in rows])
    return render_template("training/mine.html", rows=rows, receipts=receipts, today=moment.day)


@bp.get("/<int:assignment_id>")
@requires(Permission.TRAINING_TAKE)
def take(assignment_id: int) -> str:
    moment = Moment.at(request_time())
    assignment = reading.own(current_actor(), assignment_id)
    way = journey.of(assignment, current(), moment)
    due_on = queries.due_of(assignment, moment)
    return render_template(
        "training/take.html", way=way, due_on=due_on, days=(due_on - moment.day).days, step=way.step
    )


@bp.get("/<int:assignment_id>/read/<int:number>")
@requires(Permission.TRAINING_TAKE)
def read(assignment_id: int, number: int) -> str | Response:
    actor, at = current_actor(), request_time()
    assignment = reading.own(actor, assignment_id)
    beside = _beside(assignment, number, Moment.at(at))
    if beside is not None:
        return beside
    shown = actions.show(actor, assignment, current(), number, at)
    if shown != number:
        return redirect(url_for(".read", assignment_id=assignment.id, number=shown), 303)
    way = journey.of(assignment, current(), Moment.at(at))
    sections = text.sections(reading.text_of(way.version, current()))
    due_on = queries.due_of(assignment, Moment.at(at))
    return render_template(
        "training/read.html",
        way=way,
        section=sections[number - 1],
        number=number,
        due_on=due_on,
        titles=sections,
    )


def _beside(assignment: Assignment, number: int, moment: Moment) -> str | None:
    """Return the page as the other language has come to it, for who switches there; None where it counts.

    It counts as shown in no language: what a person signs was shown page by page in that language.
    """
    way = journey.of(assignment, current(), moment)
    if not way.sections_shown + 1 < number <= way.sections:
        return None
    other = next(one for one in reading.LANGUAGES if one != current())
    if journey.of(assignment, other, moment).sections_shown < number:
        return None
    sections = text.sections(reading.text_of(way.version, current()))
    return render_template(
        "training/beside.html", way=way, section=sections[number - 1], number=number, other=other
    )


@bp.post("/<int:assignment_id>/read/done")
@requires(Permission.TRAINING_TAKE)
def finish(assignment_id: int) -> Response:
    actor, at = current_actor(), request_time()
    assignment = reading.own(actor, assignment_id)
    language = request.form.get("language", "")
    language = language if language in reading.LANGUAGES else current()
    try:
        actions.finish_reading(actor, assignment, language, at)
    except RuleBroken as error:
        flash(str(error), "error")
        way = journey.of(assignment, language, Moment.at(at))
        return redirect(url_for(".read", assignment_id=assignment.id, number=way.sections_shown + 1), 303)
    way = journey.of(assignment, language, Moment.at(at))
    if way.attempts and way.unfinished is None:  # read again after a quiz: nothing is drawn unasked
        flash(str(_("It is recorded that you have read the course to the end.")), "success")
        return redirect(url_for(".take", assignment_id=assignment.id), 303)
    attempt = actions.start_quiz(actor, assignment, language, at)
    return redirect(url_for(".question", assignment_id=assignment.id, number=attempt.number, place=1), 303)
