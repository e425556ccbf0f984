"""Pages of catalogue."""

from __future__ import annotations

from auditor.catalogue.views import browsing, controls, searches, subjects, versions
from auditor.catalogue.views.blueprint import bp

__all__ = ["bp", "browsing", "controls", "searches", "subjects", "versions"]
