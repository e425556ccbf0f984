"""The departments of a roster: the sheet of units, and which unit a code or a name means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from auditor.people.kinds import UnitLevel
from auditor.people.names import search_key
from auditor.people.roster_columns import label_key
from auditor.people.roster_problems import Problems
from auditor.people.roster_reading import RowReader, Table
from auditor.people.roster_rows import DepartmentRow

LONGEST_UNIT_NAME = 120
LONGEST_SITE = 120

_LEVELS = {
    UnitLevel.DIVISION: "本部 事業部 事業本部 部門 統括部 統括本部 division",
    UnitLevel.DEPARTMENT: "部 室 支店 支社 支部 センター 工場 営業所 事業所 研究所 department office branch centre center",
    UnitLevel.SECTION: "課 section",
    UnitLevel.TEAM: "係 班 グループ チーム ユニット team group unit",
}
_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")
LEVEL_WORDS = {label_key(word): level for level, words in _LEVELS.items() for word in words.split()}


def read_units(table: Table, problems: Problems) -> list[DepartmentRow]:
    """Return the units of a departments sheet whose rows have no error."""
    units, first_cells = [], dict[str, str]()
    for number, cells in table.rows:
        row = RowReader(table, number, cells, problems)
        unit = _read_unit(row)
        cell = row.source.cell("code")
        if unit.code and unit.code in first_cells:
            row.error("duplicate_department", "code", value=unit.code, first=first_cells[unit.code])
        first_cells.setdefault(unit.code, cell)
        if not row.broken:
            units.append(unit)
    return units


def _read_unit(row: RowReader) -> DepartmentRow:
    kind = row.text("kind", 40)
    level = LEVEL_WORDS.get(label_key(kind))
    if kind and level is None:
        row.warn("unknown_level", "kind", value=kind)
    return DepartmentRow(
        source=row.source,
        code=row.code("code", required=True),
        name=row.text("name", LONGEST_UNIT_NAME, required=True),
        name_en=row.text("name_en", LONGEST_UNIT_NAME),
        kind=kind,
        level=level,
        parent_code=row.code("parent_code"),
        site=row.text("site", LONGEST_SITE),
        head_number=row.code("head_number"),
    )


def check_hierarchy(units: Iterable[DepartmentRow], known: Mapping[str, str], problems: Problems) -> None:
    """Record superior codes that lead nowhere or round in a circle."""
    by_code = {unit.code: unit for unit in units}
    settled: set[str] = set()
    for unit in by_code.values():
        if unit.parent_code and unit.parent_code not in by_code and unit.parent_code not in known:
            place = unit.source
            problems.add("unknown_parent", place.sheet, place.cell("parent_code"), value=unit.parent_code)
        path = _climb(unit, by_code, settled)
        if path:
            place = by_code[path[-1]].source
            circle = " → ".join([*path, path[0]])
            problems.add("cycle", place.sheet, place.cell("parent_code"), path=circle)


def _climb(unit: DepartmentRow, by_code: Mapping[str, DepartmentRow], settled: set[str]) -> list[str]:
    """Return the circle that begins above a unit, if there is one not yet told."""
    path: list[str] = []
    code = unit.code
    while code in by_code and code not in settled:
        if code in path:
            settled.update(path)
            return path[path.index(code) :]
        path.append(code)
        code = by_code[code].parent_code
    settled.update(path)
    return []


class UnitIndex:
    """Which unit a person's row means, among those of the file and those already registered."""

    def __init__(self, units: Iterable[DepartmentRow], known: Mapping[str, str]) -> None:
        self._names = {**known, **{unit.code: unit.name for unit in units}}
        self._codes: dict[str, list[str]] = {}
        for code, name in self._names.items():
            self._codes.setdefault(search_key(name), []).append(code)
        self._nearest: dict[str, str] = {}

    def find(self, row: RowReader, code_field: str, name_field: str) -> tuple[str, str]:
        """Return (code, name) of the unit that a row names; an unknown one is an error at its cell.

        With no unit known at all (a first roster without a departments sheet) both stand as written.
        """
        code, name = row.code(code_field), row.text(name_field, LONGEST_UNIT_NAME)
        if not self._names or not (code or name):
            return code, name
        if code:
            if code not in self._names:
                self._unknown(row, code_field, code, list(self._names))
            return code, self._names.get(code, name)
        codes = self._codes.get(search_key(name), [])
        if len(codes) > 1:
            row.error("ambiguous_department", name_field, value=name, codes=", ".join(codes))
        elif not codes:
            self._unknown(row, name_field, name, list(self._names.values()))
        return (codes[0], name) if codes else ("", name)

    def _unknown(self, row: RowReader, field: str, value: str, candidates: list[str]) -> None:
        if value not in self._nearest:
            self._nearest[value] = _nearest(value, candidates)
        likely = self._nearest[value]
        if likely:
            row.error("unknown_department_near", field, value=value, likely=likely)
        else:
            row.error("unknown_department", field, value=value)


def _nearest(value: str, candidates: list[str]) -> str:
    """Return the one or two candidates that look most like a value, 1 and 一 being the same."""
    folded = {search_key(candidate).translate(_NUMERALS): candidate for candidate in candidates}
    close = get_close_matches(
        search_key(value).translate(_NUMERALS), list(folded), 1 if value.isascii() else 2, 0.6
    )
    return " / ".join(folded[key] for key in close)
