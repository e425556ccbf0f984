"""Reads a roster as a personnel department sends it into rows, and into problems named by their cells.

Pure: nothing is looked up or written, and no clock is read. Applying what was read is another room's work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from auditor.filekinds import Refused, kind_of
from auditor.people.kinds import EmploymentStatus
from auditor.people.roster_columns import (
    Header,
    field_of_person,
    find_header,
    heading,
    missing_for_persons,
    missing_for_units,
)
from auditor.people.roster_persons import read_persons
from auditor.people.roster_problems import Problems, RosterProblem, message, severity
from auditor.people.roster_reading import Table
from auditor.people.roster_rows import ConcurrentPost, DepartmentRow, PersonRow, RosterFile
from auditor.people.roster_units import UnitIndex, check_hierarchy, read_units
from auditor.people.roster_values import day_in_title, half_width, is_code, text_of
from auditor.sheets import Cell, Sheet, sheet_of_csv, sheets_of_workbook

__all__ = [
    "ConcurrentPost",
    "DepartmentRow",
    "PersonRow",
    "RosterFile",
    "RosterProblem",
    "message",
    "read_roster",
]

_TOTALS = {"合計", "小計", "総計", "計", "total"}


def read_roster(
    source: Path | bytes,
    filename: str,
    *,
    known_departments: Mapping[str, str] | None = None,
    known_numbers: Collection[str] = (),
) -> RosterFile:
    """Return what an .xlsx or .csv file says, with every problem by its cell; never raises for bad content.

    ``known_departments`` (code → name) are those registered already, which a file without a departments
    sheet may name; ``known_numbers`` help to tell which number has lost its zeros. ``OSError`` if a path
    cannot be read.
    """
    content = source if isinstance(source, bytes) else source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        sheets = sheets_of_workbook(content) if kind_of(content) == "xlsx" else [sheet_of_csv(content)]
    except Refused as refusal:
        problem = RosterProblem(refusal.code, severity(refusal.code), params=refusal.params)
        return RosterFile(filename, digest, problems=(problem,))
    read = _read_sheets(sheets, known_departments or {}, known_numbers)
    return replace(read, filename=filename, sha256=digest)


def _read_sheets(
    sheets: list[Sheet], known_departments: Mapping[str, str], known_numbers: Collection[str]
) -> RosterFile:
    problems = Problems()
    person_table, unit_table = _find_tables(sheets, problems)
    if person_table is None:
        return RosterFile("", "", problems=problems.all())
    units = read_units(unit_table, problems) if unit_table else []
    check_hierarchy(units, known_departments, problems)
    persons, numbers = read_persons(
        person_table, UnitIndex(units, known_departments), known_numbers, problems
    )
    _check_heads(units, numbers | set(known_numbers), problems)
    as_of = _as_of(person_table)
    _check_leavers(persons, as_of, problems)
    return RosterFile(
        filename="",
        sha256="",
        departments=tuple(units),
        persons=tuple(persons),
        problems=problems.all(),
        department_rows=len(unit_table.rows) if unit_table else 0,
        person_rows=len(person_table.rows),
        numbers_seen=numbers,
        as_of=as_of,
    )


def _find_tables(sheets: list[Sheet], problems: Problems) -> tuple[Table | None, Table | None]:
    """Return the persons' and the departments' table; without whole headings of persons, None and errors."""
    headers = [(sheet, _header(sheet, of_persons=True)) for sheet in sheets if not sheet.is_hidden]
    likely = [(sheet, header) for sheet, header in headers if header]
    if not likely:
        problems.add("no_header")
        return None, None
    likely.sort(key=lambda found: (len(missing_for_persons(found[1])), -len(found[1].columns)))
    sheet, header = likely[0]
    others = [other for other in sheets if other is not sheet]
    unit_sheet, unit_header = _find_units(others)
    for other in others:
        if other is unit_sheet:
            continue
        rival = any(other is found and not missing_for_persons(head) for found, head in likely)
        problems.add("other_roster_sheet" if rival else "sheet_ignored", other.name, first=sheet.name)
    missing = missing_for_persons(header)
    for name in missing:
        problems.add("column_missing", sheet.name, f"A{header.row}", column=heading(header.headings, name))
    person_table = _table(sheet, header, "number", problems)
    unit_table = _table(unit_sheet, unit_header, "code", problems) if unit_sheet and unit_header else None
    if "kind" not in header.columns:
        problems.add("kind_assumed", sheet.name)
    if sheet.encoding == "cp932":
        problems.add("csv_cp932")
    if not missing and not person_table.rows:
        problems.add("no_rows", sheet.name)
    return (None if missing else person_table), unit_table


def _find_units(sheets: list[Sheet]) -> tuple[Sheet | None, Header | None]:
    for sheet in sheets:
        header = None if sheet.is_hidden else _header(sheet, of_persons=False)
        of_people = header and {"number", "family_name", "full_name"} & {
            field_of_person(label) for label, _ in header.unused
        }
        if header and not missing_for_units(header) and not of_people:
            return sheet, header
    return None, None


def _header(sheet: Sheet, of_persons: bool) -> Header | None:
    return find_header(
        ((number, [cell.value for cell in cells]) for number, cells in sheet.rows[:30]), of_persons
    )


def _table(sheet: Sheet, header: Header, key: str, problems: Problems) -> Table:
    """Return the entries below the headings, having recorded what is wrong with headings and layout."""
    for label, first, cell in header.twice:
        problems.add("column_twice", sheet.name, cell, column=label, first=first)
    for label, cell in header.unused:
        problems.add("column_ignored", sheet.name, cell, column=label)
    below = [(number, cells) for number, cells in sheet.rows if number > header.row]
    entries = [(number, cells) for number, cells in below if not _is_note(cells, header, key)]
    for number, _ in below:
        if number in sheet.hidden_rows:
            problems.notice("hidden_rows", sheet.name, "", f"A{number}")
    kept = {number for number, _ in entries}
    for number, _ in below:
        if number not in kept:
            problems.notice("note_rows", sheet.name, "", f"A{number}")
    last = entries[-1][0] if entries else header.row
    for reference, top, bottom in sheet.merged:
        if top <= header.row <= bottom:
            problems.add("merged_header", sheet.name, reference.split(":")[0], range=reference)
        elif header.row < top <= last:
            problems.add("merged_rows", sheet.name, reference.split(":")[0], range=reference)
    return Table(sheet, header, header.letters, entries)


def _is_note(cells: Sequence[Cell], header: Header, key: str) -> bool:
    """Whether a row is a remark or a total: nothing stands under a key heading but prose, or one lone text."""
    values = [text_of(cell.value) for cell in cells]
    index = header.columns.get(key)
    at_key = half_width(values[index]) if index is not None and index < len(values) else ""
    if at_key.casefold() in _TOTALS:
        return True
    if is_code(at_key):
        return False
    filled = [value for value in values if value]
    names = [header.columns[name] for name in ("family_name", "full_name", "name") if name in header.columns]
    named = any(at < len(values) and values[at] for at in names)
    return len(filled) <= 1 or (bool(at_key) and not named)


def _check_heads(units: list[DepartmentRow], numbers: frozenset[str] | set[str], problems: Problems) -> None:
    for unit in units:
        if unit.head_number and unit.head_number not in numbers:
            place = unit.source
            problems.add("unknown_head", place.sheet, place.cell("head_number"), value=unit.head_number)


def _check_leavers(persons: list[PersonRow], as_of: date | None, problems: Problems) -> None:
    if as_of is None:
        return
    for person in persons:
        if person.left_on and person.left_on < as_of and person.status is not EmploymentStatus.LEFT:
            place = person.source
            problems.add(
                "left_but_at_work", place.sheet, place.cell("left_on"), value=person.left_on.isoformat()
            )


def _as_of(table: Table) -> date | None:
    """Return the day that a title above the headings names."""
    for number, cells in table.sheet.rows:
        if number >= table.header.row:
            return None
        for cell in cells:
            if isinstance(cell.value, str) and (day := day_in_title(cell.value)):
                return day
    return None
