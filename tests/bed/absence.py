"""What is not tried: a counted, named skip that says how to have it.

With `AUDITOR_REQUIRE_ALL=1` (CI) what this machine lacks is a failure, and nothing is left for another time.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import NoReturn

import pytest

MARK = "not tried: "


def absent(what: str, how: str) -> NoReturn:
    """Skips the running test, naming what is missing and the step that brings it; fails where all is required."""
    message = f"{MARK}{what} ({how})"
    if os.environ.get("AUDITOR_REQUIRE_ALL") == "1":
        pytest.fail(f"AUDITOR_REQUIRE_ALL=1, yet {message}", pytrace=False)
    pytest.skip(message)


def all_is_asked_for() -> bool:
    """Whether every rule is tried in every place (`make test-all`, CI, a part that is named)."""
    return "1" in (os.environ.get("AUDITOR_REQUIRE_ALL"), os.environ.get("AUDITOR_TEST_ALL"))


def examples(daily: int, thorough: int) -> int:
    """How many examples of a rule are drawn: the first ones each day, more where all is asked for."""
    return thorough if all_is_asked_for() else daily


def leave_the_thorough(items: list[pytest.Item]) -> None:
    """Leaves what tries everywhere the rule that another test tries in one place, unless all is asked for."""
    if all_is_asked_for():
        return
    left = pytest.mark.skip(reason=f"{MARK}in every place what was tried in one (make test-all)")
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(left)


def reasons(skipped: list[pytest.TestReport]) -> Counter[str]:
    """How many of the skipped reports gave each reason, the reason in the words of `absent`."""
    counted: Counter[str] = Counter()
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        counted[reason.removeprefix("Skipped: ").removeprefix(MARK)] += 1
    return counted
