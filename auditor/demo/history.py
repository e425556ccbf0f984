"""The audits of the year before the first one told here, imported from the list that the company kept of them."""

from __future__ import annotations

import io
from datetime import date, datetime
from functools import partial
from typing import Any

from openpyxl import Workbook

from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage, told
from auditor.findings.history.applying import take_over

_IMPORTED = date(2026, 9, 24)  # of the story


def enter(stage: Stage) -> None:
    """Put the import into the chronicle."""
    stage.on(_IMPORTED, partial(_import, stage), 15, 10)


def _import(stage: Stage, at: datetime) -> None:
    take_over(stage.actor(ADMINISTRATOR, at), at, _file(stage))


def _file(stage: Stage) -> bytes:
    """Return the list as the company kept it: with its own headings, numbers and marks."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, table in told("history").items():
        sheet = book.create_sheet(name)
        sheet.append(table["headings"])
        for row in table["rows"]:
            sheet.append([_cell(stage, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(stage: Stage, value: Any) -> Any:
    if isinstance(value, date):
        return stage.calendar.workday(value) if value < _IMPORTED else stage.calendar.day(value)
    return value
