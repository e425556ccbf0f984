"""Working papers of the cast, filled in as a person does it in a spreadsheet program."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from auditor.audits.models import Audit, ItemResult
from auditor.audits.workingpaper import issuing, returning
from auditor.audits.workingpaper.comparing import Choice, Plan
from auditor.audits.workingpaper.models import AppliedPaper, PaperUpload
from auditor.audits.workingpaper.words import MARK
from auditor.dated import Moment
from tests.audits.making import items
from tests.cast import NOW, Cast

CHECKLIST = 1  # the place of the sheet
HEAD_ROW = 4


def taken(cast: Cast, audit: Audit, by: str = "auditor", at: datetime = NOW, language: str = "ja") -> bytes:
    """Return a working paper as somebody of the cast takes it."""
    fresh = Audit.get_by_id(audit.id)
    return issuing.issue(cast.actor(by), at, fresh, language)[1]


def column(sheet: Any, name: str) -> int:
    """Return where a column is, by the hidden row above the headings."""
    return next(cell.column for cell in sheet[1] if cell.value == f"{MARK}{name}")


def row_of(sheet: Any, code: str) -> int:
    place = column(sheet, "code")
    return next(row for row in range(HEAD_ROW + 1, sheet.max_row + 1) if sheet.cell(row, place).value == code)


def cell(sheet: Any, code: str, name: str) -> Any:
    return sheet.cell(row_of(sheet, code), column(sheet, name))


def place(content: bytes, code: str, name: str) -> str:
    """Return the address of a cell."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[CHECKLIST]
    return f"{get_column_letter(column(sheet, name))}{row_of(sheet, code)}"


def changed(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    """Return the file after somebody worked on it and saved it."""
    book = load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(content: bytes, answers: dict[str, dict[str, Any]]) -> bytes:
    """Return the file with answers by code: ``{"ORG-01": {"result": "適合", "note": "見た"}}``."""

    def fill(book: Workbook) -> None:
        sheet = book.worksheets[CHECKLIST]
        for code, values in answers.items():
            for name, value in values.items():
                cell(sheet, code, name).value = value

    return changed(content, fill)


def staged(
    cast: Cast, audit: Audit, content: bytes, by: str = "auditor", at: datetime = NOW, name: str = "調書.xlsx"
) -> PaperUpload:
    return returning.stage(cast.actor(by), at, Audit.get_by_id(audit.id), content, name)


def plan(cast: Cast, audit: Audit, content: bytes, by: str = "auditor", at: datetime = NOW) -> Plan:
    """Return what taking the file over would do."""
    return returning.plan_of(Audit.get_by_id(audit.id), staged(cast, audit, content, by, at), at)


def applied(
    cast: Cast,
    audit: Audit,
    content: bytes,
    by: str = "auditor",
    at: datetime = NOW,
    choices: dict[str, Choice] | None = None,
) -> AppliedPaper:
    """Take the file over; ``choices`` by code."""
    upload = staged(cast, audit, content, by, at)
    fresh = Audit.get_by_id(audit.id)
    made = returning.plan_of(fresh, upload, at)
    of_code = {item.control.code: item.id for item in items(audit)}
    chosen = {of_code[code]: choice for code, choice in (choices or {}).items()}
    return returning.apply(cast.actor(by), at, fresh, upload, made.digest, chosen)


def standing(audit: Audit, code: str, at: datetime = NOW) -> tuple[str, str, str]:
    """Return result, note and reason that stand at an item."""
    item = next(item for item in items(audit) if item.control.code == code)
    row = ItemResult.latest(Moment.at(at), item=item.id)
    return ("not_checked", "", "") if row is None else (row.result, row.note, row.reason)
