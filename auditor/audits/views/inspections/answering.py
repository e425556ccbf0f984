"""Answering a self-inspection: every item on one page, saved as it is answered or by one button."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.audits import attached
from auditor.audits.conducting import Answer
from auditor.audits.inspections import answering, deciding, queries
from auditor.audits.inspections.sheet import Entry, Sheet, sheet
from auditor.audits.inspections.words import ANSWERS
from auditor.audits.models import Audit, AuditItem
from auditor.audits.results import EDITABLE, Result, State
from auditor.audits.views.inspections import bp
from auditor.audits.views.inspections.forms import ItemForm, SubmitForm
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.evidence.serving import answer as file_answer
from auditor.language import _, current, format_instant
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Page = str | tuple[str, int] | BaseResponse
_FIELDS = ("result", "note", "reason")


@bp.route("/<int:inspection_id>/answer", methods=["GET", "POST"])
@requires(Permission.INSPECTION_ANSWER)
def answer(inspection_id: int) -> Page:
    """Show every item, and take the whole page."""
    actor, at = current_actor(), request_time()
    audit = queries.inspection_for(actor, inspection_id, Permission.INSPECTION_ANSWER, at)
    page = sheet(audit, actor, Moment.at(at), current())
    if request.method == "GET":
        if State(audit.current_state) not in EDITABLE:
            return redirect(url_for("inspections.show", inspection_id=audit.id), 303)
        return _answer_page(page, {}, None, 200)
    typed = {entry.id: _typed(entry) for entry in page.entries}
    done, words = _save(page, typed)
    if done.complete:
        if "submit" in request.form:
            return redirect(url_for("inspections.submit", inspection_id=audit.id), 303)
        flash(_("Saved."), "success")
        return redirect(url_for("inspections.answer", inspection_id=audit.id), 303)
    kept = {one: {**typed[one], **words.get(one, {})} for one in {*done.refused, *done.stale, *words}}
    page = sheet(audit, actor, Moment.at(at), current())
    return _answer_page(page, kept, done, 409 if done.stale else 422)


def _typed(entry: Entry) -> dict[str, str]:
    """Return what the page was sent with for an item; what stands where it was not sent."""
    standing = {"result": entry.result, "note": entry.note, "reason": entry.reason, "based_on": _row(entry)}
    return {name: request.form.get(f"{entry.id}-{name}", value) for name, value in standing.items()}


def _save(page: Sheet, typed: dict[int, dict[str, str]]) -> tuple[answering.Saved, dict[int, dict[str, str]]]:
    """Save what is another answer than stands, and the files; return what became of it, and errors by item."""
    actor, at = current_actor(), request_time()
    items = answering.items_of(page.audit)
    changed: dict[int, Answer] = {}
    refused: dict[int, RuleBroken] = {}
    for entry in page.entries:
        said = typed[entry.id]
        if all(_same(said[name], getattr(entry, name)) for name in _FIELDS):
            continue
        form = ItemForm(MultiDict(said))
        if form.validate():
            changed[entry.id] = _answer(form)
        else:
            refused[entry.id] = RuleBroken(form.first_error())
    done = answering.record_all(actor, at, items, changed)
    done.refused |= refused
    done.refused |= _files(items)
    words: dict[int, dict[str, str]] = {one: {"error": str(broken)} for one, broken in done.refused.items()}
    for one, stale in done.stale.items():
        # Saving again is meant to come after theirs.
        words[one] = {"based_on": str(stale.theirs.get("row", ""))}
    return done, words


def _files(items: dict[int, AuditItem]) -> dict[int, RuleBroken]:
    """Attach the files sent with the page and take off those ticked; return by item why it was not done."""
    actor, at, folder = current_actor(), request_time(), settings_of(current_app).evidence_folder
    refused: dict[int, RuleBroken] = {}
    for item_id, item in items.items():
        uploads: list[Any] = [one for one in request.files.getlist(f"{item_id}-file") if one.filename]
        try:
            for upload in uploads:
                answering.attach(actor, at, folder, item, upload.stream, upload.filename)
            for evidence_id in request.form.getlist(f"{item_id}-remove", type=int):
                answering.detach(actor, at, item, evidence_id)
        except RuleBroken as broken:
            refused[item_id] = broken
    return refused


def _same(sent: str, standing: str) -> bool:
    return sent.replace("\r\n", "\n").strip() == standing.replace("\r\n", "\n").strip()


def _row(entry: Entry) -> str:
    return str(entry.latest.id) if entry.latest else ""


def _answer(form: ItemForm) -> Answer:
    based_on = form.based_on.data or ""
    return Answer(
        Result(form.result.data),
        (form.note.data or "").replace("\r\n", "\n"),
        (form.reason.data or "").replace("\r\n", "\n"),
        int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 10 else None,
    )


def _answer_page(
    page: Sheet, kept: dict[int, dict[str, str]], done: answering.Saved | None, status: int
) -> Page:
    conflicts = {one: _conflict(stale) for one, stale in done.stale.items()} if done else {}
    body = render_template(
        "audits/inspections/answer.html",
        page=page,
        kept=kept,
        conflicts=conflicts,
        saved=len(done.saved) if done else 0,
        words=list(ANSWERS.items()),
    )
    return body, status


def _conflict(stale: Stale) -> dict[str, Any]:
    theirs, mine = stale.theirs, stale.mine
    labels = {"result": _("Answer"), "note": _("Memo"), "reason": _("Why it does not apply")}
    rows = [
        {"label": label, "theirs": _shown(name, theirs[name]), "mine": _shown(name, mine[name])}
        for name, label in labels.items()
    ]
    return {
        "who": people.name(theirs.get("by"), Moment.at(request_time())),
        "when": format_instant(theirs.get("at")),
        "rows": [row for row in rows if row["theirs"] or row["mine"]],
    }


def _shown(name: str, value: str) -> Any:
    return Result(value).label if name == "result" else value


# ---- item by item, while the page stays open ----


@bp.post("/<int:inspection_id>/items/<int:item_id>/answer")
@requires(Permission.INSPECTION_ANSWER)
def save_answer(inspection_id: int, item_id: int) -> tuple[Response, int]:
    """Take an answer while the page stays open."""
    found = item_of(inspection_id, item_id, Permission.INSPECTION_ANSWER)
    form = ItemForm(request.form)
    if not form.validate():
        return _told(422, message=form.first_error())
    try:
        row = answering.record(current_actor(), request_time(), found, _answer(form))
    except RuleBroken as broken:
        return _told(422, message=str(broken))
    except Stale:
        return _told(409)
    result = row.result if row else Result.NOT_CHECKED.value
    return _told(200, fields={"based_on": str(row.id) if row else ""}, result=result)


@bp.post("/<int:inspection_id>/items/<int:item_id>/draft")
@requires(Permission.INSPECTION_ANSWER)
def save_draft(inspection_id: int, item_id: int) -> tuple[Response, int]:
    """Keep what is being typed; it counts for nothing."""
    found = item_of(inspection_id, item_id, Permission.INSPECTION_ANSWER)
    based_on = request.form.get("based_on", type=int)
    try:
        answering.save_draft(current_actor(), request_time(), found, request.form.get("note", ""), based_on)
    except RuleBroken as broken:
        return _told(422, message=str(broken))
    return _told(200)


@bp.post("/<int:inspection_id>/items/<int:item_id>/files")
@requires(Permission.INSPECTION_ANSWER)
def add_evidence(inspection_id: int, item_id: int) -> tuple[Response, int]:
    """Take a file while the page stays open."""
    found = item_of(inspection_id, item_id, Permission.INSPECTION_ANSWER)
    upload: Any = request.files.get("file")
    if upload is None or not upload.filename:
        return _told(422, message=_("Choose a file."))
    folder = settings_of(current_app).evidence_folder
    try:
        kept = answering.attach(
            current_actor(), request_time(), folder, found, upload.stream, upload.filename
        )
    except RuleBroken as broken:
        return _told(422, message=str(broken))
    address = url_for(
        "inspections.evidence", inspection_id=inspection_id, item_id=item_id, evidence_id=kept.id
    )
    return _told(200, name=kept.name, url=address)


@bp.get("/<int:inspection_id>/items/<int:item_id>/files/<int:evidence_id>")
@requires(Permission.INSPECTION_READ)
def evidence(inspection_id: int, item_id: int, evidence_id: int) -> Response:
    """Give a file of the item to who may see the self-inspection."""
    found = item_of(inspection_id, item_id, Permission.INSPECTION_READ)
    kept = attached.evidence_of(found, evidence_id, Moment.at(request_time()))
    return file_answer(kept, settings_of(current_app).evidence_folder)


def item_of(inspection_id: int, item_id: int, permission: Permission) -> AuditItem:
    """Return the item of the self-inspection that an address names. Raises NotFound, Forbidden."""
    found = queries.item_for(current_actor(), item_id, permission, request_time())
    if found.audit_id != inspection_id:
        raise NotFound
    return found


def _told(status: int, **body: Any) -> tuple[Response, int]:
    saved_at = format_instant(request_time())[-5:] if status == 200 else None
    return jsonify(saved_at=saved_at, **body), status


# ---- handing in ----


@bp.route("/<int:inspection_id>/submit", methods=["GET", "POST"])
@requires(Permission.INSPECTION_ANSWER)
def submit(inspection_id: int) -> Page:
    """Show what is still missing, and hand the answers in."""
    actor, at = current_actor(), request_time()
    audit: Audit = queries.inspection_for(actor, inspection_id, Permission.INSPECTION_ANSWER, at)
    form = SubmitForm()
    error = ""
    if form.validate_on_submit():
        try:
            deciding.submit(actor, at, audit, form.comment.data or "")
        except RuleBroken as broken:
            error = str(broken)
        except Stale:
            return redirect(url_for("inspections.show", inspection_id=audit.id), 303)  # a second click
        else:
            flash(_("The self-inspection is submitted. Whoever confirms it is told by mail."), "success")
            return redirect(url_for("inspections.show", inspection_id=audit.id), 303)
    page = sheet(audit, actor, Moment.at(at), current())
    body = render_template(
        "audits/inspections/submit.html",
        page=page,
        ready=deciding.readiness(audit.id, Moment.at(at)),
        entries={entry.id: entry for entry in page.entries},
        form=form,
        error=error,
        open=State(audit.current_state) in EDITABLE,
    )
    return body, 422 if error or form.errors else 200
