"""The blueprint that the pages of accounts register on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
