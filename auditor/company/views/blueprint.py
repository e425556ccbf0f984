"""The blueprint that the pages of company register on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("company", __name__)
