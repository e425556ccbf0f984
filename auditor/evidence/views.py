"""Evidence has no pages of its own: the feature it is attached to authorises and serves it (serving.py)."""

from __future__ import annotations

from flask import Blueprint

from auditor.evidence.serving import answer

__all__ = ["answer", "bp"]

bp = Blueprint("evidence", __name__, url_prefix="/evidence")
