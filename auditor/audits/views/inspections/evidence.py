"""Evidence of an item of a self-inspection: links, dates, validity, newer versions, what is there already."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.audits import attached
from auditor.audits.attaching import Link
from auditor.audits.forms.evidence import said_of, sent_files
from auditor.audits.inspections import proving
from auditor.audits.models import AuditItem
from auditor.audits.results import EDITABLE, State
from auditor.audits.views.inspections import bp
from auditor.audits.views.inspections.answering import item_of
from auditor.audits.views.inspections.forms import EvidenceForm
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.evidence.models import Evidence
from auditor.language import _
from auditor.people import queries as people
from auditor.web import current_actor, request_time


@bp.route("/<int:inspection_id>/items/<int:item_id>/evidence", methods=["GET", "POST"])
@requires(Permission.INSPECTION_ANSWER)
def item_evidence(inspection_id: int, item_id: int) -> str | tuple[str, int] | Response:
    """Show what hangs on the item; take files, a link, a newer version (``replaces``) or what is there already."""
    found = item_of(inspection_id, item_id, Permission.INSPECTION_ANSWER)
    if request.method == "GET" and State(found.audit.current_state) not in EDITABLE:
        return redirect(url_for("inspections.show", inspection_id=found.audit_id), 303)
    at = request_time()
    replaced = request.args.get("replaces", type=int)
    old = attached.evidence_of(found, replaced, Moment.at(at)) if replaced else None
    form = EvidenceForm(data=None if old is None or request.method == "POST" else said_of(old))
    if form.validate_on_submit():
        try:
            said = _take(found, form, old)
        except RuleBroken as broken:
            form[broken.field if broken.field in form else "file"].errors = [str(broken)]
        else:
            flash(said, "success")
            here = url_for("inspections.item_evidence", inspection_id=found.audit_id, item_id=found.id)
            return redirect(here, 303)
    return _page(found, form, old), 422 if form.errors else 200


def _take(found: AuditItem, form: EvidenceForm, old: Evidence | None) -> str:
    """Do what the form asks for, and return what was done."""
    actor, at, folder = current_actor(), request_time(), settings_of(current_app).evidence_folder
    if "known" in request.form:
        proving.attach_known(actor, at, found, request.form.getlist("evidence", type=int))
        return str(_("The evidence is attached here too."))
    files = sent_files(form.file)
    link = Link(form.url.data or "", form.title.data or "")
    if old is not None:
        if old.file_id is not None and not files:
            raise RuleBroken(_("Choose a file."), "file")
        by = files[0] if old.file_id is not None else link
        proving.replace(actor, at, folder, found, old.id, by, form.about())
        return str(_("The newer version is attached. The earlier one stays in its history."))
    if files and link.url:
        raise RuleBroken(_("Give either files or an address, not both at once."), "url")
    if link.url:
        proving.attach_link(actor, at, found, link, form.about())
    elif files:
        proving.attach_files(actor, at, folder, found, files, form.about())
    else:
        raise RuleBroken(_("Choose a file."), "file")
    return str(_("The evidence was added."))


def _page(found: AuditItem, form: EvidenceForm, old: Evidence | None) -> str:
    at = request_time()
    moment = Moment.at(at)
    rows = attached.on_item(found, moment)
    names = people.names([row.evidence.given_by_id for row in rows], moment)
    return render_template(
        "audits/inspections/evidence.html",
        item=found,
        form=form,
        old=old,
        evidence=attached.shown(rows, names),
        offered=[] if old is not None else proving.offered(current_actor(), found, at),
    )
