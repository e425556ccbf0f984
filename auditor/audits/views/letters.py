"""The audit notice: written, read and printed, answered by the audited department."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.accounts import queries as accounts
from auditor.audits import auditees, letters, lettertext, proposal, queries
from auditor.audits.forms import KeepForm, LetterForm, ReplyForm
from auditor.audits.models import Audit, AuditNotice
from auditor.audits.views import bp
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import LANGUAGES, _, current, format_instant, speaking
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.route("/<int:audit_id>/notice", methods=["GET", "POST"])
@requires(Permission.AUDIT_NOTIFY)
def write_notice(audit_id: int) -> Answer:
    """Write the notice of an audit, or one that changes the notice sent before, and send it."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_NOTIFY, at)
    latest = AuditNotice.latest(Moment.at(at), audit=audit_id)
    form = LetterForm(data=_offered(audit, latest))
    status, error, conflict = 200, "", None
    if form.is_submitted():
        status = 422
    if form.validate_on_submit():
        based_on = int(form.based_on.data or 0) if (form.based_on.data or "0").isdigit() else 0
        try:
            row = letters.send(actor, at, audit, form.letter(), based_on)
        except RuleBroken as broken:
            if broken.field:
                form[broken.field].errors = [str(broken)]
            else:
                error = str(broken)
        except Stale as stale:
            status, conflict = 409, _conflict(stale)
            form.based_on.data = str(stale.theirs["row"])
        else:
            flash(_("The notice is sent. The department head is told by mail."), "success")
            return redirect(_of(row), 303)
    body = render_template(
        "audits/notice_write.html",
        audit=audit,
        title=_title(audit),
        form=form,
        error=error,
        conflict=conflict,
        latest=latest,
        head=people.name(auditees.head_of(audit.subject, Moment.at(at)), Moment.at(at)),
    )
    return body, status


@bp.get("/<int:audit_id>/notices/<int:notice_id>")
@requires(Permission.AUDIT_READ)
def notice(audit_id: int, notice_id: int) -> Answer:
    """Show a notice as it was sent, what was answered, and the ones before and after it."""
    return _notice_page(*_sent(audit_id, notice_id, Permission.AUDIT_READ), ReplyForm(), KeepForm(), 200)


@bp.post("/<int:audit_id>/notices/<int:notice_id>/answer")
@requires(Permission.AUDIT_ANSWER)
def answer_notice(audit_id: int, notice_id: int) -> Answer:
    """Acknowledge the notice, or wish for another day."""
    audit, row = _sent(audit_id, notice_id, Permission.AUDIT_ANSWER)
    form = ReplyForm()
    if not form.validate():
        return _notice_page(audit, row, form, KeepForm(formdata=None), 422)
    try:
        reply = letters.Reply(form.answer.data)
        letters.answer(
            current_actor(), request_time(), row, reply, form.wished_on.data, form.comment.data or ""
        )
    except RuleBroken as broken:
        (form[broken.field] if broken.field else form.answer).errors = [str(broken)]
        return _notice_page(audit, row, form, KeepForm(formdata=None), 422)
    flash(_("Your answer is sent. Whoever wrote the notice is told by mail."), "success")
    return redirect(_of(row), 303)


@bp.post("/<int:audit_id>/notices/<int:notice_id>/keep")
@requires(Permission.AUDIT_NOTIFY)
def keep_dates(audit_id: int, notice_id: int) -> Answer:
    """Say why the dates stay although others were wished for."""
    audit, row = _sent(audit_id, notice_id, Permission.AUDIT_NOTIFY)
    form = KeepForm()
    if not form.validate():
        return _notice_page(audit, row, ReplyForm(formdata=None), form, 422)
    try:
        letters.keep_dates(current_actor(), request_time(), row, str(form.comment.data))
    except RuleBroken as broken:
        form.comment.errors = [str(broken)]
        return _notice_page(audit, row, ReplyForm(formdata=None), form, 422)
    flash(_("Your answer is sent. The department head is told by mail."), "success")
    return redirect(_of(row), 303)


def _sent(audit_id: int, notice_id: int, permission: Permission) -> tuple[Audit, AuditNotice]:
    audit = queries.audit_for(current_actor(), audit_id, permission, request_time())
    row = AuditNotice.get_or_none(AuditNotice.id == notice_id, AuditNotice.audit == audit_id)
    if row is None:
        raise NotFound
    return audit, row


def _notice_page(audit: Audit, row: AuditNotice, reply: ReplyForm, keep: KeepForm, status: int) -> Answer:
    at, actor = request_time(), current_actor()
    page = lettertext.notice_page(audit, row, Moment.at(at))
    body = render_template(
        "audits/notice.html",
        audit=audit,
        title=_title(audit),
        page=page,
        reply=reply,
        keep=keep,
        Reply=letters.Reply,
        answers=page.open and queries.may(actor, audit, Permission.AUDIT_ANSWER, at),
        sends=page.open and queries.may(actor, audit, Permission.AUDIT_NOTIFY, at),
        letter=_letter(audit, row),
    )
    return body, status


def _letter(audit: Audit, row: AuditNotice) -> Markup:
    """Return the letter in its own language, whatever the reader's is."""
    with speaking(row.language):
        letter = lettertext.printed(audit, row)
        return Markup(render_template("audits/_letter.html", letter=letter))  # a template's  # noqa: S704  # nosec B704


def _offered(audit: Audit, latest: AuditNotice | None) -> dict[str, Any]:
    """Return what the form begins with: what was sent before, or a letter made from the audit."""
    moment = Moment.at(request_time())
    asked = request.args.get("language", "")
    if latest is not None and asked not in LANGUAGES:
        values = {**asdict(letters.letter_of(latest)), "based_on": str(latest.id)}
        wished = request.args.get("wished", "")
        answer = letters.standing_answer(latest, moment)
        if wished and answer is not None and answer.wished_on is not None:
            values["visit_on"] = answer.wished_on
        return values
    language = asked if asked in LANGUAGES else _language_of(audit, moment)
    made = asdict(proposal.proposed(audit, moment, language))
    return {**made, "based_on": str(latest.id) if latest else "0"}


def _language_of(audit: Audit, moment: Moment) -> str:
    """Return the language of whoever gets the letter."""
    head = auditees.head_of(audit.subject, moment)
    return (accounts.language_of(head) if head else "") or "ja"


def _title(audit: Audit) -> str:
    name = queries.subject_name(audit.subject, Moment.at(request_time()), current())
    return queries.title(audit, name)


def _of(row: AuditNotice) -> str:
    return url_for("audits.notice", audit_id=row.audit_id, notice_id=row.id)


def _conflict(stale: Stale) -> dict[str, Any]:
    theirs, mine = stale.theirs, stale.mine
    form = LetterForm(formdata=None)
    return {
        "who": people.name(theirs.get("by"), Moment.at(request_time())),
        "when": format_instant(theirs.get("at")),
        "rows": [
            {"label": form[name].label.text, "theirs": theirs[name], "mine": mine[name]}
            for name in mine
            if theirs[name] != mine[name]
        ],
    }
