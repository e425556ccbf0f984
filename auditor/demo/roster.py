"""The roster workbook of the demo company, as a Japanese personnel department would send it.

``python -m auditor.demo.roster OUT.xlsx`` writes the roster of 1 April 2026; ``--october`` the one of
1 October 2026. The same call gives the same sheets, cell by cell, on every machine.
"""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from auditor.demo import roster_cast as cast
from auditor.demo.roster_cast import Person
from auditor.demo.roster_people import (
    APRIL,
    OCTOBER,
    april,
    head_of,
    october,
    units_in_april,
    units_in_october,
)
from auditor.demo.roster_units import Unit

__all__ = ["APRIL", "APRIL_FILE", "OCTOBER", "OCTOBER_FILE", "cast", "workbook", "write"]

DATA = Path(__file__).parent / "data"
APRIL_FILE = DATA / "roster-2026-04-01.xlsx"
OCTOBER_FILE = DATA / "roster-2026-10-01.xlsx"

# Heading and column width, in the order of the sheet.
_UNIT_COLUMNS = {
    "部署コード": 12,
    "部署名": 24,
    "部署名（英）": 38,
    "種別": 8,
    "上位部署コード": 16,
    "拠点": 16,
    "部門責任者の社員番号": 22,
}
_PERSON_COLUMNS = {
    "社員番号": 11,
    "姓": 11,
    "名": 13,
    "セイ": 14,
    "メイ": 14,
    "ローマ字氏名": 24,
    "メールアドレス": 36,
    "雇用区分": 18,
    "在籍状況": 11,
    "部署コード": 12,
    "役職": 18,
    "兼務部署コード1": 17,
    "兼務役職1": 13,
    "兼務部署コード2": 17,
    "兼務役職2": 13,
    "入社日": 13,
    "退職日": 13,
    "休職開始日": 13,
    "復職日": 13,
    "表示言語": 10,
    "備考": 36,
}
_DAY = "yyyy/m/d"
_HEADING_ROW = 3
_LINE = Side(style="thin", color="B0B4BC")


def write(path: Path, as_of: date = APRIL) -> None:
    """Write the roster as of 1 April or 1 October 2026; a ``ValueError`` for any other day."""
    if as_of not in (APRIL, OCTOBER):
        raise ValueError(f"there is no demo roster of {as_of}")
    people, units = (april(), units_in_april()) if as_of == APRIL else (october(), units_in_october())
    workbook(people, units, as_of).save(path)


def workbook(people: tuple[Person, ...], units: tuple[Unit, ...], as_of: date) -> Workbook:
    """Return the roster of these people and units as the personnel department would send it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _write_units(book.create_sheet("部署一覧"), units, people, as_of)
    _write_people(book.create_sheet("社員名簿"), people, as_of)
    book.active = 1
    book.properties.creator = "人事総務部 人事課"
    book.properties.title = "社員名簿"
    book.properties.created = datetime(as_of.year, as_of.month, as_of.day, 9, 0)  # noqa: DTZ001
    return book


def _write_units(sheet: Worksheet, units: tuple[Unit, ...], people: tuple[Person, ...], as_of: date) -> None:
    _open(sheet, f"部署一覧　{_spoken(as_of)}現在", _UNIT_COLUMNS, "C4")
    for row, unit in enumerate(units, _HEADING_ROW + 1):
        values = (unit.code, unit.name_ja, unit.name_en, unit.level, unit.parent, unit.site)
        _put_row(sheet, row, (*values, head_of(unit, people)))
    _close(sheet, len(units), ("※ 上位部署コードが空欄の部署は、社長直轄です。",))


def _write_people(sheet: Worksheet, people: tuple[Person, ...], as_of: date) -> None:
    _open(sheet, f"社員名簿　{_spoken(as_of)}現在", _PERSON_COLUMNS, "D4")
    for index, person in enumerate(people):
        # One day in forty was typed as text by hand, as in every such file.
        typed = index % 40 == 17
        concurrent = [text for at in person.concurrent for text in at] + [""] * (
            4 - 2 * len(person.concurrent)
        )
        values: list[str | date | None] = [
            person.number,
            person.family,
            person.given,
            person.family_kana,
            person.given_kana,
            person.roman,
            f"{person.mailbox}@example.jp" if person.mailbox else "",
            person.kind,
            person.status,
            person.unit,
            person.post,
            *concurrent,
            f"{person.joined.year}/{person.joined.month}/{person.joined.day}" if typed else person.joined,
            person.left,
            person.leave_from,
            person.returned,
            person.language,
            person.remark,
        ]
        _put_row(sheet, index + _HEADING_ROW + 1, values)
    at_work = sum(1 for person in people if person.status != "退職")
    _close(
        sheet,
        len(people),
        (
            f"※ 在籍者 {at_work}名（休職者を含みます。退職者は、退職日のある行です）。",
            "※ 派遣社員の氏名は、派遣元の通知によります。お問い合わせは人事課まで。",
        ),
    )


def _open(sheet: Worksheet, title: str, columns: dict[str, int], panes: str) -> None:
    sheet["A1"] = title
    sheet["A1"].font = Font(name="Yu Gothic", size=14, bold=True)
    sheet["A2"] = "人事総務部 人事課　取扱注意"
    sheet["A2"].font = Font(name="Yu Gothic", size=9, color="666666")
    for column, (label, width) in enumerate(columns.items(), 1):
        cell = sheet.cell(_HEADING_ROW, column, label)
        cell.font = Font(name="Yu Gothic", size=10, bold=True)
        cell.fill = PatternFill("solid", fgColor="E3E7F1")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(top=_LINE, bottom=_LINE, left=_LINE, right=_LINE)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[_HEADING_ROW].height = 30
    sheet.freeze_panes = panes
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW}"


def _put_row(sheet: Worksheet, row: int, values: tuple[str, ...] | list[str | date | None]) -> None:
    for column, value in enumerate(values, 1):
        if value in ("", None):
            continue
        cell = sheet.cell(row, column, value)
        cell.font = Font(name="Yu Gothic", size=10)
        cell.number_format = _DAY if isinstance(value, date) else "@"


def _close(sheet: Worksheet, rows: int, notes: tuple[str, ...]) -> None:
    last = _HEADING_ROW + rows
    sheet.auto_filter.ref = f"A{_HEADING_ROW}:{get_column_letter(sheet.max_column)}{last}"
    for row, note in enumerate(notes, last + 2):
        sheet.cell(row, 1, note).font = Font(name="Yu Gothic", size=9, color="666666")


def _spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def main(arguments: list[str] | None = None) -> None:
    """Write the workbook that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m auditor.demo.roster", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.xlsx")
    parser.add_argument("--october", action="store_true", help="the roster of 1 October 2026")
    chosen = parser.parse_args(arguments)
    write(chosen.out, OCTOBER if chosen.october else APRIL)


if __name__ == "__main__":
    main()
