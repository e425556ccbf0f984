"""Pages of integrity: the activity log, and erasing what is personal."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("integrity", __name__, url_prefix="/activity")

from auditor.integrity.views import erasing, files, log, people  # noqa: E402

__all__ = ["bp", "erasing", "files", "log", "people"]
