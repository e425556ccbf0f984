"""The first page of assigning an audit: what is audited, of what kind, over which period, when."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import preparing, queries
from auditor.audits.assigning import (
    check_assigner,
    check_dates,
)
from auditor.audits.forms import TermsForm
from auditor.audits.models import AuditDraft
from auditor.audits.series import checked_rule
from auditor.audits.views import bp
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, current
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.get("/subjects/find")
@requires(Permission.AUDIT_ASSIGN)
def find_subjects() -> Response:
    """Answer a search for subjects as one types."""
    return jsonify(_subject_matches(request.args.get("q", "")))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def new() -> Answer:
    """Ask what is audited, of what kind, over which period, when."""
    return _terms(None)


@bp.route("/new/<int:draft_id>", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def terms(draft_id: int) -> Answer:
    """Ask the same again of an audit that is being put together."""
    return _terms(preparing.draft_for(current_actor(), draft_id))


def _terms(draft: AuditDraft | None) -> Answer:
    at, actor = request_time(), current_actor()
    values = draft.values if draft else preparing.usual_values(at, request.args.get("subject", type=int))
    form = TermsForm(data=_dates(values))
    subject_id, matches, error = _subject_asked(values)
    if request.method == "GET":
        return _terms_page(form, subject_id, "", [], None, draft, 200)
    valid = form.validate()
    if valid and error is None:
        try:
            check_assigner(actor, at, Subject.get_by_id(subject_id))
            kept = _terms_of(form, subject_id)
        except RuleBroken as broken:
            if broken.field == "subject":
                error = str(broken)
            else:
                getattr(form, broken.field or "due_on").errors = [str(broken)]
        else:
            draft = draft or preparing.start(actor, at)
            # Another subject has other controls; the auditors are judged anew on their page.
            if draft.values["subject"] != subject_id:
                kept["controls"] = None
            preparing.keep(draft, at, **kept)
            return redirect(url_for("audits.new_controls", draft_id=draft.id), 303)
    text = request.form.get("subject_search", "")
    return _terms_page(form, subject_id, text, matches, error, draft, 422)


def _terms_of(form: TermsForm, subject_id: int | None) -> dict[str, Any]:
    given: Any = form.data
    check_dates(given["period_from"], given["period_to"], given["starts_on"], given["due_on"])
    rule = checked_rule(form.rule.data or "") if form.recurs.data == "rule" else ""
    return {
        "subject": subject_id,
        "kind": form.kind.data,
        "recurs": form.recurs.data,
        "rule": rule,
        "after_months": form.after_months.data if form.recurs.data == "after" else None,
        "direction": form.direction.data,
        **{name: given[name].isoformat() for name in ("period_from", "period_to", "starts_on", "due_on")},
    }


def _dates(values: dict[str, Any]) -> dict[str, Any]:
    days = ("period_from", "period_to", "starts_on", "due_on")
    return {**values, **{name: date.fromisoformat(values[name]) for name in days}}


def _subject_asked(values: dict[str, Any]) -> tuple[int | None, list[dict[str, Any]], str | None]:
    """Return the subject chosen, or who might be meant by the words, and what is wrong."""
    if request.method == "GET":
        return values["subject"], [], None
    chosen_id = request.form.get("subject", type=int)
    if chosen_id is not None and Subject.select().where(Subject.id == chosen_id).exists():
        return chosen_id, [], None
    text = request.form.get("subject_search", "").strip()
    matches = _subject_matches(text) if text else []
    if len(matches) == 1:
        return int(matches[0]["id"]), [], None
    if matches:
        return None, matches, _("Several match. Choose one of them.")
    return None, [], _("Choose what is audited from the list.")


def _subject_matches(text: str) -> list[dict[str, Any]]:
    moment = Moment.at(request_time())
    found = preparing.find_subjects(text.strip(), moment)
    names = queries.subject_names(found, moment, current())
    return [{"id": one.id, "label": names[one.id], "hint": one.code} for one in found]


def _terms_page(
    form: TermsForm,
    subject_id: int | None,
    text: str,
    matches: list[dict[str, Any]],
    error: str | None,
    draft: AuditDraft | None,
    status: int,
) -> Answer:
    subject = Subject.get_or_none(Subject.id == (subject_id or 0))
    if subject is not None:
        text = queries.subject_name(subject, Moment.at(request_time()), current())
    page = render_template(
        "audits/new_terms.html",
        form=form,
        subject_id=subject_id or "",
        subject_text=text,
        matches=matches,
        subject_error=error if status == 422 else None,
        draft=draft,
    )
    return page, status
