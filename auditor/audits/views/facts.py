"""The facts of an audit: asked about by its auditors, confirmed by the audited department."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import auditees, facts, queries
from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.forms import AskForm
from auditor.audits.models import Audit
from auditor.audits.results import AUDITS, EDITABLE, State
from auditor.audits.views import bp
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse
Given = dict[int, tuple[str, str]]


@bp.get("/<int:audit_id>/facts")
@requires(Permission.AUDIT_READ)
def show_facts(audit_id: int) -> Answer:
    """Show the facts: to the department those it was asked about, to everybody else all of them."""
    audit = queries.audit_for(current_actor(), audit_id, Permission.AUDIT_READ, request_time())
    return _page(audit, AskForm(formdata=None), "", {}, 200)


@bp.post("/<int:audit_id>/facts/ask")
@requires(Permission.AUDIT_CONDUCT)
def ask_facts(audit_id: int) -> Answer:
    """Ask the head of the audited department to confirm the facts."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_CONDUCT, at)
    form = AskForm()
    if not form.validate():
        return _page(audit, form, "", {}, 422)
    try:
        facts.ask(actor, at, audit, form.comment.data or "")
    except RuleBroken as broken:
        return _page(audit, form, str(broken), {}, 422)
    flash(_("The department is asked. Its head is told by mail."), "success")
    return redirect(url_for("audits.show_facts", audit_id=audit_id), 303)


@bp.post("/<int:audit_id>/facts/answer")
@requires(Permission.AUDIT_ANSWER)
def answer_facts(audit_id: int) -> Answer:
    """Take what the audited department says to the facts."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_ANSWER, at)
    given = _given()
    said = {row: (word == "yes", comment) for row, (word, comment) in given.items() if word}
    if not said:
        error = _("Say of at least one item whether it happened as it is written. Nothing was saved yet.")
        return _page(audit, AskForm(formdata=None), error, given, 422)
    if any(len(comment) > LONGEST_TEXT for _word, comment in given.values()):
        error = _("A comment is too long. Shorten it. Nothing was saved yet.")
        return _page(audit, AskForm(formdata=None), error, given, 422)
    try:
        facts.answer(actor, at, audit, request.form.get("request", 0, type=int), said)
    except RuleBroken as broken:
        return _page(audit, AskForm(formdata=None), str(broken), given, 422)
    except Stale:
        error = _(
            "The auditors have changed something meanwhile and ask anew. Nothing was saved; what you wrote about items that are still the same is below. Look at the new ones and send it again."
        )
        return _page(audit, AskForm(formdata=None), error, given, 409)
    flash(_("Your answer is saved. The auditors are told by mail when nothing is open any more."), "success")
    return redirect(url_for("audits.show_facts", audit_id=audit_id), 303)


def _given() -> Given:
    """Return what the form says: by result row, yes, no or nothing, and the comment."""
    rows = request.form.getlist("result", type=int)
    return {
        row: (
            word if (word := request.form.get(f"said-{row}", "")) in ("yes", "no") else "",
            request.form.get(f"comment-{row}", "").replace("\r\n", "\n"),
        )
        for row in rows
    }


def _page(audit: Audit, form: AskForm, error: str, given: Given, status: int) -> Answer:
    at, actor = request_time(), current_actor()
    moment = Moment.at(at)
    held = queries.is_auditor(actor, audit.id, at)
    every = queries.shows_results(actor, audit, held)
    standing = facts.of(audit.id, moment)
    if not every and standing.request is None:
        raise NotFound  # the audited department learns nothing before it is asked
    open_ = State(audit.current_state) in EDITABLE
    names = people.names(
        [
            *(fact.answer.recorded_by for fact in standing.facts if fact.answer),
            *(fact.row.recorded_by for fact in standing.facts),
            standing.request.recorded_by if standing.request else None,
        ],
        moment,
    )
    body = render_template(
        "audits/facts.html",
        audit=audit,
        title=queries.title(audit, queries.subject_name(audit.subject, moment, current())),
        standing=standing,
        shown=standing.facts if every else standing.asked,
        names=names,
        every=every,
        answers=open_ and queries.may(actor, audit, Permission.AUDIT_ANSWER, at),
        asks=open_ and held and audit.kind in list(AUDITS) and actor.may(Permission.AUDIT_CONDUCT),
        head=people.name(auditees.head_of(audit.subject, moment), moment),
        form=form,
        error=error,
        given=given,
        open=open_,
    )
    return body, status
