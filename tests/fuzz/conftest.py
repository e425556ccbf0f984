"""The company of the access matrix: one thing of every kind, for whatever is sent to it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.access.conftest import asked
from tests.fuzz import forms
from tests.fuzz.forms import Form
from tests.fuzz.watching import Watch

__all__ = ["asked"]


@pytest.fixture(scope="package")
def kept() -> dict[str, Any]:
    return {}


@pytest.fixture
def known_forms(watch: Watch, kept: dict[str, Any]) -> list[Form]:
    """Every form that a page of the company shows, filled in; found once a run."""
    if "forms" not in kept:
        kept["forms"] = forms.of_the_company(watch)
        watch.nothing()
        watch.inputs = 0
        watch.answers.clear()
    found: list[Form] = kept["forms"]
    return found


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says of a long run how many inputs there were, of what kind, and how to have the same again."""
    if "FUZZ" not in os.environ:
        return
    reports = [report for name in ("", "error") for report in terminalreporter.stats.get(name, [])]
    told = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "teardown"]
    for one in filter(None, told):
        terminalreporter.write_line(
            "{inputs:>8,} {kind} in {seconds:.0f} s; answers {answers}; seed {seed}".format(**one)
        )
    terminalreporter.write_line(f"{sum(one.get('inputs', 0) for one in told):>8,} inputs in all")
