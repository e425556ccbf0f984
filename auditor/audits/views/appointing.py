"""The last two pages of assigning an audit: who audits, and everything once more before it is assigned."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import preparing, queries, recurrence
from auditor.audits.assigning import (
    check_independence,
)
from auditor.audits.models import AuditDraft
from auditor.audits.register import check_registered
from auditor.audits.results import AuditKind
from auditor.audits.verdicts import reasons
from auditor.audits.views import bp
from auditor.audits.views.choosing import people_shown, picked_people
from auditor.catalogue.models import CatalogueVersion, Control, Subject
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _, current, format_long_day
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.route("/new/<int:draft_id>/auditors", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def new_auditors(draft_id: int) -> Answer:
    """Ask who audits; beside each candidate stands whether they are independent."""
    at, actor = request_time(), current_actor()
    draft = preparing.draft_for(actor, draft_id)
    moment = Moment.at(at)
    subject = preparing.subject_of(draft)
    new = preparing.new_audit(draft)
    appointees = picked_people(new.auditors)
    status, error = 200, None
    if request.method == "POST" and "find" not in request.form:
        try:
            if not appointees:
                raise RuleBroken(_("Choose at least one auditor."))
            _check(new.version_id, subject, new, appointees)
        except RuleBroken as broken:
            status, error = 422, str(broken)
        else:
            kept = [
                {"person": one.person_id, "lead": one.lead, "override": one.override_reason}
                for one in appointees
            ]
            preparing.keep(draft, at, auditors=kept)
            return redirect(url_for("audits.new_check", draft_id=draft.id), 303)
    page = render_template(
        "audits/new_auditors.html",
        draft=draft,
        name=queries.subject_name(subject, moment, current()),
        new=new,
        error=error,
        **people_shown(subject, new, appointees, moment),
    )
    return page, status


def _check(version_id: int, subject: Subject, new: Any, appointees: Any) -> None:
    version = CatalogueVersion.get_or_none(CatalogueVersion.id == version_id)
    codes = [row.code for row in Control.select(Control.code).where(Control.id.in_(list(new.control_ids)))]
    check_independence(
        current_actor(),
        request_time(),
        subject,
        (new.period_from, new.period_to),
        version.catalogue_id if version else 0,
        codes,
        appointees,
    )
    check_registered([one.person_id for one in appointees], new.starts_on, Moment.at(request_time()))


@bp.route("/new/<int:draft_id>/check", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def new_check(draft_id: int) -> Answer:
    """Show everything once more, then assign."""
    at, actor = request_time(), current_actor()
    try:
        draft = preparing.draft_for(actor, draft_id)
    except NotFound:
        if request.method == "GET":
            raise
        # A second click on "assign": the first one has used the draft up, and its audit is in the list.
        flash(_("This was assigned already. The audit is in the list below."), "success")
        return redirect(url_for("audits.index"), 303)
    status, error = 200, None
    if request.method == "POST":
        try:
            audit = preparing.finish(actor, at, draft)
        except RuleBroken as broken:
            status, error = 422, str(broken)
        else:
            flash(_("%(number)s is assigned. The auditors are told by mail.", number=audit.number), "success")
            return redirect(url_for("audits.show", audit_id=audit.id), 303)
    moment = Moment.at(at)
    new = preparing.new_audit(draft)
    subject = preparing.subject_of(draft)
    shown = people_shown(subject, new, list(new.auditors), moment)
    tree = people.tree(moment)
    overridden = {
        one.person_id: reasons(one.verdict.conflicts, tree, current())
        for one in shown["candidates"]
        if not one.verdict.independent
    }
    page = render_template(
        "audits/new_check.html",
        draft=draft,
        new=new,
        name=queries.subject_name(subject, moment, current()),
        kind=AuditKind(new.kind).label,
        people=people.names([one.person_id for one in new.auditors], moment),
        overridden=overridden,
        recurs=_recurs(draft),
        starts=format_long_day(new.starts_on),
        due=format_long_day(new.due_on),
        version=CatalogueVersion.get_or_none(CatalogueVersion.id == new.version_id),
        error=error,
    )
    return page, status


def _recurs(draft: AuditDraft) -> str:
    if not draft.values["recurs"]:
        return str(_("Once only"))
    how = preparing.recurrence_of(draft)
    words = recurrence.in_words(how.rule, how.after_months)
    return f"{words} ({recurrence.DIRECTION_LABELS[how.direction]})"
