"""Pages of self-inspections."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("inspections", __name__, url_prefix="/inspections")

from auditor.audits.views.inspections import (  # noqa: E402
    answering,
    assigning,
    changing,
    confirming,
    evidence,
    lists,
    papers,
)

__all__ = ["answering", "assigning", "bp", "changing", "confirming", "evidence", "lists", "papers"]
