"""Pages of audits."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("audits", __name__, url_prefix="/audits")

from auditor.audits.views import appointing, changing, concluding, controls, deciding, items, lists, terms  # noqa: E402

__all__ = ["appointing", "bp", "changing", "concluding", "controls", "deciding", "items", "lists", "terms"]
