"""The checklist: one item a page, saved as it is answered."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import actions, merging, queries, workpage
from auditor.audits.forms import AnswerForm, EvidenceForm
from auditor.audits.models import AuditItem
from auditor.audits.results import EDITABLE, NONCONFORMITIES, WITH_FINDING, Result, State
from auditor.audits.views import bp
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, format_instant
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.get("/<int:audit_id>/items/")
@requires(Permission.AUDIT_READ)
def checklist(audit_id: int) -> BaseResponse:
    """Open the checklist at the first item that is not checked."""
    queries.audit_for(current_actor(), audit_id, Permission.AUDIT_READ, request_time())
    first = item_of(audit_id, workpage.first_open(audit_id), Permission.AUDIT_READ)
    return redirect(url_for("audits.item", audit_id=audit_id, item_id=first.id), 303)


@bp.route("/<int:audit_id>/items/<int:item_id>", methods=["GET", "POST"])
@requires(Permission.AUDIT_READ)
def item(audit_id: int, item_id: int) -> Answer:
    """Show an item and take its answer."""
    if request.method == "GET":
        found = item_of(audit_id, item_id, Permission.AUDIT_READ)
        return page_with(found, None, 200)
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    if request.form.get("merge") == "theirs":
        actions.forget_draft(current_actor(), found)
        flash(_("What the other person saved stands. Your text was not saved."), "success")
        return redirect(here(found), 303)
    form = AnswerForm()
    if not form.validate():
        return page_with(found, form, 422)
    if request.form.get("merge") == "both":
        merging.keep_both(form, found, Moment.at(request_time()))
    try:
        actions.record_result(current_actor(), request_time(), found, _answer(form))
    except RuleBroken as broken:
        (form[broken.field] if broken.field else form.result).errors = [str(broken)]
        return page_with(found, form, 422)
    except Stale as stale:
        return page_with(found, form, 409, stale)
    flash(_("Saved."), "success")
    return redirect(_onward(found), 303)


@bp.post("/<int:audit_id>/items/<int:item_id>/answer")
@requires(Permission.AUDIT_CONDUCT)
def save_answer(audit_id: int, item_id: int) -> tuple[Response, int]:
    """Take an answer while the page stays open: a result was chosen or a field was left."""
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    form = AnswerForm()
    if not form.validate():
        return _told(422, message=_first_error(form))
    try:
        row = actions.record_result(current_actor(), request_time(), found, _answer(form))
    except RuleBroken as broken:
        return _told(422, message=str(broken))
    except Stale:
        return _told(409)
    return _told(
        200, fields={"based_on": str(row.id) if row else ""}, result=row.result if row else Result.NOT_CHECKED
    )


@bp.post("/<int:audit_id>/items/<int:item_id>/draft")
@requires(Permission.AUDIT_CONDUCT)
def save_draft(audit_id: int, item_id: int) -> tuple[Response, int]:
    """Keep what is being typed; it counts for nothing."""
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    based_on = request.form.get("based_on", type=int)
    try:
        actions.save_draft(current_actor(), request_time(), found, request.form.get("note", ""), based_on)
    except RuleBroken as broken:
        return _told(422, message=str(broken))
    return _told(200)


@bp.get("/<int:audit_id>/items/<int:item_id>/presence")
@requires(Permission.AUDIT_CONDUCT)
def presence(audit_id: int, item_id: int) -> Response:
    """Say who else is at the item: typing just now, or with an answer newer than the one seen."""
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    others = merging.others(found, current_actor(), request.args.get("seen", type=int), request_time())
    return jsonify(text=" ".join(_presence_words(others)))


@bp.post("/<int:audit_id>/items/<int:item_id>/draft/forget")
@requires(Permission.AUDIT_CONDUCT)
def forget_draft(audit_id: int, item_id: int) -> BaseResponse:
    """Drop what was typed and not saved."""
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    actions.forget_draft(current_actor(), found)
    return redirect(here(found), 303)


def item_of(audit_id: int, item_id: int, permission: Permission) -> AuditItem:
    """Return the item of the audit that an address names. Raises NotFound, Forbidden."""
    found = queries.item_for(current_actor(), item_id, permission, request_time())
    if found.audit_id != audit_id:
        raise NotFound
    return found


def _answer(form: AnswerForm) -> actions.Answer:
    based_on = form.based_on.data or ""
    return actions.Answer(
        Result(form.result.data),
        form.note.data or "",
        form.reason.data or "",
        int(based_on) if based_on.isdigit() else None,
    )


def page_with(
    found: AuditItem,
    form: AnswerForm | None,
    status: int,
    stale: Stale | None = None,
    evidence_form: EvidenceForm | None = None,
) -> Answer:
    """Return the page of the item, with what was sent where it is shown again."""
    page = workpage.item_page(current_actor(), found, Moment.at(request_time()))
    conducts = _conducts(found)
    if form is None:
        form = AnswerForm(formdata=None, data=_standing(page))
    if stale is not None:
        # Saving again is meant to come after theirs.
        form.based_on.data = str(stale.theirs.get("row", ""))
    body = render_template(
        "audits/item.html",
        page=page,
        form=form,
        evidence_form=evidence_form or EvidenceForm(formdata=None),
        editable=conducts and State(found.audit.current_state) in EDITABLE,
        conducts=conducts,
        conflict=_conflict(stale) if stale else None,
        must_have_finding=sorted(NONCONFORMITIES),
        may_have_finding=sorted(WITH_FINDING - NONCONFORMITIES),
        findings_url=_finding_url(found),
    )
    return body, status


def _standing(page: workpage.ItemPage) -> dict[str, Any]:
    """Return what the form begins with: what stands, or with ?draft=1 what was typed and not saved."""
    latest = page.latest
    note = latest.note if latest else ""
    if page.draft is not None and request.args.get("draft"):
        note = page.draft.note
    return {
        "result": latest.result if latest else Result.NOT_CHECKED.value,
        "note": note,
        "reason": latest.reason if latest else "",
        "based_on": str(latest.id) if latest else "",
    }


def _conflict(stale: Stale) -> dict[str, Any]:
    theirs, mine = stale.theirs, stale.mine
    rows = [
        {
            "label": _("Result"),
            "theirs": Result(theirs["result"]).label,
            "mine": Result(mine["result"]).label,
        },
        {"label": _("Note: what was seen and heard"), "theirs": theirs["note"], "mine": mine["note"]},
        {"label": _("Why it does not apply"), "theirs": theirs["reason"], "mine": mine["reason"]},
    ]
    return {
        "who": people.name(theirs.get("by"), Moment.at(request_time())),
        "when": format_instant(theirs.get("at")),
        "rows": [row for row in rows if row["theirs"] or row["mine"]],
    }


def _presence_words(others: merging.Others) -> list[str]:
    said = [str(_("%(person)s is typing here.", person=name)) for name in others.typing]
    if others.answered_by:
        ago = _(
            "%(person)s answered this %(num)s minutes ago; the page shows what stood before.",
            person=others.answered_by,
            num=others.minutes,
        )
        now = _(
            "%(person)s has just answered this; the page shows what stood before.", person=others.answered_by
        )
        said.append(str(ago if others.minutes else now))
    return said


def _conducts(found: AuditItem) -> bool:
    return current_actor().may(Permission.AUDIT_CONDUCT) and bool(found.conducted)


def _finding_url(found: AuditItem) -> str:
    """Return where a finding on this item is written; empty while nobody writes findings here."""
    if "findings.record" not in current_app.view_functions:
        return ""
    return url_for("findings.record", item_id=found.id)


def here(found: AuditItem) -> str:
    """Return the address of the item."""
    return url_for("audits.item", audit_id=found.audit_id, item_id=found.id)


def _onward(found: AuditItem) -> str:
    """Return the item to go on with: the next one where the button says so, else this one."""
    if "onward" not in request.form:
        return here(found)
    later = (
        AuditItem.select(AuditItem.id)
        .where(AuditItem.audit == found.audit_id, AuditItem.position > found.position)
        .order_by(AuditItem.position)
        .first()
    )
    return url_for("audits.item", audit_id=found.audit_id, item_id=later.id if later else found.id)


def _first_error(form: AnswerForm) -> str:
    return next((str(messages[0]) for messages in form.errors.values() if messages), "")


def _told(status: int, **body: Any) -> tuple[Response, int]:
    saved_at = format_instant(request_time())[-5:] if status == 200 else None
    return jsonify(saved_at=saved_at, **body), status
