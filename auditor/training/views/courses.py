"""Courses for those who lead training: what is offered, its versions, how everybody stands."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import NotFound, Stale
from auditor.language import _, current
from auditor.people import queries as people
from auditor.training import actions, courses, following, reading, states, text, wording
from auditor.training.models import CourseState, CourseVersion, Question
from auditor.training.views.blueprint import bp
from auditor.training.views.lists import people_page
from auditor.web import current_actor, paged, request_time


@bp.get("/")
@requires(Permission.TRAINING_READ)
def index() -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    page = paged(following.rounds(actor, moment))
    within = following.reach(actor)
    tree = people.tree(moment)
    return render_template(
        "training/index.html",
        offers=following.offers(moment),
        page=page,
        counts=states.of_rounds([row.id for row in page.rows], moment, within),
        audiences=following.audiences([row.rule_id for row in page.rows], tree, moment),
        may_manage=actor.may(Permission.TRAINING_MANAGE),
        all_departments=within is None,
        today=moment.day,
    )


@bp.get("/courses/<int:course_id>")
@requires(Permission.TRAINING_READ)
def course(course_id: int) -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    row = following.course_for(actor, course_id, Permission.TRAINING_READ)
    versions = following.versions_of(row.id)
    state = CourseState.latest(moment, course=row.id)
    offered = next((one for one in versions if state is not None and one.id == state.version_id), versions[0])
    within = following.reach(actor)
    tree = people.tree(moment)
    rules = [
        {
            "detail": detail,
            "audience": wording.audience(detail.audience, tree),
            "recurrence": wording.recurrence(detail.recurrence),
        }
        for detail in following.rules_of(row.id, moment)
    ]
    page = paged(following.rounds(actor, moment, row.id))
    return render_template(
        "training/course.html",
        course=row,
        versions=versions,
        state=state,
        offered=offered,
        rules=rules,
        counts=states.summed(states.counts(states.of_course(row.id, moment), within).values()),
        page=page,
        round_counts=states.of_rounds([one.id for one in page.rows], moment, within),
        may_manage=actor.may(Permission.TRAINING_MANAGE),
        all_departments=within is None,
        today=moment.day,
    )


@bp.get("/courses/<int:course_id>/people")
@requires(Permission.TRAINING_READ)
def course_people(course_id: int) -> str:
    actor, moment = current_actor(), Moment.at(request_time())
    row = following.course_for(actor, course_id, Permission.TRAINING_READ)
    version = following.versions_of(row.id)[0]
    return people_page(
        states.of_course(row.id, moment),
        title=version,
        here=url_for(".course_people", course_id=row.id),
        above=url_for(".course", course_id=row.id),
    )


@bp.get("/versions/<int:version_id>")
@requires(Permission.TRAINING_READ)
def version(version_id: int) -> str:
    actor = current_actor()
    row: CourseVersion | None = CourseVersion.get_or_none(CourseVersion.id == version_id)
    if row is None:
        raise NotFound
    following.course_for(actor, row.course_id, Permission.TRAINING_READ)
    language = request.args.get("text", current())
    language = language if language in reading.LANGUAGES else current()
    # The right answers are for whoever answers for the course, not for those who will take it.
    pool = list(Question.select().where(Question.version == row).order_by(Question.id))
    return render_template(
        "training/version.html",
        version=row,
        text_language=language,
        sections=text.sections(reading.text_of(row, language)),
        wording=row.attestation_ja if language == "ja" else row.attestation_en,
        text_hash=reading.text_hash(row, language),
        pool=pool if actor.may(Permission.TRAINING_MANAGE) else [],
        pool_size=len(pool),
    )


@bp.post("/courses/builtin")
@requires(Permission.TRAINING_MANAGE)
def add_builtin() -> Response:
    row = actions.import_course(current_actor(), courses.PERSONAL_INFORMATION_BASICS, request_time())
    flash(str(_("The course is added. Look it over, then offer it.")), "success")
    return redirect(url_for(".course", course_id=row.course_id), 303)


@bp.post("/versions/<int:version_id>/open")
@requires(Permission.TRAINING_READ)
def open_version(version_id: int) -> Response:
    actor = current_actor()
    row: CourseVersion | None = CourseVersion.get_or_none(CourseVersion.id == version_id)
    if row is None:
        raise NotFound
    following.course_for(actor, row.course_id, Permission.TRAINING_MANAGE)
    return _set_state(row.course_id, lambda seen: actions.open_course(actor, row, request_time(), seen))


@bp.post("/courses/<int:course_id>/retire")
@requires(Permission.TRAINING_READ)
def retire(course_id: int) -> Response:
    actor = current_actor()
    following.course_for(actor, course_id, Permission.TRAINING_MANAGE)
    return _set_state(course_id, lambda seen: actions.retire(actor, course_id, request_time(), seen))


@bp.get("/courses/<int:course_id>/retire")
@requires(Permission.TRAINING_READ)
def retire_confirm(course_id: int) -> str:
    moment = Moment.at(request_time())
    row = following.course_for(current_actor(), course_id, Permission.TRAINING_MANAGE)
    return render_template(
        "training/retire.html",
        course=row,
        version=following.versions_of(row.id)[0],
        state=CourseState.latest(moment, course=row.id),
    )


def _set_state(course_id: int, act: Any) -> Response:
    seen = request.form.get("seen", type=int)
    try:
        state = act(seen)
    except Stale:
        flash(
            str(
                _(
                    "Somebody else changed the course meanwhile. Your change was not made; the current state is shown."
                )
            ),
            "error",
        )
        return redirect(url_for(".course", course_id=course_id), 303)
    said = _("The course is offered.") if state.state == "open" else _("The course is no longer offered.")
    flash(str(said), "success")
    return redirect(url_for(".course", course_id=course_id), 303)
