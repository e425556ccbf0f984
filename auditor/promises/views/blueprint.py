"""The blueprint that the pages of promises register on."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

bp = Blueprint("promises", __name__, url_prefix="/promises")
Answer = str | Response | tuple[str, int]
