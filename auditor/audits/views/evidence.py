"""Evidence of an item: files, links, what hangs elsewhere already, newer versions; and the list of all."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.audits import actions, attached, attaching, expiring
from auditor.audits.forms import EvidenceForm, LinkForm, VersionForm
from auditor.audits.forms.evidence import said_of, sent_files
from auditor.audits.models import AuditItem
from auditor.audits.results import EDITABLE, State
from auditor.audits.views import bp
from auditor.audits.views.items import Answer, here, item_of, page_with
from auditor.audits.views.tabs import tabs_of
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound, RuleBroken
from auditor.evidence.models import Evidence
from auditor.evidence.serving import answer as file_answer
from auditor.language import _, _n
from auditor.web import Page, current_actor, paged, request_time

_ITEM = "/<int:audit_id>/items/<int:item_id>/evidence"


@bp.post(_ITEM)
@requires(Permission.AUDIT_CONDUCT)
def add_evidence(audit_id: int, item_id: int) -> Answer:
    """Attach files to the item."""
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    form = EvidenceForm()
    if not form.validate():
        return page_with(found, None, 422, evidence_form=form)
    files = sent_files(form.file)
    if not files:
        form.file.errors = [_("Choose a file.")]
        return page_with(found, None, 422, evidence_form=form)
    folder = settings_of(current_app).evidence_folder
    try:
        count = attaching.attach_files(current_actor(), request_time(), folder, found, files, form.about())
    except RuleBroken as broken:
        _refuse(form, broken, "file")
        return page_with(found, None, 422, evidence_form=form)
    flash(_n("The evidence is attached.", "%(num)d pieces of evidence are attached.", count), "success")
    return redirect(_back(found), 303)


@bp.route(f"{_ITEM}/link", methods=["GET", "POST"])
@requires(Permission.AUDIT_CONDUCT)
def add_link(audit_id: int, item_id: int) -> Answer:
    """Attach an address to the item."""
    found = _open_item(audit_id, item_id)
    form = LinkForm()
    if form.validate_on_submit():
        link = attaching.Link(form.url.data or "", form.title.data or "")
        try:
            attaching.attach_link(current_actor(), request_time(), found, link, form.about())
        except RuleBroken as broken:
            _refuse(form, broken, "url")
        else:
            flash(_("The link is attached."), "success")
            return redirect(_back(found), 303)
    return _form_page("audits/evidence_link.html", found, form)


@bp.route(f"{_ITEM}/known", methods=["GET", "POST"])
@requires(Permission.AUDIT_CONDUCT)
def use_evidence(audit_id: int, item_id: int) -> Answer:
    """Attach what hangs on other items of this audit or subject already."""
    found = _open_item(audit_id, item_id)
    error = ""
    if request.method == "POST":
        try:
            attaching.attach_known(
                current_actor(), request_time(), found, request.form.getlist("evidence", type=int)
            )
        except RuleBroken as broken:
            error = str(broken)
        else:
            flash(_("The evidence is attached here too."), "success")
            return redirect(_back(found), 303)
    text = request.args.get("q", "").strip()[:100]
    rows, more = attached.offered(current_actor(), found, request_time(), text)
    page = render_template(
        "audits/evidence_known.html",
        item=found,
        back=_back(found),
        rows=rows,
        more=more,
        text=text,
        error=error,
    )
    return page, 422 if error else 200


@bp.route(f"{_ITEM}/<int:evidence_id>/newer", methods=["GET", "POST"])
@requires(Permission.AUDIT_CONDUCT)
def replace_evidence(audit_id: int, item_id: int, evidence_id: int) -> Answer:
    """Take in a newer version of a piece of evidence."""
    found = _open_item(audit_id, item_id)
    old = attached.evidence_of(found, evidence_id, Moment.at(request_time()))
    form = VersionForm(data=None if request.method == "POST" else said_of(old))
    if form.validate_on_submit():
        folder = settings_of(current_app).evidence_folder
        try:
            by = _newer(form, old)
            attaching.replace(current_actor(), request_time(), folder, found, evidence_id, by, form.about())
        except RuleBroken as broken:
            _refuse(form, broken, "file" if old.file_id else "url")
        else:
            flash(_("The newer version is attached. The earlier one stays in its history."), "success")
            return redirect(_back(found), 303)
    return _form_page("audits/evidence_replace.html", found, form, old=old)


@bp.get(f"{_ITEM}/<int:evidence_id>")
@requires(Permission.AUDIT_READ)
def evidence(audit_id: int, item_id: int, evidence_id: int) -> Response:
    """Give a file of the item to who may see the item."""
    found = item_of(audit_id, item_id, Permission.AUDIT_READ)
    kept = attached.evidence_of(found, evidence_id, Moment.at(request_time()))
    return file_answer(kept, settings_of(current_app).evidence_folder)


@bp.post(f"{_ITEM}/<int:evidence_id>/remove")
@requires(Permission.AUDIT_CONDUCT)
def remove_evidence(audit_id: int, item_id: int, evidence_id: int) -> BaseResponse:
    """Take a piece of evidence off the item."""
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    if not actions.detach(current_actor(), request_time(), found, evidence_id):
        raise NotFound
    flash(_("The evidence was removed from this item. It stays in the history."), "success")
    return redirect(_back(found), 303)


@bp.get("/evidence")
@requires(Permission.AUDIT_READ)
def evidence_list() -> str:
    """List the evidence of all audits that the person may see."""
    at, actor = request_time(), current_actor()
    moment = Moment.at(at)
    tab = request.args.get("tab", "all")
    wanted = expiring.Filter(
        tab=tab if tab in expiring.TABS else "all",
        fiscal_year=request.args.get("fiscal_year", type=int),
        text=request.args.get("q", "").strip()[:100],
    )
    query = expiring.matching(actor, wanted, at)
    count = expiring.counts(query, moment)
    page = paged(expiring.in_tab(query, wanted.tab, moment))
    return render_template(
        "audits/evidence_list.html",
        page=Page(expiring.lines(page.rows, moment), page.total, page.number, page.size),
        wanted=wanted,
        tabs=_tabs(wanted, count),
        years=expiring.fiscal_years(actor, at),
        filtered=wanted != expiring.Filter(tab=wanted.tab),
    )


def _tabs(wanted: expiring.Filter, count: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "all": _("All"),
        "expiring": _("Expires within 30 days"),
        "expired": _("Expired"),
    }
    return tabs_of("audits.evidence_list", labels, count, wanted.tab)


def _open_item(audit_id: int, item_id: int) -> AuditItem:
    """Return the item for whoever audits there; while the audit is not open, it has no such pages."""
    found = item_of(audit_id, item_id, Permission.AUDIT_CONDUCT)
    if request.method == "GET" and State(found.audit.current_state) not in EDITABLE:
        raise Forbidden
    return found


def _newer(form: VersionForm, old: Evidence) -> attaching.File | attaching.Link:
    """Return what was sent in the place of ``old``: a file for a file, a link for a link."""
    if old.file_id is None:
        return attaching.Link(form.url.data or "", form.title.data or "")
    sent = sent_files(form.file)
    if not sent:
        raise RuleBroken(_("Choose a file."), "file")
    return sent[0]


def _refuse(form: Any, broken: RuleBroken, otherwise: str) -> None:
    field = broken.field if broken.field in form else otherwise
    form[field].errors = [str(broken)]


def _form_page(template: str, found: AuditItem, form: Any, **more: Any) -> tuple[str, int]:
    page = render_template(template, item=found, form=form, back=_back(found), **more)
    return page, 422 if form.errors else 200


def _back(found: AuditItem) -> str:
    return f"{here(found)}#evidence"
