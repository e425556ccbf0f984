"""The quiz: one question a page, a page to check the answers, the result."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import current
from auditor.training import actions, journey, quiz, reading
from auditor.training.models import Assignment, QuizAttempt
from auditor.training.views.blueprint import bp
from auditor.web import current_actor, request_time


@bp.post("/<int:assignment_id>/quiz")
@requires(Permission.TRAINING_TAKE)
def start_quiz(assignment_id: int) -> Response:
    actor, at = current_actor(), request_time()
    assignment = reading.own(actor, assignment_id)
    attempt = actions.start_quiz(actor, assignment, current(), at)
    return redirect(url_for(".question", assignment_id=assignment.id, number=attempt.number, place=1), 303)


@bp.get("/<int:assignment_id>/quiz/<int:number>/<int:place>")
@requires(Permission.TRAINING_TAKE)
def question(assignment_id: int, number: int, place: int) -> str | Response:
    assignment = reading.own(current_actor(), assignment_id)
    attempt, result = reading.attempt_numbered(assignment, number)
    if result is not None:
        return _to_result(assignment, attempt)
    questions = reading.questions_of(attempt)
    if not 1 <= place <= len(questions):
        raise NotFound
    asked = questions[place - 1]
    chosen = reading.answers_of(attempt.id).get(str(asked.id), [])
    choices = {choice["id"]: choice for choice in asked.choices}
    order = next(entry["choices"] for entry in attempt.drawn if entry["question"] == asked.id)
    return render_template(
        "training/question.html",
        assignment=assignment,
        attempt=attempt,
        question=asked,
        choices=[choices[one] for one in order],
        chosen=chosen,
        place=place,
        total=len(questions),
    )


@bp.post("/<int:assignment_id>/quiz/<int:number>/<int:place>")
@requires(Permission.TRAINING_TAKE)
def answer(assignment_id: int, number: int, place: int) -> Response:
    actor = current_actor()
    assignment = reading.own(actor, assignment_id)
    attempt, result = reading.attempt_numbered(assignment, number)
    if result is not None:
        return _to_result(assignment, attempt)
    if not 1 <= place <= len(attempt.drawn):
        raise NotFound
    asked = attempt.drawn[place - 1]["question"]
    actions.save_answer(actor, assignment, attempt, asked, request.form.getlist("choice"), request_time())
    go = place - 1 if request.form.get("go") == "back" else place + 1
    if request.form.get("go") == "check" or go > len(attempt.drawn):
        return redirect(url_for(".check_answers", assignment_id=assignment.id, number=number), 303)
    return redirect(url_for(".question", assignment_id=assignment.id, number=number, place=max(go, 1)), 303)


@bp.get("/<int:assignment_id>/quiz/<int:number>")
@requires(Permission.TRAINING_TAKE)
def check_answers(assignment_id: int, number: int) -> str | Response:
    assignment = reading.own(current_actor(), assignment_id)
    attempt, result = reading.attempt_numbered(assignment, number)
    return _answers_page(assignment, attempt) if result is None else _to_result(assignment, attempt)


@bp.post("/<int:assignment_id>/quiz/<int:number>")
@requires(Permission.TRAINING_TAKE)
def submit_quiz(assignment_id: int, number: int) -> Response | tuple[str, int]:
    actor = current_actor()
    assignment = reading.own(actor, assignment_id)
    attempt, _result = reading.attempt_numbered(assignment, number)
    try:
        actions.submit_quiz(actor, assignment, attempt, request_time())
    except RuleBroken as error:
        return _answers_page(assignment, attempt, str(error)), 422
    return _to_result(assignment, attempt)


@bp.get("/<int:assignment_id>/result/<int:number>")
@requires(Permission.TRAINING_TAKE)
def result(assignment_id: int, number: int) -> str:
    assignment = reading.own(current_actor(), assignment_id)
    attempt, found = reading.attempt_numbered(assignment, number)
    if found is None:
        raise NotFound
    way = journey.of(assignment, current(), Moment.at(request_time()))
    rows = []
    for one in reading.questions_of(attempt):
        chosen = found.answers.get(str(one.id), [])
        rows.append({"question": one, "right": quiz.is_right(one, chosen), "chosen": chosen})
    return render_template(
        "training/result.html", way=way, assignment=assignment, attempt=attempt, result=found, rows=rows
    )


def _answers_page(assignment: Assignment, attempt: QuizAttempt, error: str = "") -> str:
    return render_template(
        "training/check_answers.html",
        assignment=assignment,
        attempt=attempt,
        questions=reading.questions_of(attempt),
        answers=reading.answers_of(attempt.id),
        error=error,
    )


def _to_result(assignment: Assignment, attempt: QuizAttempt) -> Response:
    return redirect(url_for(".result", assignment_id=assignment.id, number=attempt.number), 303)
