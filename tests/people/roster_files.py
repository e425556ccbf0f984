"""Rosters made on the spot: a good one, to be spoilt by one test after another."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

from openpyxl import Workbook

from auditor.people.roster_file import RosterFile, read_roster
from auditor.people.roster_problems import RosterProblem

PERSON_HEADINGS = [
    "社員番号",
    "姓",
    "名",
    "セイ",
    "メイ",
    "ローマ字氏名",
    "メールアドレス",
    "雇用区分",
    "在籍状況",
    "部署コード",
    "役職",
    "兼務部署コード1",
    "兼務役職1",
    "入社日",
    "退職日",
    "休職開始日",
    "復職日",
    "表示言語",
]
UNIT_HEADINGS = [
    "部署コード",
    "部署名",
    "部署名（英）",
    "種別",
    "上位部署コード",
    "拠点",
    "部門責任者の社員番号",
]
UNITS = [
    ["D100", "営業本部", "Sales Division", "本部", None, "東京本社", "000123"],
    ["D110", "営業第一部", "Sales Department 1", "部", "D100", "東京本社", "000123"],
    ["D120", "営業第二部", "Sales Department 2", "部", "D100", "東京本社", None],
]
HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1


def person(number: Any = "000123", **values: Any) -> list[Any]:
    """Return one row of the persons sheet; keywords are headings."""
    row = {
        "社員番号": number,
        "姓": "髙田",
        "名": "直子",
        "セイ": "タカダ",
        "メイ": "ナオコ",
        "ローマ字氏名": "Naoko Takada",
        "メールアドレス": f"p{number}@example.jp",
        "雇用区分": "正社員",
        "在籍状況": "在籍",
        "部署コード": "D110",
        "入社日": date(2010, 4, 1),
        "表示言語": "日本語",
    } | values
    return [row.get(heading) for heading in PERSON_HEADINGS]


STAFF = [person("000123"), person("000124"), person("000125"), person("000126"), person("000127")]


def book(
    people: list[list[Any]] | None = None,
    units: list[list[Any]] | None = UNITS,
    headings: list[Any] | None = None,
    spoil: Callable[[Workbook], None] | None = None,
) -> bytes:
    """Return a workbook as a personnel department makes it; ``spoil`` may do anything to it before it is saved."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "社員名簿"
    sheet["A1"] = "社員名簿　2026年4月1日現在"
    for column, heading in enumerate(headings or PERSON_HEADINGS, 1):
        sheet.cell(HEADER_ROW, column, heading)
    for row, values in enumerate(STAFF if people is None else people, FIRST_ROW):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
    if units is not None:
        other = made.create_sheet("部署一覧")
        for values in [UNIT_HEADINGS, *units]:
            other.append(values)
    if spoil:
        spoil(made)
    return saved(made)


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """Return the workbook with its parts passed through ``change``; None leaves a part out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
        for name, part in more.items():
            new.writestr(name.replace("__", "/"), part)
    return out.getvalue()


def with_cached(content: bytes, results: dict[str, str]) -> bytes:
    """Return the workbook with saved results for its formula cells, as Excel writes them and openpyxl does not."""

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        text = part.decode()
        for cell, result in results.items():
            text = re.sub(
                rf'<c r="{cell}"([^>]*)><f>(.*?)</f><v\s*/?>(</v>)?</c>',
                rf'<c r="{cell}"\1 t="str"><f>\2</f><v>{result}</v></c>',
                text,
            )
        return text.encode()

    return repacked(content, change)


def csv_of(rows: list[list[Any]], encoding: str = "utf-8-sig") -> bytes:
    """Return rows under the usual headings as CSV; dates as a Japanese Excel saves them."""
    lines = [",".join(PERSON_HEADINGS)]
    for row in rows:
        cells = [
            f"{v.year}/{v.month}/{v.day}" if isinstance(v, date) else "" if v is None else str(v) for v in row
        ]
        lines.append(",".join(cells))
    return "\r\n".join([*lines, ""]).encode(encoding)


def read(content: bytes, filename: str = "名簿.xlsx", **known: Any) -> RosterFile:
    return read_roster(content, filename, **known)


def only(roster: RosterFile, code: str) -> RosterProblem:
    """Return the one problem of a code; fails if it is missing or told twice."""
    found = [problem for problem in roster.problems if problem.code == code]
    assert len(found) == 1, roster.problems
    return found[0]
