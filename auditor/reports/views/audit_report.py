"""The report of one audit: to be read, printed, or taken as a workbook, as of any past day."""

from __future__ import annotations

from datetime import date

from flask import Response, render_template, request

from auditor.access import Permission, requires
from auditor.audits.results import EDITABLE, Result
from auditor.company.queries import company_name
from auditor.errors import RuleBroken
from auditor.findings.states import ActionState
from auditor.language import _, speaking
from auditor.reports import actions
from auditor.reports.audit_report import AuditReport, report_for
from auditor.reports.views.blueprint import bp
from auditor.reports.views.sending import language_asked, send
from auditor.web import current_actor, request_time

ALL_ITEMS = 200  # of a longer audit, only what is not conforming is printed; the workbook has all


@bp.get("/audit/<int:reported_id>")
@requires(Permission.AUDIT_READ)
def audit_report(reported_id: int) -> str | tuple[str, int]:
    """Show the report, made to be printed."""
    asked, error = request.args.get("as_of", ""), ""
    try:
        report = _report(reported_id, asked)
    except RuleBroken as refused:
        error = str(refused)
        report = _report(reported_id, "")
    actor = current_actor()
    page = render_template(
        "reports/audit_report.html",
        report=report,
        company=company_name(report.moment),
        asked=asked,
        error=error,
        results=list(Result),
        annex=report.items if len(report.items) <= ALL_ITEMS else report.notable,
        whole=len(report.items) <= ALL_ITEMS,
        done=ActionState.DONE,
        writable=report.state in EDITABLE and actor.may(Permission.AUDIT_CONDUCT) and not asked,
    )
    return (page, 422) if error else page


@bp.get("/audit/<int:reported_id>.xlsx")
@requires(Permission.AUDIT_READ)
def audit_report_file(reported_id: int) -> Response:
    """Send the report as a workbook."""
    at, language = request_time(), language_asked()
    with speaking(language):
        report = _report(reported_id, request.args.get("as_of", ""))
    name = f"auditor-report-{report.audit.number}-{report.moment.day}-{language}.xlsx"
    return send(lambda path: actions.export_audit_report(current_actor(), report, language, at, path), name)


def _report(reported_id: int, asked: str) -> AuditReport:
    """Return the report as of the day that is asked for, or as it stands. Raises RuleBroken where that is no day."""
    try:
        day = date.fromisoformat(asked) if asked else None
    except ValueError as error:
        raise RuleBroken(_("Enter the day as a date."), "as_of") from error
    return report_for(current_actor(), reported_id, request_time(), day)
