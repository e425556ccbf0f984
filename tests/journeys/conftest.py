"""Journeys walk through a copy of the demo company; a module with ``EMPTY = True`` begins with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import db
from auditor.config import Settings
from tests.bed import application, databases, ports


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    if getattr(request.module, "EMPTY", False):
        yield settings
        return
    address = f"http://127.0.0.1:{ports.free_port()}"
    template = request.getfixturevalue("demo_template")
    with template.copy(tmp_path / "demo", AUDITOR_BASE_URL=address) as made:
        yield made


@pytest.fixture
def app(settings: Settings, bed_database: Any, standing_clock: Any) -> Iterator[Any]:
    bed_database.empty()
    made = application.built(settings)
    with db.connected():
        yield made
    databases.let_go()
