"""Pages of the company: the first steps of an empty installation, the settings, the closed days."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("company", __name__)
