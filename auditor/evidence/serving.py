"""Answers with a stored file; who may see it is decided by the feature it is attached to."""

from __future__ import annotations

from pathlib import Path

from flask import Response, abort, send_file

from auditor.evidence.actions import path_of
from auditor.evidence.models import Evidence
from auditor.web import as_attachment


def answer(evidence: Evidence, folder: Path) -> Response:
    """Return the file as an attachment with its true type; call it after the item it hangs on was authorised.

    410 for an erased file, 404 (with the page that says so) for one that is missing on the disk.
    """
    if evidence.file is None:
        abort(404)
    if evidence.file.erased_at is not None:
        abort(410)
    path = path_of(folder, evidence.file.sha256)
    if not path.exists():
        abort(404)
    response = send_file(
        path, mimetype=evidence.file.media_type, as_attachment=True, download_name=evidence.name
    )
    return as_attachment(response)
