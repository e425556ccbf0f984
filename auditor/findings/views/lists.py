"""The list of findings, the page of one, its conversation and its evidence."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import current_app, flash, redirect, render_template, request, url_for

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.audits.inspections import queries as inspections
from auditor.audits.results import AuditKind
from auditor.company.queries import company_name
from auditor.errors import RuleBroken
from auditor.evidence.serving import answer as file_answer
from auditor.findings import conversation, foureyes, queries, steps, story
from auditor.findings import report as reporting
from auditor.findings.forms import FilesForm, MessageForm
from auditor.findings.models import Finding
from auditor.findings.states import Grade, State
from auditor.findings.views import bp
from auditor.findings.views.response import Answer, now, page_of, refuse, words
from auditor.language import _, fiscal_year_name
from auditor.web import current_actor, paged, request_time

_TABS = ("open", *(state.value for state in State), "")


def filters() -> queries.Filters:
    """Return what the address asks for; values that make no sense ask for nothing."""
    asked = request.args
    state = asked.get("state", "open")
    return queries.Filters(
        state=state if state in _TABS else "open",
        fiscal_year=asked.get("year", type=int),
        grade=asked.get("grade", "") if asked.get("grade") in set(Grade) else "",
        department_id=asked.get("department", type=int),
        owner_id=asked.get("owner", type=int),
        overdue=bool(asked.get("overdue")),
        text=asked.get("q", "")[:200],
        sort=asked.get("sort", "due"),
    )


@bp.get("/")
@requires(Permission.FINDING_READ)
def index() -> str:
    actor, moment, asked = current_actor(), now(), filters()
    page = paged(queries.listing(actor, asked, moment))
    rows = queries.rows(page.rows, moment)
    return render_template(
        "findings/index.html",
        page=page,
        rows=rows,
        filters=asked,
        tabs_of=_tabs(queries.counts(actor, moment), asked.state),
        choices=queries.choices(actor, moment),
        grades=list(Grade),
        fiscal_year_name=fiscal_year_name,
        may_record=actor.everywhere(Permission.FINDING_RECORD),
        filtered=bool(request.args.to_dict().keys() - {"state", "sort", "page"}),
    )


def _tabs(counts: dict[str, int], current: str) -> list[dict[str, object]]:
    """Return the tabs with counts; a state that nothing stands in has no tab, unless it is the one shown."""
    still_open = sum(count for state, count in counts.items() if not State(state).final)
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name not in ("state", "page")
    }
    tabs = []
    for name in _TABS:
        count = still_open if name == "open" else counts.get(name, 0) if name else sum(counts.values())
        if name and name not in ("open", "closed", current) and not count:
            continue
        label = _("Open") if name == "open" else State(name).label if name else _("All")
        url = url_for("findings.index", state=name, **kept)
        tabs.append({"label": label, "url": url, "count": count, "current": name == current})
    return tabs


@bp.get("/<int:finding_id>")
@requires(Permission.FINDING_READ)
def show(finding_id: int) -> str:
    finding = queries.finding_for(current_actor(), finding_id, Permission.FINDING_READ, now())
    return show_page(finding, MessageForm(formdata=None))


def show_page(finding: Finding, form: MessageForm) -> str:
    """Return the page of a finding with the message form as it stands."""
    actor, moment = current_actor(), now()
    told = story.tell(actor, finding, moment)
    return render_template(
        "findings/show.html",
        story=told,
        finding=finding,
        flow=steps.flow(told),
        next_step=steps.next_step(told),
        buttons=steps.buttons(actor, told),
        refusal=foureyes.refusal(finding, moment),
        outside=foureyes.outside_verifier(moment),
        form=form,
        files=FilesForm(formdata=None),
        audit_url=_audit_url(finding),
        State=State,
    )


def _audit_url(finding: Finding) -> dict[str, str] | None:
    """Return number and addresses of the audit and the item, for those who may open audits."""
    if finding.item_id is None or finding.item is None:
        return None
    audit = finding.item.audit
    urls = {"number": str(audit.number), "code": str(finding.item.control.code)}
    if audit.kind == AuditKind.SELF_INSPECTION:
        if inspections.sees(current_actor(), audit, request_time()):
            urls["url"] = url_for("inspections.show", inspection_id=audit.id)
        return urls
    if current_actor().may(Permission.AUDIT_READ):
        urls["url"] = url_for("audits.show", audit_id=audit.id)
        urls["item_url"] = url_for("audits.item", audit_id=audit.id, item_id=finding.item_id)
    return urls


@bp.get("/<int:finding_id>/report")
@requires(Permission.FINDING_READ)
def report(finding_id: int) -> str:
    """The report of corrective action (是正処置報告書), made to be printed."""
    actor, moment = current_actor(), now()
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    return render_template(
        "findings/report.html",
        finding=finding,
        story=story.tell(actor, finding, moment),
        report=reporting.of(finding, moment),
        company=company_name(moment),
    )


@bp.post("/<int:finding_id>/comment")
@requires(Permission.FINDING_COMMENT)
def comment(finding_id: int) -> Answer:
    finding = queries.finding_for(current_actor(), finding_id, Permission.FINDING_COMMENT, now())
    form = MessageForm()
    if not form.validate():
        return show_page(finding, form), 422
    try:
        conversation.comment(current_actor(), request_time(), finding, words(form.text))
    except RuleBroken as error:
        refuse(form, error)
        return show_page(finding, form), 422
    flash(_("Your message was sent."), "success")
    return redirect(f"{page_of(finding)}#talk", 303)


@bp.get("/<int:finding_id>/evidence/<int:evidence_id>")
@requires(Permission.FINDING_READ)
def download(finding_id: int, evidence_id: int) -> FlaskResponse:
    given = queries.evidence_for(current_actor(), finding_id, evidence_id, now())
    return file_answer(given, settings_of(current_app).evidence_folder)
