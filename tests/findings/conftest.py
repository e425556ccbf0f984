"""Fixtures of findings."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.config import Settings
from tests.findings.making import Making


@pytest.fixture
def making(app: Any, cast: Any, settings: Settings) -> Making:
    """Findings in every state, with evidence where the application looks for it."""
    return Making(cast, settings.evidence_folder)
