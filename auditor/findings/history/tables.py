"""Finds the tables of a history file: which sheet holds what, and where its headings stand."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from auditor.filekinds import Refused, kind_of
from auditor.findings.history.problems import Found
from auditor.findings.history.words import EXAMPLES, SHEETS
from auditor.findings.history.words import Sheet as Kind
from auditor.people.roster_columns import HEADER_WITHIN_ROWS, Header, label_key
from auditor.people.roster_reading import Table
from auditor.people.roster_values import half_width, text_of
from auditor.sheets import Cell, Sheet, sheet_of_csv, sheets_of_workbook

LARGEST_FILE = 5 * 1024 * 1024
_TOTALS = {"合計", "小計", "総計", "計", "total"}


def tables_of(content: bytes, problems: Found) -> dict[str, Table]:
    """Return the tables by the key of their kind; what is wrong with sheets and headings goes to ``problems``."""
    try:
        if len(content) > LARGEST_FILE:
            raise Refused("too_large", limit=str(LARGEST_FILE // 1024 // 1024))
        sheets = sheets_of_workbook(content) if kind_of(content) == "xlsx" else [sheet_of_csv(content)]
    except Refused as refused:
        problems.add(refused.code, **refused.params)
        return {}
    found: dict[str, Table] = {}
    for sheet in sheets:
        if sheet.is_hidden:
            continue
        kind, header = _kind_of(sheet)
        if kind is None or header is None:
            if sheet.rows and not _is_instructions(sheet):
                problems.add("sheet_passed_over", sheet.name)
        elif kind.key in found:
            first = found[kind.key].sheet.name
            problems.add("second_table", sheet.name, f"A{header.row}", what=str(kind.title), first=first)
        else:
            found[kind.key] = _table(sheet, kind, header, problems)
    if not found:
        problems.add("no_table")
    elif not any(table.rows for table in found.values()):
        problems.add("nothing_in_it")
    return found


def _is_instructions(sheet: Sheet) -> bool:
    """The template's first sheet speaks in sentences: nothing stands beside them."""
    return all(sum(cell.value is not None for cell in cells) <= 2 for _number, cells in sheet.rows)


def _kind_of(sheet: Sheet) -> tuple[Kind | None, Header | None]:
    """Return the kind of table whose headings a sheet holds, with the row they stand in."""
    best: tuple[int, Kind | None, Header | None] = (1, None, None)
    for number, cells in sheet.rows:
        if number > HEADER_WITHIN_ROWS:
            break
        for kind in SHEETS:
            header = _header(number, cells, kind)
            weight = len(header.columns) * (2 if header.holds(*kind.needed) else 1)
            if weight > best[0] and (header.holds(*kind.needed) or len(header.columns) >= 4):
                best = (weight, kind, header)
    return best[1], best[2]


def _header(number: int, cells: Sequence[Cell], kind: Kind) -> Header:
    header, labels = Header(number), kind.labels
    for index, cell in enumerate(cells):
        label = " ".join(text_of(cell.value).split())
        if not label:
            continue
        place = f"{get_column_letter(index + 1)}{number}"
        name = labels.get(label_key(label))
        if name is None:
            header.unused.append((label, place))
        elif name in header.columns:
            header.twice.append((label, f"{get_column_letter(header.columns[name] + 1)}{number}", place))
        else:
            header.columns[name] = index
            header.headings[name] = label
    return header


def _table(sheet: Sheet, kind: Kind, header: Header, problems: Found) -> Table:
    """Return the rows below the headings, having told what is wrong with headings and layout."""
    for label, first, place in header.twice:
        problems.add("column_twice", sheet.name, place, column=label, first=first)
    for label, place in header.unused:
        problems.notice("column_not_used", sheet.name, label, place)
    for name in kind.needed:
        if name not in header.columns:
            problems.add("column_missing", sheet.name, f"A{header.row}", column=kind.title_of(name))
    for column in kind.columns:
        header.headings.setdefault(column.name, str(column.title))
    below = [(number, cells) for number, cells in sheet.rows if number > header.row]
    rows = [row for row in below if not _is_note(row[1], header, problems, sheet, row[0])]
    last = rows[-1][0] if rows else header.row
    for reference, top, bottom in sheet.merged:
        if top <= header.row <= bottom:
            problems.add("merged_header", sheet.name, reference.split(":")[0], range=reference)
        elif header.row < top <= last:
            problems.add("merged_rows", sheet.name, reference.split(":")[0], range=reference)
    return Table(sheet, header, header.letters, rows)


def _is_note(cells: Sequence[Cell], header: Header, problems: Found, sheet: Sheet, number: int) -> bool:
    """Whether a row is a total, an example of the template, or a remark: a lone text."""
    values = [text_of(cell.value) for cell in cells]
    index = header.columns.get("number", 0)
    key = half_width(values[index]).casefold() if index < len(values) else ""
    place = f"{get_column_letter(index + 1)}{number}"
    if key.startswith(EXAMPLES):
        problems.notice("example_passed_over", sheet.name, header.headings.get("number", ""), place)
        return True
    if key in _TOTALS or sum(bool(value) for value in values) <= 1:
        problems.notice("note_rows", sheet.name, "", place)
        return True
    return False
