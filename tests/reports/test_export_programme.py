"""The plan of a fiscal year as a workbook: what its page shows, with its checks and changes."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.activity import ActivityEvent
from auditor.audits.programme import editing
from auditor.celltext import lines_of
from tests.audits.programme.making import NEXT, approved, begun, entries
from tests.cast import NOW, Cast

ADDRESS = "/reports/export/programme/2027.xlsx"


def _book(client: Any, query: str = "") -> Any:
    answer = client.get(ADDRESS + query)
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.data))


def _texts(sheet: Any) -> list[str]:
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_workbook_holds_the_grid_the_checks_and_the_changes(
    client: Any, cast: Cast, language: str
) -> None:
    programme = approved(cast, at=NOW - timedelta(hours=1))
    entry = entries(programme)[0]
    editing.move(cast.actor("head_of_audit"), NOW, programme, NEXT, [entry.id], "=繁忙期", weeks=1)
    cast.sign_in(client, "representative")
    book = _book(client, f"?language={language}")
    assert len(book.sheetnames) == 3
    grid, checks, changes = (book[name] for name in book.sheetnames)
    assert ("営業第一部" if language == "ja" else "Sales Department 1") in " ".join(_texts(grid))
    assert checks.max_row == 4 + len(entries(programme)) + len(entries(programme, "conformity"))
    assert "=繁忙期" in _texts(changes)
    (event,) = ActivityEvent.select().where(ActivityEvent.type == "reports.exported")
    assert (event.data["what"], event.data["fiscal_year"]) == ("programme", 2027)


def test_the_grid_is_the_one_that_the_page_shows(client: Any, cast: Cast) -> None:
    begun(cast)
    cast.sign_in(client, "head_of_audit")
    grid = _texts(_book(client, "?q=営業第二").worksheets[0])
    assert "営業第二部" in grid and "人事総務部" not in grid
    assert any(text.startswith("計画なし") for text in grid)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_cell_of_the_grid_is_cut(client: Any, cast: Cast, language: str) -> None:
    begun(cast)
    cast.sign_in(client, "head_of_audit")
    grid = _book(client, f"?language={language}").worksheets[0]
    cells = [
        (str(cell.value), grid.column_dimensions[cell.column_letter].width)
        for row in grid.iter_rows(min_col=2)
        for cell in row
        if cell.value and not cell.fill.fgColor.rgb.endswith("E9EFF8")  # the headings wrap
    ]
    assert cells and not [text for text, width in cells if lines_of(text, width) != len(text.split("\n"))]


@pytest.mark.parametrize("query", ["?as_of=2027-01-01", "?as_of=soon"])
def test_a_day_that_cannot_be_asked_for_is_not_found(client: Any, cast: Cast, query: str) -> None:
    cast.sign_in(client, "head_of_audit")
    assert client.get(ADDRESS + query).status_code == 404


def test_who_does_not_see_the_programme_gets_no_workbook_of_it(client: Any, cast: Cast) -> None:
    begun(cast)
    for name in ("auditor", "head_of_sales", "operator"):
        cast.sign_in(client, name)
        assert client.get(ADDRESS).status_code == 404
