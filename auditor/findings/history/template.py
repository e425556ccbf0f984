"""The workbook to fill in: three tables, example rows that are passed over, and how it is done."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from auditor.audits.results import KIND_LABELS, RESULT_LABELS, AuditKind, Result
from auditor.findings.history.words import AUDIT_SHEET, FINDING_SHEET, RESULT_SHEET, Sheet
from auditor.findings.states import Grade
from auditor.language import _, speaking

FONTS = {"ja": "Yu Gothic", "en": "Calibri"}
ROWS = 2_000  # as far down as cells are prepared for
_HEAD = PatternFill("solid", fgColor="FFE9EFF8")
_EXAMPLE = "FF6B7686"
_THIN = Side(style="thin", color="FFB8C0CC")
_WIDTHS = {
    "number": 16, "audit": 16, "subject": 24, "kind": 18, "auditors": 26, "summary": 50, "control": 14, "result": 18,
    "note": 50, "title": 36, "facts": 50, "grade": 20, "department": 22, "state": 12, "progress": 50,
}  # fmt: skip
_DAYS = {"period_from", "period_to", "starts_on", "done_on", "checked_on", "found_on", "due_on", "closed_on"}


def template(language: str) -> bytes:
    """Return the workbook in one language."""
    with speaking(language):
        book = Workbook()
        first: Any = book.active
        _instructions(first, FONTS[language])
        for sheet, examples in _examples():
            _table(book.create_sheet(str(sheet.title)), sheet, examples, FONTS[language])
        book.properties.title = str(_("Earlier audits and findings"))
        book.properties.creator = book.properties.lastModifiedBy = "auditor"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def _instructions(raw: Any, font: str) -> None:
    raw.title = str(_("How to fill this in"))
    raw.sheet_view.showGridLines = False
    raw.column_dimensions["A"].width = 4
    raw.column_dimensions["B"].width = 100
    raw["A1"] = str(_("Earlier audits and findings"))
    raw["A1"].font = Font(name=font, size=18, bold=True, color="FF1F4B8E")
    for place, text in enumerate(_steps(), 1):
        row = place + 2
        raw.cell(row, 1, place).font = Font(name=font, bold=True)
        cell = raw.cell(row, 2, text)
        cell.font, cell.alignment = Font(name=font), Alignment(wrap_text=True, vertical="top")
        raw.cell(row, 1).alignment = Alignment(vertical="top")
        wide = sum(2 if ord(char) > 0x2E80 else 1 for char in text)
        raw.row_dimensions[row].height = 17 * (1 + wide // 98)
    _print(raw, "portrait")


def _steps() -> list[str]:
    return [
        str(one)
        for one in (
            _(
                "Write one row for each audit that was carried out before this application was used. Your own number of it is needed: by it a row is known again, so that the same file can be imported twice without anything doubled."
            ),
            _(
                "Results of single controls are optional. Where you have them, write one row for each control of an audit; an audit without them counts as carried out, and says nothing about a control."
            ),
            _(
                "Write one row for each finding that is still open, and, if you like, for those that are closed. An open finding goes the usual way afterwards: the department answers, acts, and somebody else verifies."
            ),
            _(
                "Subjects and departments by code or name, controls by their code, people by employee number or full name. Auditors who are not on the roster are kept by name."
            ),
            _(
                "Dates as you are used to write them: 2025-10-01, 2025/10/1, 令和7年10月1日, R7.10.1. Kinds, results and grades in Japanese or English."
            ),
            _("Rows whose number begins with 例 or Example are examples and are passed over."),
            _(
                "Then choose the file under Administration, Earlier years. You see what would be imported, and every problem by its cell, before anything is saved. What is imported is marked so wherever it is shown."
            ),
        )
    ]


def _table(raw: Any, sheet: Sheet, examples: Sequence[dict[str, Any]], font: str) -> None:
    raw.sheet_view.showGridLines = False
    raw.freeze_panes = "B2"
    for place, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(place)
        raw.column_dimensions[letter].width = _WIDTHS.get(column.name, 16)
        title = f"{column.title}＊" if column.needed else str(column.title)
        head = raw.cell(1, place, title)
        head.font, head.fill = Font(name=font, bold=True), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        head.border = Border(bottom=_THIN, top=_THIN, left=_THIN, right=_THIN)
        for row, example in enumerate(examples, 2):
            cell = raw.cell(row, place, example.get(column.name))
            cell.font = Font(name=font, color=_EXAMPLE, italic=False)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(bottom=_THIN)
        if column.name in _DAYS:
            for row in range(2, 60):
                raw.cell(row, place).number_format = "yyyy-mm-dd"
        if words := _choices(column.name):
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            choice.showErrorMessage = False  # other words are understood as well
            raw.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{ROWS}")
    raw.row_dimensions[1].height = 34
    raw.print_title_rows = "1:1"
    _print(raw, "landscape")


def _print(raw: Any, orientation: str) -> None:
    raw.page_setup.orientation = orientation
    raw.page_setup.paperSize = "9"  # A4
    raw.page_setup.fitToWidth, raw.page_setup.fitToHeight = 1, 0
    raw.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    raw.oddFooter.right.text = "&P / &N"


def _choices(name: str) -> list[str]:
    found: dict[str, list[Any]] = {
        "kind": [KIND_LABELS[AuditKind.OPERATION], KIND_LABELS[AuditKind.CONFORMITY]],
        "result": [RESULT_LABELS[one] for one in Result],
        "grade": [grade.label for grade in Grade],
        "state": [_("Open"), _("Closed")],
    }
    return [str(one) for one in found.get(name, ())]


def _examples() -> list[tuple[Sheet, list[dict[str, Any]]]]:
    example = str(_("Example"))
    audit = {
        "number": f"{example} 2025-01", "subject": _("Sales Department 1"), "kind": KIND_LABELS[AuditKind.OPERATION],
        "period_from": "2025-04-01", "period_to": "2025-09-30", "starts_on": "2025-10-14", "done_on": "2025-11-05",
        "auditors": _("Sato Ken, 000123"), "summary": _("Well kept on the whole; access rights are removed late."),
    }  # fmt: skip
    results = [
        {"number": f"{example} 2025-01", "control": "ORG-01", "result": RESULT_LABELS[Result.CONFORM], "note": _("Seen in the ledger.")},
        {"number": f"{example} 2025-01", "control": "TEC-01", "result": RESULT_LABELS[Result.MINOR], "note": _("3 of 12 accounts were of people who had moved.")},
    ]  # fmt: skip
    finding = {
        "number": f"{example} 2025-01-1", "audit": f"{example} 2025-01", "control": "TEC-01",
        "title": _("Access rights of people who moved remain"), "facts": _("3 of 12 accounts were of people who had moved."),
        "grade": Grade.MINOR.label, "department": _("Sales Department 1"), "found_on": "2025-10-15",
        "due_on": "2026-06-30", "state": _("Open"), "progress": _("The three accounts were closed; the cause is being looked into."),
    }  # fmt: skip
    shown: list[tuple[Sheet, list[dict[str, Any]]]] = [
        (AUDIT_SHEET, [audit]), (RESULT_SHEET, results), (FINDING_SHEET, [finding])
    ]  # fmt: skip
    return [
        (sheet, [{name: str(value) for name, value in row.items()} for row in rows]) for sheet, rows in shown
    ]
