"""The cast with its year, and workbooks of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.config import Settings
from auditor.language import speaking
from auditor.reports.scope import scope_of
from auditor.reports.sheets.cover import Production
from auditor.reports.workbook import write_summary
from tests.bed.pictures import Pictures
from tests.cast import NOW, Cast
from tests.reports import year as writing
from tests.reports.year import Year

Make = Callable[..., Path]


@pytest.fixture
def year(cast: Cast, settings: Settings, pictures: Pictures) -> Year:
    """The cast's year, written into the open database."""
    return pictures.begin("year", settings, lambda: writing.write(cast))


@pytest.fixture
def workbook(app: Any, tmp_path: Path) -> Make:
    """A function that writes the summary: workbook("en", as_of=date(2026, 10, 1), at=NOW)."""
    made = 0

    def make(language: str = "ja", as_of: date | None = None, at: datetime = NOW, by: str = "髙田 直子", **more: Any) -> Path:  # fmt: skip
        nonlocal made
        made += 1
        path = tmp_path / f"summary{made}.xlsx"
        with app.app_context():
            with speaking(language):
                scope = scope_of(at, as_of, **more)
            write_summary(scope, language, Production(by, at), path)
        return path

    return make


@pytest.fixture(scope="package")
def kept_books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The summaries that were made of the year as it stands, by language; in a folder of their own."""
    return {"folder": tmp_path_factory.mktemp("summaries")}


@pytest.fixture
def book(year: Year, workbook: Make, kept_books: dict[str, Path]) -> Make:
    """The summary of the year as it stands, made once a language, for who only reads it: book("en")."""

    def kept(language: str) -> Path:
        if language not in kept_books:
            made = kept_books["folder"] / f"{language}.xlsx"
            kept_books[language] = Path(shutil.copyfile(workbook(language), made))
        return kept_books[language]

    return kept
