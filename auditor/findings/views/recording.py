"""Recording a finding, changing what is said of it, withdrawing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import activity
from auditor.access import Actor, Permission, requires
from auditor.audits import queries as audits
from auditor.audits.inspections import queries as inspections
from auditor.audits.models import AuditItem
from auditor.calendars import business_day
from auditor.catalogue.models import Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import Forbidden, RuleBroken
from auditor.findings import actions, pickers, queries, story, worries
from auditor.findings.beside import about
from auditor.findings.flow import detail_of
from auditor.findings.forms import ChangeForm, ReasonForm, RecordForm
from auditor.findings.models import Finding, FindingDetail, FindingState, Worry
from auditor.findings.repeats import Repeat, repeats
from auditor.findings.states import Grade, Source
from auditor.findings.views import bp
from auditor.findings.views.response import (
    Answer,
    Conflict,
    answered,
    day,
    not_now,
    now,
    page_of,
    refuse,
    words,
)
from auditor.language import _, pick
from auditor.language import current as language
from auditor.people import queries as people
from auditor.web import current_actor, request_time


@bp.get("/departments")
@requires(Permission.FINDING_RECORD)
def departments() -> Response:
    found: Response = jsonify(pickers.departments(request.args.get("q", "")[:100], now()))
    return found


@bp.route("/record", methods=["GET", "POST"])
@requires(Permission.FINDING_RECORD)
def record() -> Answer:
    actor, moment = current_actor(), now()
    item, worry = _item(actor), _worry(actor)
    if item is None and not actor.everywhere(Permission.FINDING_RECORD):
        raise Forbidden
    if item is not None and (taken := about(item)) is not None:
        flash(_("This item has a finding already: %(number)s.", number=taken.number), "info")
        return redirect(page_of(taken), 303)
    form = RecordForm(data=_prefilled(item, worry, moment))
    chosen = _suggested(item, moment)
    if form.is_submitted():
        chosen = pickers.picked_department(request.form, moment)
        if form.validate() and chosen.value is not None:
            try:
                finding = _record(actor, form, item, worry, chosen.value)
            except RuleBroken as error:
                refuse(form, error)
            else:
                flash(_("Finding %(number)s was recorded.", number=finding.number), "success")
                return redirect(page_of(finding), 303)
        elif chosen.value is None:
            form.form_errors.append(_("Department: %(message)s", message=chosen.error))
    page = render_template(
        "findings/record.html",
        form=form,
        chosen=chosen,
        item=item,
        worry=worry,
        item_title=pick(item.control, "title") if item else "",
        repeats=_repeats(actor, item, moment),
        due_days=_due_days(moment),
    )
    return (page, 422) if form.is_submitted() else page


def _record(
    actor: Actor, form: RecordForm, item: AuditItem | None, worry: Worry | None, department_id: int
) -> Finding:
    at = request_time()
    subject = Subject.get_or_none(Subject.department == department_id) if item is None else None
    subject = subject or Subject.get_or_none(Subject.kind == "company")
    if item is None and subject is None:
        raise RuleBroken(_("This department is not a subject yet. Add it under Subjects first."))
    with activity.action(actor, at):  # finding and report together, or neither
        finding = actions.record(
            actor,
            at,
            title=words(form.title),
            facts=words(form.facts),
            grade=Grade(form.grade.data),
            department_id=department_id,
            due_on=day(form.due_on),
            found_on=form.found_on.data,
            item=item,
            subject_id=subject.id if subject else None,
            source=Source.WORRY if worry else Source.OTHER,
            once=form.once.data or None,
        )
        if worry is not None:
            worries.lead_to(actor, at, worry, finding)
    return finding


def _item(actor: Actor) -> AuditItem | None:
    item_id = request.args.get("item", type=int) or request.args.get("item_id", type=int)
    if item_id is None:
        return None
    recording = actor.everywhere(Permission.FINDING_RECORD)
    if recording and inspections.is_item(item_id):
        return inspections.item_for(actor, item_id, Permission.INSPECTION_CONFIRM, request_time())
    item = audits.item_for(actor, item_id, Permission.AUDIT_READ, request_time())
    if not recording and not audits.is_auditor(actor, item.audit_id, request_time()):
        raise Forbidden
    return item


def _worry(actor: Actor) -> Worry | None:
    worry_id = request.args.get("worry", type=int)
    return worries.worry_for(actor, worry_id, Permission.WORRY_READ) if worry_id else None


def _prefilled(item: AuditItem | None, worry: Worry | None, moment: Moment) -> dict[str, Any]:
    """Return title, facts, grade and dates as far as the item or the report gives them."""
    values: dict[str, Any] = {"found_on": moment.day, "once": uuid4().hex}
    grade = Grade.MINOR
    if item is not None:
        values["title"] = pick(item.control, "title")[:200]
        result = story.latest_result(item, moment)
        if result is not None:
            values["facts"], values["found_on"] = result.note, result.valid_from
            grade = Grade(result.result) if result.result in set(Grade) else Grade.MINOR
    if worry is not None:
        values["facts"] = worry.text
    days = _due_days(moment)["major" if grade is Grade.MAJOR else "minor"]
    due_on = business_day(moment.day + timedelta(days=days), closed=company.closed_days(moment))
    return {**values, "grade": grade.value, "due_on": due_on}


def _due_days(moment: Moment) -> dict[str, int]:
    settings = company.settings(moment)
    return {"major": settings["finding_due_days_major"], "minor": settings["finding_due_days_minor"]}


def _suggested(item: AuditItem | None, moment: Moment) -> pickers.Pick:
    """Return the department of the audited subject, or the one responsible for the subject."""
    department_id = story.department_of(item.audit.subject, moment) if item else None
    text = people.tree(moment).name(department_id, language())
    return pickers.Pick("department", department_id, text)


def _repeats(actor: Actor, item: AuditItem | None, moment: Moment) -> list[Repeat]:
    if item is None:
        return []
    tree = people.tree(moment)
    return repeats(actor, item.control_id, moment.instant, None, moment, tree)


@bp.route("/<int:finding_id>/change", methods=["GET", "POST"])
@requires(Permission.FINDING_CLOSE)
def change(finding_id: int) -> Answer:
    actor, moment = current_actor(), now()
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_CLOSE, moment)
    detail = detail_of(finding, moment)
    form = ChangeForm(
        data={"title": detail.title, "facts": detail.facts, "grade": detail.grade, "seen": detail.id}
    )
    name = people.tree(moment).name(detail.department_id, language())
    chosen = pickers.Pick("department", detail.department_id, name)
    if form.is_submitted():
        chosen = pickers.picked_department(request.form, moment)

    def act() -> None:
        if chosen.value is None:
            raise RuleBroken(_("Department: %(message)s", message=chosen.error))
        actions.change(
            actor,
            request_time(),
            finding,
            title=words(form.title),
            facts=words(form.facts),
            grade=Grade(form.grade.data),
            department_id=chosen.value,
            reason=words(form.reason),
            seen=form.seen.data,
        )

    def render(conflict: Conflict | None) -> str:
        return render_template(
            "findings/change.html", form=form, finding=finding, chosen=chosen, conflict=conflict
        )

    return answered(
        form,
        act,
        _("The finding was changed."),
        page_of(finding),
        render,
        lambda: FindingDetail.latest(now(), finding=finding.id),
    )


@bp.route("/<int:finding_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.FINDING_CLOSE)
def withdraw(finding_id: int) -> Answer:
    actor, moment = current_actor(), now()
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_CLOSE, moment)
    state = FindingState.latest(moment, finding=finding.id)
    form = ReasonForm(data={"seen": state.id if state else 0})
    if finding.current_state in ("closed", "withdrawn") and not form.is_submitted():
        return not_now(finding)
    return answered(
        form,
        lambda: actions.withdraw(actor, request_time(), finding, words(form.reason), form.seen.data),
        _("The finding was withdrawn."),
        url_for("findings.show", finding_id=finding.id),
        lambda conflict: render_template(
            "findings/withdraw.html", form=form, finding=finding, conflict=conflict
        ),
        lambda: FindingState.latest(now(), finding=finding.id),
    )
