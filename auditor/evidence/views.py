"""Files that are away. Evidence itself has no pages: the feature it is attached to serves it (serving.py)."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.evidence import looking
from auditor.evidence.actions import path_of
from auditor.evidence.serving import answer

__all__ = ["answer", "bp"]

bp = Blueprint("evidence", __name__, url_prefix="/evidence")


@bp.get("/missing")
@requires(Permission.JOBS_RUN)
def missing() -> str:
    """List the files that are away by where they belong; whose evidence they are is not told here."""
    folder = settings_of(current_app).evidence_folder
    lines = [
        (row, path_of(folder, row.sha256).relative_to(folder.parent), looking.is_there(folder, row))
        for row in looking.away()
    ]
    return render_template("evidence/missing.html", lines=lines, folder=folder.parent)
