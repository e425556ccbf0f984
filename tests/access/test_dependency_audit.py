"""What the dependency audit says: a flaw fails, silence is named and is no clean answer."""

from __future__ import annotations

import json
from typing import Any

from tests.bed.dependencyaudit import said

CLEAN = {"name": "flask", "version": "3.1.0", "vulns": []}
FLAWED = {"name": "x", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "y", "skip_reason": "not found"}


def of(*packages: dict[str, Any]) -> tuple[int, str]:
    return said(json.dumps({"dependencies": packages}), "")


def test_a_known_flaw_fails_and_says_what_mends_it() -> None:
    assert of(CLEAN, FLAWED) == (1, "x 1.0: PYSEC-1, mended in 1.1\n2 packages asked about, 1 known flaws")


def test_what_was_not_answered_is_named() -> None:
    assert of(CLEAN, UNKNOWN)[1].endswith("not tried: 1 that the service does not know")
    for code, words in (of(UNKNOWN), said("", "Traceback\nConnectionError: no route"), said("", "")):
        assert code == 0 and words.startswith("not tried: the dependency audit")
