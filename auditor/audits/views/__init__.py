"""Pages of audits."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("audits", __name__, url_prefix="/audits")

from auditor.audits.views import assigning, changing, deciding, items, lists  # noqa: E402

__all__ = ["assigning", "bp", "changing", "deciding", "items", "lists"]
