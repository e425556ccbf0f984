"""Pages of findings."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("findings", __name__, url_prefix="/findings")

from auditor.findings.views import answering, dates, evidence, history, lists, looks, recording, worries  # noqa: E402

__all__ = ["answering", "bp", "dates", "evidence", "history", "lists", "looks", "recording", "worries"]
