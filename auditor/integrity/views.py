"""Pages of integrity."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("integrity", __name__, url_prefix="/integrity")
