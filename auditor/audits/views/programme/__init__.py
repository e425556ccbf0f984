"""Pages of the programme of a fiscal year."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("programme", __name__, url_prefix="/programme")

from auditor.audits.views.programme import adding, beginning, cells, deciding, entries, grid, lists, rules  # noqa: E402

__all__ = ["adding", "beginning", "bp", "cells", "deciding", "entries", "grid", "lists", "rules"]
