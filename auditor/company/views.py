"""Pages of company."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("company", __name__, url_prefix="/company")
