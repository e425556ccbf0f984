"""The company of the access matrix: written once a run, put back for each test that asks for it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from auditor import db
from tests.access import company


@pytest.fixture(scope="package")
def kept() -> Iterator[dict[str, Any]]:
    yield {}


@pytest.fixture
def asked(
    app: Flask, cast: Any, settings: Any, bed_database: Any, kept: dict[str, Any], tmp_path_factory: Any
) -> company.Company:
    """The prepared company: written for the first person, put back for each other."""
    if not kept:
        with app.app_context():  # a working paper speaks a language
            made = company.make(cast, settings.data)
        bed_database.keep("access")
        files: Path = tmp_path_factory.mktemp("access") / "data"
        shutil.copytree(settings.data, files)
        kept.update(made=made, files=files)
    else:
        shutil.copytree(kept["files"], settings.data, dirs_exist_ok=True)
        db.database.close()
        bed_database.empty()
        bed_database.put_back("access")
        db.database.connect()
    found: company.Company = copy.deepcopy(kept["made"])
    return found
