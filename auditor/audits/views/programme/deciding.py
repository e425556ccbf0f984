"""Submitting a plan, deciding on it, and what happened to it since."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.programme import approval, changes, listing
from auditor.audits.programme.board import COVERED, board
from auditor.audits.programme.words import CellState, State
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.shared import begun, page_of
from auditor.errors import RuleBroken, Stale
from auditor.language import _, current
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse
LONGEST_COMMENT = 2000


@bp.route("/<int:year>/submit", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def submit(year: int) -> Answer:
    """Show how the plan stands, then submit it for approval."""
    at, actor = request_time(), current_actor()
    head, programme = begun(year)
    comment, error, status = request.form.get("comment", "")[:LONGEST_COMMENT], "", 200
    if request.method == "POST":
        try:
            approval.submit(actor, at, programme, head.year, comment)
        except RuleBroken as broken:
            error, status = str(broken), 422
        except Stale:
            error, status = _("The plan was submitted already. Nothing more was done."), 409
        else:
            flash(_("The plan is submitted. The representative is told by mail."), "success")
            return redirect(url_for("programme.show", year=year), 303)
    return render_template(
        "audits/programme/submit.html",
        made=(made := board(head.year, programme, head.moment, current())),
        covered=sum(made.counts[state] for state in COVERED),
        nobody=listing.without_anybody(programme, head.moment),
        comment=comment,
        error=error,
        CellState=CellState,
        **page_of(head, "grid"),
    ), status


@bp.route("/<int:year>/decide", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_APPROVE)
def decide(year: int) -> Answer:
    """Approve a plan or send it back."""
    at, actor = request_time(), current_actor()
    head, programme = begun(year)
    comment, error, status = request.form.get("comment", "")[:LONGEST_COMMENT], "", 200
    if request.method == "POST":
        try:
            if request.form.get("do") == "approve":
                approval.approve(actor, at, programme, comment)
            else:
                approval.send_back(actor, at, programme, comment)
        except RuleBroken as broken:
            error, status = str(broken), 422
        except Stale:
            error, status = _("Somebody else has decided meanwhile. Nothing more was done."), 409
        else:
            flash(
                _("The plan is approved. Its checks open by themselves.")
                if request.form.get("do") == "approve"
                else _("The plan is sent back. The head of audit is told by mail."),
                "success",
            )
            return redirect(url_for("programme.show", year=year), 303)
    return render_template(
        "audits/programme/decide.html",
        made=(made := board(head.year, programme, head.moment, current())),
        covered=sum(made.counts[state] for state in COVERED),
        nobody=listing.without_anybody(programme, head.moment),
        steps=changes.steps(programme, head.moment),
        comment=comment,
        error=error,
        open=head.state is State.SUBMITTED,
        CellState=CellState,
        **page_of(head, "grid"),
    ), status


@bp.get("/<int:year>/history")
@requires(Permission.PROGRAMME_READ)
def history(year: int) -> Answer:
    """Show who decided what, and each change since the approval with its reason."""
    head, programme = begun(year)
    made = board(head.year, programme, head.moment, current())
    return render_template(
        "audits/programme/history.html",
        steps=changes.steps(programme, head.moment),
        changed=changes.changes(programme, head.moment, made.roll.names, made.demand.categories),
        **page_of(head, "history"),
    )
