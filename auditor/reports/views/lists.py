"""Lists as Excel files: each takes the address of its list and gives exactly what that shows."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from auditor.access import Actor, Permission, requires
from auditor.audits import listing
from auditor.audits.inspections import listing as inspections
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.findings import queries as findings
from auditor.findings.states import Grade, State
from auditor.language import speaking
from auditor.reports import actions, exports
from auditor.reports.exports import ListExport
from auditor.reports.inspection_list import inspections_list
from auditor.reports.views.blueprint import bp
from auditor.reports.views.sending import language_asked, send
from auditor.web import current_actor, request_time


@bp.get("/export/<what>.xlsx")
@requires(Permission.REPORT_EXPORT)
def export(what: str) -> Response:
    """Send a list as the address asks for it."""
    if what not in _LISTS:
        raise NotFound
    at, actor = request_time(), current_actor()
    with speaking(language_asked()):
        made = _LISTS[what](actor, Moment.at(at))
    return _send(actor, made, f"auditor-{what}-{Moment.at(at).day}.xlsx")


@bp.get("/export/audits/<int:audit_id>.xlsx")
@requires(Permission.REPORT_EXPORT)
def export_audit(audit_id: int) -> Response:
    """Send one audit with the results of its items."""
    at, actor = request_time(), current_actor()
    with speaking(language_asked()):
        made = exports.audit_sheet(actor, audit_id, Moment.at(at))
    return _send(actor, made, f"auditor-audit-{audit_id}-{Moment.at(at).day}.xlsx")


def _send(actor: Actor, made: ListExport, name: str) -> Response:
    at = request_time()
    return send(lambda path: actions.export_list(actor, made, language_asked(), at, path), name)


def _audits(actor: Actor, moment: Moment) -> ListExport:
    args = request.args
    tab, sort = args.get("tab", "open"), args.get("sort", "due")
    wanted = listing.Filter(
        tab=tab if tab in listing.TABS else "open",
        fiscal_year=args.get("fiscal_year", type=int),
        department_id=args.get("department", type=int),
        auditor_id=args.get("auditor", type=int),
        text=args.get("q", "").strip()[:100],
        sort=sort if sort.removeprefix("-") in listing.SORTS else "due",
    )
    return exports.audits_list(actor, wanted, moment)


def _inspections(actor: Actor, moment: Moment) -> ListExport:
    return inspections_list(actor, inspections.asked(request.args), moment)


def _findings(actor: Actor, moment: Moment) -> ListExport:
    return exports.findings_list(actor, _finding_filters(), moment)


def _actions(actor: Actor, moment: Moment) -> ListExport:
    return exports.actions_list(actor, _finding_filters(), moment)


def _finding_filters() -> findings.Filters:
    asked = request.args
    state = asked.get("state", "open")
    return findings.Filters(
        state=state if state in {"open", "", *(one.value for one in State)} else "open",
        fiscal_year=asked.get("year", type=int),
        grade=asked.get("grade", "") if asked.get("grade") in set(Grade) else "",
        department_id=asked.get("department", type=int),
        owner_id=asked.get("owner", type=int),
        overdue=bool(asked.get("overdue")),
        text=asked.get("q", "")[:200],
        sort=asked.get("sort", "due"),
    )


def _training(actor: Actor, moment: Moment) -> ListExport:
    args = request.args
    wanted = exports.TrainingFilter(
        course_id=args.get("course", type=int),
        round_id=args.get("round", type=int),
        state=args.get("state", ""),
        department_id=args.get("department", type=int),
        below=bool(args.get("below")),
        text=args.get("q", "").strip()[:100],
    )
    return exports.training_list(actor, wanted, moment)


_LISTS: dict[str, Callable[[Actor, Moment], ListExport]] = {
    "audits": _audits,
    "inspections": _inspections,
    "findings": _findings,
    "actions": _actions,
    "training": _training,
}
