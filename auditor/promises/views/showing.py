"""The published text as a text, the verdict beside each sentence, and what it rests on."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for

from auditor.access import Actor, Permission, requires
from auditor.catalogue import finding as catalogue_finding
from auditor.catalogue import queries as catalogue
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.findings import queries as findings
from auditor.findings.models import Finding
from auditor.language import _
from auditor.promises import actions, board, queries, results
from auditor.promises.board import Line
from auditor.promises.verdicts import Verdict
from auditor.promises.views.blueprint import Answer, bp
from auditor.web import current_actor, request_time

MOST_ROWS = 200


@bp.get("/")
@requires(Permission.PROMISE_READ)
def index() -> str:
    return _page(request.args.get("promise", type=int))


@bp.post("/<int:promise_id>/controls")
@requires(Permission.PROMISE_READ)
def link(promise_id: int) -> Answer:
    promise = queries.promise_for(current_actor(), promise_id, Permission.PROMISE_MANAGE)
    code, typed = request.form.get("code", "").strip(), request.form.get("code_search", "").strip()
    matches = [] if code else catalogue_finding.controls(typed, Moment.at(request_time())) if typed else []
    if not code and len(matches) == 1:
        code = str(matches[0]["id"])
    if not code:
        error = _("Choose one of the matches.") if matches else _("Choose a control.")
        return _page(promise_id, error=error, typed=typed, matches=matches), 422
    try:
        actions.link(current_actor(), promise, code, request_time())
    except RuleBroken as broken:
        return _page(promise_id, error=str(broken), typed=typed), 422
    except Stale:
        return _page(promise_id, error=_changed_meanwhile(), typed=typed or code), 409
    flash(_("%(code)s is linked to %(number)s.", code=code, number=promise.number), "success")
    return redirect(url_for("promises.index", promise=promise_id), 303)


@bp.post("/<int:promise_id>/controls/<code>/off")
@requires(Permission.PROMISE_READ)
def unlink(promise_id: int, code: str) -> Answer:
    promise = queries.promise_for(current_actor(), promise_id, Permission.PROMISE_MANAGE)
    try:
        actions.link(current_actor(), promise, code, request_time(), held=False)
    except Stale:
        return _page(promise_id, error=_changed_meanwhile()), 409
    flash(_("%(code)s is no longer linked to %(number)s.", code=code, number=promise.number), "success")
    return redirect(url_for("promises.index", promise=promise_id), 303)


def _page(
    promise_id: int | None,
    error: str = "",
    typed: str = "",
    matches: list[catalogue_finding.Match] | None = None,
) -> str:
    moment, today = _moment()
    found = board.board(moment)
    wanted = request.args.get("verdict", "")
    shown = [line for line in found.lines if not wanted or line.verdict == wanted]
    chosen = _chosen(found.lines, shown, promise_id)
    proof = _proof(current_actor(), chosen, moment) if chosen else {}
    return render_template(
        "promises/index.html",
        policy=found.policy,
        lines=shown,
        total=len(found.lines),
        counts=found.counts,
        verdicts=list(Verdict),
        wanted=wanted,
        chosen=chosen,
        moment=moment,
        today_shown=today,
        error=error,
        typed=typed,
        matches=matches or [],
        **proof,
    )


def _moment() -> tuple[Moment, bool]:
    """Return the moment of ``?date=`` and whether it is now; a date that cannot be is today."""
    now = Moment.at(request_time())
    try:
        moment = Moment.end_of(date.fromisoformat(request.args.get("date", "")), request_time())
    except ValueError:
        return now, True
    return moment, moment.day == now.day


def _chosen(every: list[Line], shown: list[Line], promise_id: int | None) -> Line | None:
    if promise_id is None:
        return shown[0] if shown else None
    for line in every:
        if line.promise.id == promise_id:
            return line
    raise NotFound


def _proof(actor: Actor, line: Line, moment: Moment) -> dict[str, object]:
    """Return what the verdict rests on, as far as the reader may open it, and how much that leaves out."""
    codes = [control.code for control in line.controls]
    rows = results.rows(actor, codes, moment, request_time())
    every = sum(sum(control.results.values()) for control in line.controls)
    points = _findings(actor, codes, moment)
    open_every = len(board.open_nonconformities(codes, moment))
    return {
        "rows": rows[:MOST_ROWS],
        "row_count": len(rows),
        "rows_hidden": every - len(rows),
        "findings": points,
        "findings_hidden": open_every - len(points),
        "subject_names": catalogue.subject_names(
            {row.subject_id for row in rows[:MOST_ROWS]} | {one.subject_id for one, _grade in points}, moment
        ),
    }


def _findings(actor: Actor, codes: list[str], moment: Moment) -> list[tuple[Finding, str]]:
    """Return the open nonconformities that the reader may open."""
    if not actor.may(Permission.FINDING_READ):
        return []
    every = board.open_nonconformities(codes, moment)
    reach = findings.within(actor, Permission.FINDING_READ, Moment.at(request_time()))
    if reach is None:
        return every
    ids = [one.id for one, _grade in every]
    visible = {row.id for row in Finding.select(Finding.id).where(Finding.id.in_(ids), reach)}
    return [(one, grade) for one, grade in every if one.id in visible]


def _changed_meanwhile() -> str:
    return str(
        _(
            "Somebody else changed this at the same moment. Nothing of yours was saved. Look at the current state, then try again."
        )
    )
