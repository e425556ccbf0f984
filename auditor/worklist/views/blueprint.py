"""The blueprint that the pages of the worklist register on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("worklist", __name__)
