"""The statement at the end of a course, and its receipt."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import current
from auditor.people import queries as people
from auditor.training import actions, courses, queries, reading
from auditor.training.forms import AttestForm
from auditor.training.models import Assignment, Attestation, QuizAttempt, QuizResult
from auditor.training.views.blueprint import bp
from auditor.web import current_actor, request_time


@bp.get("/<int:assignment_id>/attest/<int:number>")
@requires(Permission.TRAINING_TAKE)
def attest(assignment_id: int, number: int) -> str | Response:
    assignment = reading.own(current_actor(), assignment_id)
    attempt, result = reading.attempt_numbered(assignment, number)
    signed = Attestation.get_or_none(Attestation.attempt == attempt.id)
    if signed is not None:
        return redirect(url_for(".receipt", number=signed.receipt), 303)
    if result is None or not result.passed:
        return redirect(url_for(".take", assignment_id=assignment.id), 303)
    return _statement_page(assignment, attempt, result, AttestForm())


@bp.post("/<int:assignment_id>/attest/<int:number>")
@requires(Permission.TRAINING_TAKE)
def sign(assignment_id: int, number: int) -> Response | tuple[str, int]:
    actor = current_actor()
    assignment = reading.own(actor, assignment_id)
    attempt, result = reading.attempt_numbered(assignment, number)
    form = AttestForm()
    language = request.form.get("statement_language", "")
    if result is None or language not in reading.LANGUAGES:
        raise NotFound
    if form.validate_on_submit():
        shown = {"wording": request.form.get("wording", ""), "content": request.form.get("content", "")}
        try:
            row = actions.attest(
                actor,
                assignment,
                attempt,
                language,
                shown,
                bool(form.agree.data),
                form.name.data or "",
                request_time(),
            )
            return redirect(url_for(".receipt", number=row.receipt), 303)
        except RuleBroken as error:
            _blame(form, error)
    return _statement_page(assignment, attempt, result, form), 422


def _blame(form: AttestForm, error: RuleBroken) -> None:
    target: Any = form[error.field].errors if error.field in ("agree", "name") else form.form_errors
    target.append(str(error))


def _statement_page(
    assignment: Assignment, attempt: QuizAttempt, result: QuizResult, form: AttestForm
) -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    version = reading.version_of(assignment, moment)
    read = reading.languages_read(assignment.id, version)
    # The statement is given in a language in which the text was shown; this one, if it was.
    language = current() if current() in read else read[0]
    wording = version.attestation_ja if language == "ja" else version.attestation_en
    return render_template(
        "training/attest.html",
        assignment=assignment,
        attempt=attempt,
        result=result,
        version=version,
        form=form,
        statement_language=language,
        wording=wording,
        wording_hash=courses.content_hash(wording),
        content_hash=reading.text_hash(version, language),
        registered=people.name(actor.person_id, moment),
        worry="findings.report_worry" in current_app.view_functions,
    )


@bp.get("/receipts/<number>")
@requires(Permission.TRAINING_TAKE)
def receipt(number: str) -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    row = queries.receipt_for(actor, number, moment)
    then = Moment.at(row.attested_at)
    department = people.main_departments([row.person_id], then).get(row.person_id)
    return render_template(
        "training/receipt.html",
        row=row,
        mine=row.person_id == actor.person_id,
        name=people.name(row.person_id, moment),
        department=people.tree(then).name(department, current()),
        result=QuizResult.get_or_none(QuizResult.attempt == row.attempt_id),
        others=[one for one in reading.attestations(row.assignment_id) if one.id != row.id],
        worry="findings.report_worry" in current_app.view_functions,
    )
