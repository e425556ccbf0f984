"""Which row is the row of headings, and which column holds what: in any order, in Japanese or English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from auditor.people.roster_values import text_of

HEADER_WITHIN_ROWS = 30
LIKELY_HEADER = 3  # so many known headings make a row of headings, even if a needed one is missing


def label_key(text: str) -> str:
    """Return a heading without width, case, blanks, brackets and marks: 社員番号＊ is 社員番号."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("必須", "").replace("任意", "")
    return "".join(char for char in plain if char.isalnum() or char == "ー")


def _labels(text: str) -> dict[str, str]:
    """Return heading key → field from lines "field: heading, heading …"."""
    fields = (line.split(":", 1) for line in text.strip().splitlines())
    return {label_key(label): name.strip() for name, labels in fields for label in labels.split(",")}


PERSON_LABELS = _labels(
    """
number: 社員番号, 従業員番号, 従業者番号, 職員番号, 社員コード, 従業員コード, 社員No, 従業員No, 社番, 社員ID, Employee number, Employee No, Employee ID, Employee code, Staff number, Staff No
family_name: 姓, 氏, 名字, 苗字, 漢字姓, 姓漢字, Family name, Last name, Surname
given_name: 名, 漢字名, 名漢字, Given name, First name
full_name: 氏名, 名前, お名前, 社員名, 従業員名, 漢字氏名, 氏名漢字, Name, Full name, Employee name
family_kana: セイ, せい, 姓カナ, カナ姓, 姓かな, 姓フリガナ, フリガナ姓, 姓ふりがな, 氏カナ, Family name kana, Last name kana, Family kana
given_kana: メイ, めい, 名カナ, カナ名, 名かな, 名フリガナ, フリガナ名, 名ふりがな, Given name kana, First name kana, Given kana
full_kana: フリガナ, ふりがな, カナ, 氏名カナ, カナ氏名, 氏名フリガナ, 氏名かな, Kana, Name kana, Full name kana, Furigana
roman_name: ローマ字氏名, 氏名ローマ字, ローマ字, 英字氏名, 氏名英字, 氏名英, 英語氏名, Name in Roman letters, Roman name, Romanised name, Romanized name, English name
email: メールアドレス, メール, 電子メール, Eメール, Eメールアドレス, E-mail, Mail, E-mail address, Mail address
kind: 雇用区分, 雇用形態, 社員区分, 従業員区分, 従業者区分, Kind of employment, Employment kind, Employment type
status: 在籍状況, 在籍区分, 在職区分, 在籍, 状態, Status, Employment status
department_code: 部署コード, 所属コード, 所属部署コード, 組織コード, 部門コード, Department code, Dept code
department_name: 部署名, 部署, 所属, 所属名, 所属部署, 所属部署名, 組織名, 部門, 部門名, Department, Department name, Dept
post: 役職, 役職名, 職位, Post, Position, Job title, Title
joined_on: 入社日, 入社年月日, 採用日, 採用年月日, Date of joining, Joining date, Hire date, Date of hire, Date joined, Joined
left_on: 退職日, 退職年月日, 退社日, Date of leaving, Leaving date, Termination date, Date left, Left
leave_from: 休職開始日, 休業開始日, 休職日, 休職開始年月日, Leave from, Leave start, Leave start date, On leave from
returned_on: 復職日, 復職年月日, 復帰日, Return date, Date of return, Returned, Returned on
language: 表示言語, 言語, 使用言語, Language, Display language
"""
)
UNIT_LABELS = _labels(
    """
code: 部署コード, 組織コード, 所属コード, 部門コード, コード, Department code, Dept code, Code
name: 部署名, 組織名, 部門名, 所属名, 名称, 部署, Department name, Department, Name
name_en: 部署名英, 部署名英語, 部署英語名, 英語名, 英語名称, 部署名英字, English name, Department name English, Department name en
kind: 種別, 区分, 部署種別, 組織区分, 階層, Kind, Level, Type
parent_code: 上位部署コード, 上位組織コード, 上位部門コード, 親部署コード, 上位コード, Parent code, Parent department code, Superior department code, Parent
site: 拠点, 拠点名, 事業所, 勤務地, 所在地, Site, Location, Office
head_number: 部門責任者の社員番号, 部門責任者社員番号, 責任者社員番号, 責任者の社員番号, 部門長社員番号, 部署長社員番号, Head employee number, Employee number of head, Head's employee number, Head number, Head
"""
)
_CONCURRENT = (
    (re.compile(r"兼務(?:先)?(?:部署|所属|組織|部門)コード(\d?)"), "also_code_"),
    (re.compile(r"兼務(?:先)?(?:部署名?|所属名?|組織名|部門名?)?(\d?)"), "also_name_"),
    (re.compile(r"兼務(?:先)?(?:役職名?|職位)(\d?)"), "also_post_"),
    (re.compile(r"concurrent(?:department|dept)code(\d?)"), "also_code_"),
    (re.compile(r"concurrent(?:department|dept)(?:name)?(\d?)"), "also_name_"),
    (re.compile(r"concurrent(?:post|position|title)(\d?)"), "also_post_"),
)


