"""Pages of audits."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("audits", __name__, url_prefix="/audits")

from auditor.audits.views import (  # noqa: E402
    appointing,
    changing,
    concluding,
    controls,
    deciding,
    evidence,
    items,
    lists,
    terms,
)

__all__ = [
    "appointing",
    "bp",
    "changing",
    "concluding",
    "controls",
    "deciding",
    "evidence",
    "items",
    "lists",
    "terms",
]
