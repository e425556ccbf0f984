"""Erasing an evidence file, after a second look."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.errors import NotFound, RuleBroken
from auditor.evidence.models import Evidence, StoredFile
from auditor.integrity import erasure
from auditor.integrity.forms import ReasonForm
from auditor.integrity.views import bp
from auditor.language import _
from auditor.web import current_actor, request_time


@bp.route("/erasure/files/<int:file_id>", methods=["GET", "POST"])
@requires(Permission.PERSONAL_ERASE)
def erase_file(file_id: int) -> str | Response | tuple[str, int]:
    """What hangs on the file, the reason, and the button."""
    stored = StoredFile.get_or_none(StoredFile.id == file_id)
    if stored is None:
        raise NotFound
    form = ReasonForm()
    if not form.is_submitted() or stored.erased_at is not None:
        return _page(stored, form)
    if not form.validate():
        return _page(stored, form), 422
    folder = settings_of(current_app).evidence_folder
    try:
        erasure.erase_file(current_actor(), stored, folder, form.reason.data or "", request_time())
    except RuleBroken as error:
        form.reason.errors = [str(error)]
        return _page(stored, form), 422
    flash(str(_("The file was erased. Where it was attached it reads as erased.")), "success")
    return redirect(url_for("integrity.erase_file", file_id=file_id), 303)


def _page(stored: StoredFile, form: ReasonForm) -> str:
    given = Evidence.select().where(Evidence.file == stored.id).order_by(Evidence.id)
    return render_template("integrity/erase_file.html", stored=stored, given=list(given), form=form)
