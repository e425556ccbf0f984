"""Pages of promises."""

from __future__ import annotations

from auditor.promises.views import entering, showing
from auditor.promises.views.blueprint import bp

__all__ = ["bp", "entering", "showing"]
