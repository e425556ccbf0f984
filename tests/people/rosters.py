"""Roster files as bytes, for tests: a list of persons and of departments."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import openpyxl

from auditor.access import Actor, application
from auditor.people.applying import apply_roster
from auditor.people.plan import RosterPlan
from auditor.people.planning import plan_roster
from auditor.people.roster_file import RosterFile, read_roster

DEMO = Path(__file__).resolve().parents[2] / "auditor" / "demo" / "data"
PERSON_HEADINGS = [
    "社員番号", "姓", "名", "セイ", "メイ", "メールアドレス", "雇用区分", "状態", "部署コード", "役職",
    "兼務部署コード1", "入社日", "退職日", "休職開始日", "復職日",
]  # fmt: skip
UNIT_HEADINGS = ["部署コード", "部署名", "区分", "上位部署コード", "拠点", "部署長社員番号"]
UNITS = [
    ("D100", "管理本部", "本部", "", "東京", ""),
    ("D110", "人事総務部", "部", "D100", "東京", "000101"),
    ("D200", "営業本部", "本部", "", "東京", ""),
    ("D210", "営業第一部", "部", "D200", "東京", "000106"),
]


def person(
    number: str, family: str = "山田", given: str = "太郎", unit: str = "D110", **more: object
) -> dict:
    return {
        "社員番号": number, "姓": family, "名": given, "セイ": "ヤマダ", "メイ": "タロウ",
        "メールアドレス": f"p{number}@example.jp", "雇用区分": "正社員", "状態": "在籍", "部署コード": unit, **more,
    }  # fmt: skip


def workbook(persons: list[dict], units: list[tuple] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "社員名簿"
    sheet.append(PERSON_HEADINGS)
    for row in persons:
        sheet.append([row.get(heading) for heading in PERSON_HEADINGS])
    if units is not None:
        sheet = book.create_sheet("部署一覧")
        sheet.append(UNIT_HEADINGS)
        for unit in units:
            sheet.append(unit)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(persons: list[dict]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, PERSON_HEADINGS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(persons)
    return out.getvalue().encode("utf-8-sig")


def read(content: bytes, name: str = "roster.xlsx") -> RosterFile:
    from auditor.people.queries import department_names, employee_numbers

    return read_roster(content, name, known_departments=department_names(), known_numbers=employee_numbers())


def plan(content: bytes, day: date, at: datetime, whole: bool = False) -> RosterPlan:
    return plan_roster(read(content), day, whole, at)


def apply(content: bytes, day: date, at: datetime, whole: bool = False, actor: Actor | None = None):
    return apply_roster(actor or application("test"), plan(content, day, at, whole), at, confirmed=True)
