"""Importing audits and findings of earlier years: the template, upload, look at what would happen, import."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.audits import queries as audits
from auditor.audits.models import HistoryImport
from auditor.audits.results import KIND_LABELS
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings.forms import HistoryApplyForm, HistoryForm
from auditor.findings.history import applying, staging
from auditor.findings.history.entries import HistoryPlan
from auditor.findings.history.problems import message
from auditor.findings.history.template import template
from auditor.findings.models import HistoryUpload
from auditor.findings.views import bp
from auditor.findings.views.response import Answer, refuse
from auditor.language import LANGUAGES, _, current
from auditor.people import queries as people
from auditor.web import attachment, current_actor, paged, request_time

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/history")
@requires(Permission.HISTORY_IMPORT)
def history() -> str:
    """Choose a file, go on with one that waits, see what was imported."""
    return _page(HistoryForm(formdata=None))


@bp.post("/history")
@requires(Permission.HISTORY_IMPORT)
def history_upload() -> Answer:
    form = HistoryForm()
    if not form.validate():
        return _page(form), 422
    sent = form.file.data
    upload = staging.keep(current_actor().person_id or 0, sent.filename or "", sent.read(), request_time())
    return redirect(url_for("findings.history_preview", upload_id=upload.id), 303)


@bp.get("/history/template.xlsx")
@requires(Permission.HISTORY_IMPORT)
def history_template() -> FlaskResponse:
    """Send the workbook to fill in."""
    asked = request.args.get("language", "")
    language = asked if asked in LANGUAGES else current()
    return attachment(template(language), f"auditor-history-{language}.xlsx", _XLSX)


@bp.get("/history/<int:upload_id>")
@requires(Permission.HISTORY_IMPORT)
def history_preview(upload_id: int) -> Answer:
    """What importing the file would do, with every problem by its cell."""
    upload = _upload(upload_id)
    if upload.done:
        return redirect(url_for("findings.history"), 303)
    return _preview(upload, staging.plan(upload, request_time()), HistoryApplyForm(formdata=None))


@bp.post("/history/<int:upload_id>/import")
@requires(Permission.HISTORY_IMPORT)
def history_import(upload_id: int) -> Answer:
    """Import what was shown; where it is something else by now, show that instead (409)."""
    upload, at, form = _upload(upload_id), request_time(), HistoryApplyForm()
    if upload.done:
        return _nothing_more()
    try:
        made = applying.take_over(current_actor(), at, bytes(upload.content), form.digest.data or "")
    except applying.HistoryChanged as changed:
        return _preview(upload, changed.plan, form, stale=True), 409
    except RuleBroken as broken:
        refuse(form, broken)
        return _preview(upload, staging.plan(upload, at), form), 422
    staging.settle(upload)
    if made is None:
        return _nothing_more()
    said = {"audits": made.audits, "results": made.results, "findings": made.findings}
    flash(_("Imported: %(audits)s audits, %(results)s results, %(findings)s findings.", **said), "success")
    return redirect(url_for("findings.history"), 303)


def _nothing_more() -> Response:
    flash(_("Everything in this file was imported before. Nothing was done a second time."), "info")
    return redirect(url_for("findings.history"), 303)


@bp.post("/history/<int:upload_id>/discard")
@requires(Permission.HISTORY_IMPORT)
def history_discard(upload_id: int) -> Response:
    """Throw the upload away; nothing was changed by it."""
    staging.discard(_upload(upload_id))
    flash(_("The file was discarded. Nothing was imported from it."), "success")
    return redirect(url_for("findings.history"), 303)


def _upload(upload_id: int) -> HistoryUpload:
    return staging.upload_for(current_actor().person_id, upload_id, request_time())


def _page(form: HistoryForm) -> str:
    at = request_time()
    page = paged(HistoryImport.select().order_by(HistoryImport.id.desc()))
    return render_template(
        "findings/history.html",
        form=form,
        waiting=staging.waiting(current_actor().person_id, at),
        page=page,
        names=people.names([row.imported_by for row in page.rows], Moment.at(at)),
        languages=LANGUAGES,
    )


def _preview(upload: HistoryUpload, plan: HistoryPlan, form: HistoryApplyForm, stale: bool = False) -> str:
    form.digest.data = plan.digest
    moment = Moment.at(request_time())
    subjects = Subject.select().where(Subject.id.in_([one.subject_id for one in plan.audits]))
    return render_template(
        "findings/history_preview.html",
        subjects=audits.subject_names(subjects, moment, current()),
        names=people.names([person for one in plan.audits for person in one.auditors], moment),
        kinds=KIND_LABELS,
        upload=upload,
        plan=plan,
        form=form,
        stale=stale,
        problems=[(problem, message(problem)) for problem in plan.problems],
    )
