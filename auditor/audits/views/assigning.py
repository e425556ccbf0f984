"""Assigning an audit, page by page: subject and dates, controls, auditors, check, done."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import preparing, queries
from auditor.audits.applying import fitting
from auditor.audits.assigning import (
    check_assigner,
    check_dates,
    check_independence,
)
from auditor.audits.forms import TermsForm
from auditor.audits.models import AuditDraft
from auditor.audits.results import AuditKind
from auditor.audits.series import RULES, checked_rule
from auditor.audits.verdicts import reasons
from auditor.audits.views import bp
from auditor.audits.views.choosing import chosen, people_shown, picked_people
from auditor.catalogue.models import CatalogueVersion, Control, Subject
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _, current, format_long_day
from auditor.people import queries as people
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


@bp.route("/new/<int:draft_id>/controls", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def new_controls(draft_id: int) -> Answer:
    """Ask which controls are checked: by category or one by one."""
    at = request_time()
    draft = preparing.draft_for(current_actor(), draft_id)
    moment = Moment.at(at)
    subject = preparing.subject_of(draft)
    versions = preparing.versions(moment, subject.kind)
    version = _version(draft, versions)
    found = fitting(version.id if version else 0, subject, moment)
    controls = found.controls
    known = {one.id for one in controls}
    stored = draft.values["controls"]
    picked = set(known if stored is None else stored) & known
    status, error = 200, None
    if request.method == "POST":
        picked = chosen(controls, picked)
        ordered = [one.id for one in controls if one.id in picked]
        preparing.keep(draft, at, controls=ordered, version=version.id if version else None)
        if "next" in request.form and picked:
            return redirect(url_for("audits.new_auditors", draft_id=draft.id), 303)
        if "next" not in request.form:
            words = request.form.get("q", "").strip() or None
            return redirect(
                url_for(
                    "audits.new_controls",
                    draft_id=draft.id,
                    q=words,
                    version=request.form.get("other_version"),
                ),
                303,
            )
        status, error = 422, _("Choose at least one control.")
    text = request.values.get("q", "").strip()
    page = render_template(
        "audits/new_controls.html",
        draft=draft,
        name=queries.subject_name(subject, moment, current()),
        version=version,
        versions=versions,
        groups=_by_category(controls, picked, text),
        picked=picked,
        total=len(controls),
        left_out=found.left_out,
        q=text,
        error=error,
    )
    return page, status


def _version(draft: AuditDraft, versions: list[CatalogueVersion]) -> CatalogueVersion | None:
    wanted = request.args.get("version", type=int) or draft.values.get("version")
    return next((one for one in versions if one.id == wanted), versions[0] if versions else None)


def _by_category(controls: list[Control], picked: set[int], text: str) -> list[dict[str, Any]]:
    """Return the categories with their controls; with ``text`` only the controls that contain it."""
    key = text.casefold()
    groups: dict[int, dict[str, Any]] = {}
    for one in controls:
        group = groups.setdefault(
            one.category_id, {"category": one.category, "controls": [], "picked": 0, "total": 0}
        )
        group["total"] += 1
        group["picked"] += one.id in picked
        words = f"{one.code} {one.title_ja} {one.title_en} {one.question_ja} {one.question_en}".casefold()
        if not key or key in words:
            group["controls"].append(one)
    return [group for group in groups.values() if group["controls"]]


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
    choice = draft.values["recurs"]
    if choice not in RULES:
        return draft.values["rule"] or str(_("Once only"))
    labels = {
        "yearly": _("Every year"),
        "half_yearly": _("Every half year"),
        "quarterly": _("Every quarter"),
    }
    return str(labels[choice])
