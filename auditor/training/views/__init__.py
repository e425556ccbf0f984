"""Pages of training: a person's own, and those of whoever leads it."""

from __future__ import annotations

from auditor.training.views import assignments, attesting, courses, quizzing, rounds, rules, taking
from auditor.training.views.blueprint import bp as bp

__all__ = ["assignments", "attesting", "bp", "courses", "quizzing", "rounds", "rules", "taking"]