@dataclass(slots=True)
class Header:
    """The row of headings of one sheet: column index (from 0) and heading by field, and what else stands there."""

    row: int
    columns: dict[str, int] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    twice: list[tuple[str, str, str]] = field(default_factory=list)  # heading, first cell, this cell
    unused: list[tuple[str, str]] = field(default_factory=list)  # heading, cell

    @property
    def letters(self) -> dict[str, str]:
        """Column letters by field."""
        return {name: get_column_letter(index + 1) for name, index in self.columns.items()}

    def holds(self, *fields: str) -> bool:
        """Whether every one of the fields has a column."""
        return all(name in self.columns for name in fields)


def field_of_person(label: str) -> str | None:
    """Return the field of the persons sheet that a heading names."""
    key = label_key(label)
    if key in PERSON_LABELS:
        return PERSON_LABELS[key]
    for pattern, prefix in _CONCURRENT:
        found = pattern.fullmatch(key)
        if found:
            return prefix + (found.group(1) or "1")
    return None


def field_of_unit(label: str) -> str | None:
    """Return the field of the departments sheet that a heading names."""
    return UNIT_LABELS.get(label_key(label))


def missing_for_persons(header: Header) -> list[str]:
    """Return the fields that a persons sheet cannot do without."""
    missing = [] if header.holds("number") else ["number"]
    if not header.holds("full_name"):
        missing += [name for name in ("family_name", "given_name") if not header.holds(name)]
    if not (header.holds("department_code") or header.holds("department_name")):
        missing.append("department_code")
    return missing


def missing_for_units(header: Header) -> list[str]:
    """Return the fields that a departments sheet cannot do without."""
    return [name for name in ("code", "name") if not header.holds(name)]


def find_header(rows: Iterable[tuple[int, Sequence[object]]], of_persons: bool) -> Header | None:
    """Return the row with the most known headings among the first rows; None if none looks like one."""
    best: Header | None = None
    for number, values in rows:
        if number > HEADER_WITHIN_ROWS:
            break
        header = _read_header(number, values, of_persons)
        if len(header.columns) >= (LIKELY_HEADER if of_persons else 2) and (
            best is None or len(header.columns) > len(best.columns)
        ):
            best = header
    return best


def _read_header(number: int, values: Sequence[object], of_persons: bool) -> Header:
    header = Header(number)
    for index, value in enumerate(values):
        label = " ".join(text_of(value).split())
        if not label:
            continue
        cell = f"{get_column_letter(index + 1)}{number}"
        name = field_of_person(label) if of_persons else field_of_unit(label)
        if name is None:
            header.unused.append((label, cell))
        elif name in header.columns:
            header.twice.append((label, f"{get_column_letter(header.columns[name] + 1)}{number}", cell))
        else:
            header.columns[name] = index
            header.headings[name] = label
    return header


def heading(fields: Mapping[str, str], name: str) -> str:
    """Return the heading that stands in the file for a field, or the usual Japanese one where it is missing."""
    return fields.get(name) or USUAL_HEADINGS.get(name, name)


USUAL_HEADINGS = {
    "number": "社員番号",
    "family_name": "姓",
    "given_name": "名",
    "department_code": "部署コード",
    "code": "部署コード",
    "name": "部署名",
}
