"""Answers with a stored file; who may see it is decided by the feature it is attached to."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from flask import Response, abort, make_response, redirect, render_template, send_file

from auditor.db import ErasedText
from auditor.evidence.actions import path_of
from auditor.evidence.models import Evidence
from auditor.web import as_attachment

log = logging.getLogger("auditor.outages")


def answer(evidence: Evidence, folder: Path) -> Response:
    """Return the file as an attachment with its true type, or the way to what a link names.

    Call it after the item it hangs on was authorised.

    A page says so where it was erased (410), and where it is away or is no longer what was given (503, until it
    is put back). What is handed out is what was given: its hash is counted once more.
    """
    if evidence.file is None and isinstance(evidence.url, ErasedText):
        return _absent(evidence, "erased", 410)
    if evidence.file is None:
        return make_response(redirect(evidence.url, 303)) if evidence.url else abort(404)
    if evidence.file.erased_at is not None:
        return _absent(evidence, "erased", 410)
    path = path_of(folder, evidence.file.sha256)
    try:
        with path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest() == evidence.file.sha256
    except OSError as error:
        log.error("evidence file %s cannot be read: %s", path, error.strerror)
        return _absent(evidence, "missing", 503)
    if not whole:
        log.error("evidence file %s is not what was stored", path)
        return _absent(evidence, "changed", 503)
    response = send_file(
        path, mimetype=evidence.file.media_type, as_attachment=True, download_name=evidence.name
    )
    return as_attachment(response)


def _absent(evidence: Evidence, why: str, status: int) -> Response:
    page = render_template("evidence/absent.html", evidence=evidence, why=why, status=status)
    return make_response(page, status)
