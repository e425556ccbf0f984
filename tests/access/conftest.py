"""The company of the access matrix: written once a run, put back for each test that asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.access import company
from tests.bed.pictures import Pictures


@pytest.fixture
def asked(app: Flask, cast: Any, settings: Any, pictures: Pictures) -> company.Company:
    """The prepared company: written for the first person, put back for each other."""

    def make() -> company.Company:
        with app.app_context():  # a working paper speaks a language
            return company.make(cast, settings.data)

    return pictures.begin("company of the access matrix", settings, make)
