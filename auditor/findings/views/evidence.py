"""Evidence of corrective actions: files, links, newer versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import current_app, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.audits.attaching import File, Link
from auditor.audits.forms.evidence import said_of
from auditor.errors import RuleBroken
from auditor.evidence.models import Evidence
from auditor.findings import doing, queries
from auditor.findings.forms import EvidenceForm, FilesForm
from auditor.findings.models import ActionDetail, CorrectiveAction
from auditor.findings.states import State
from auditor.findings.views import bp
from auditor.findings.views.response import Answer, answered, not_now, now, page_of, words
from auditor.language import _
from auditor.web import current_actor, request_time


@bp.post("/<int:finding_id>/actions/<int:number>/evidence")
@requires(Permission.FINDING_ANSWER)
def give_evidence(finding_id: int, number: int) -> Response:
    actor, moment = current_actor(), now()
    planned = queries.action_for(actor, finding_id, number, moment)
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    folder = settings_of(current_app).evidence_folder
    try:
        doing.give_evidence(actor, request_time(), planned, list(files_of(FilesForm())), folder)
    except RuleBroken as error:
        flash(str(error), "error")
    else:
        flash(_("The evidence was added."), "success")
    return redirect(f"{page_of(finding)}#actions", 303)


@bp.route("/<int:finding_id>/actions/<int:number>/evidence/new", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
def new_evidence(finding_id: int, number: int) -> Answer:
    """Take files or a link for an action, with what is said of them; or a newer version of one (``replaces``)."""
    actor, moment = current_actor(), now()
    planned = queries.action_for(actor, finding_id, number, moment)
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    replaced = request.args.get("replaces", type=int)
    old = queries.evidence_for(actor, finding_id, replaced, moment) if replaced else None
    form = EvidenceForm(data=None if old is None or request.method == "POST" else said_of(old))
    if State(finding.current_state) not in (State.ACTING, State.VERIFYING) and not form.is_submitted():
        return not_now(finding)
    return answered(
        form,
        lambda: _given(form, planned) if old is None else _replaced(form, planned, old),
        _("The evidence was added.")
        if old is None
        else _("The newer version is attached. The earlier one stays in its history."),
        f"{page_of(finding)}#actions",
        lambda _conflict: render_template(
            "findings/evidence.html",
            form=form,
            finding=finding,
            planned=planned,
            old=old,
            detail=ActionDetail.latest(moment, corrective_action=planned.id),
        ),
    )


def _given(form: EvidenceForm, planned: CorrectiveAction) -> None:
    files, address = list(files_of(form)), words(form.url)
    if files and address:
        raise RuleBroken(_("Give either files or an address, not both at once."), "url")
    if address:
        doing.give_link(
            current_actor(), request_time(), planned, Link(address, words(form.title)), form.about()
        )
        return
    folder = settings_of(current_app).evidence_folder
    doing.give_evidence(current_actor(), request_time(), planned, files, folder, form.about())


def _replaced(form: EvidenceForm, planned: CorrectiveAction, old: Evidence) -> None:
    """Take what was sent in the place of ``old``: a file for a file, a link for a link."""
    by: File | Link = Link(words(form.url), words(form.title))
    if old.file_id is not None:
        sent = next(iter(files_of(form)), None)
        if sent is None:
            raise RuleBroken(_("Choose a file."), "files")
        by = File(*sent)
    folder = settings_of(current_app).evidence_folder
    doing.replace_evidence(current_actor(), request_time(), planned, old, by, folder, form.about())


def files_of(form: Any) -> Iterator[tuple[BinaryIO, str]]:
    """Return the files that were chosen; an empty file field sends one without a name."""
    for sent in form.files.data or []:
        if getattr(sent, "filename", ""):
            yield sent.stream, sent.filename
