"""What can be wrong with a roster file: each problem by its cell, with words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.language import _l

if TYPE_CHECKING:
    from flask_babel import LazyString

LONGEST_QUOTE = 40


class Severity(StrEnum):
    """An error keeps the file from being applied; a warning asks for a look; a notice only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """One problem. ``sheet`` and ``cell`` are empty where the file as a whole is meant."""

    code: str
    severity: Severity
    sheet: str = ""
    cell: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The cell as a person would look for it: 社員名簿!C48, or C48 in a CSV file."""
        return f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or self.cell


class Problems:
    """Collects problems; what is merely noticed is told once a column, with the number of its cells."""

    def __init__(self) -> None:
        self._found: list[RosterProblem] = []
        self._noticed: dict[tuple[str, str, str], tuple[int, str]] = {}
        self._noticed_params: dict[tuple[str, str, str], dict[str, str]] = {}

    def add(self, code: str, sheet: str = "", cell: str = "", **params: str) -> None:
        """Record a problem of one cell, with the value and whatever else its text names."""
        short = {name: shortened(value) for name, value in params.items()}
        self._found.append(RosterProblem(code, severity(code), sheet, cell, short))

    def notice(self, code: str, sheet: str, column: str, cell: str, **params: str) -> None:
        """Count a notice under its column; the first cell stands for all."""
        key = (code, sheet, column)
        count, first = self._noticed.get(key, (0, cell))
        self._noticed[key] = (count + 1, first)
        self._noticed_params.setdefault(key, params)

    def all(self) -> tuple[RosterProblem, ...]:
        """Return errors first, then warnings, then notices, each in the order of finding."""
        told = [
            RosterProblem(
                code,
                severity(code),
                sheet,
                first,
                {**self._noticed_params[code, sheet, column], "column": column, "count": str(count)},
            )
            for (code, sheet, column), (count, first) in self._noticed.items()
        ]
        order = list(Severity)
        return tuple(sorted(self._found + told, key=lambda problem: order.index(problem.severity)))


def shortened(value: str) -> str:
    """Return the value on one line and not longer than a table cell can show."""
    plain = "".join(char if char.isprintable() else "␣" for char in value)
    return plain if len(plain) <= LONGEST_QUOTE else plain[: LONGEST_QUOTE - 1] + "…"


def severity(code: str) -> Severity:
    """Return how grave a problem of this code is."""
    if code in NOTICES:
        return Severity.NOTICE
    return Severity.WARNING if code in WARNINGS else Severity.ERROR


def message(problem: RosterProblem) -> str:
    """Return what is wrong and what to do, in the language of the reader (needs an application context)."""
    texts = {**FILE_ERRORS, **ERRORS, **WARNINGS, **NOTICES}
    return str(texts[problem.code]) % dict(problem.params)


FILE_ERRORS: dict[str, LazyString] = {
    "too_large": _l(
        "The file is larger than %(limit)s MB. Save only the roster sheets in a file of their own and choose that."
    ),
    "empty_file": _l("The file is empty. Choose the file that holds the roster."),
    "wrong_kind": _l(
        "This is not an Excel workbook or a CSV file but %(kind)s. Save the roster as .xlsx or .csv and choose that."
    ),
    "old_excel": _l(
        "This is a workbook of the old Excel format (.xls). Save it as an Excel workbook (.xlsx) and choose that."
    ),
    "encrypted": _l("The file is protected by a password. Save a copy without the password and choose that."),
    "zip_bomb": _l(
        "The file would unpack to an unusual size and was not opened. Copy the roster into a new workbook."
    ),
    "macros": _l(
        "The workbook contains macros and was not opened. Save it as an Excel workbook without macros (.xlsx)."
    ),
    "damaged": _l(
        "The file is damaged and cannot be opened. Open it in Excel, save it again and choose the new file."
    ),
    "unknown_encoding": _l(
        "The characters of the CSV file cannot be read from line %(line)s on. Save it as CSV UTF-8 and choose that."
    ),
    "csv_broken": _l("The CSV file cannot be read from line %(line)s on: a quotation mark is not closed."),
    "too_many_rows": _l(
        "The sheet has more than %(limit)s rows. Delete the rows below the roster, or divide the file."
    ),
    "no_header": _l(
        "No row with the headings of a roster was found. It needs the columns employee number, name and department."
    ),
}

ERRORS: dict[str, LazyString] = {
    "column_missing": _l("The column %(column)s is missing. Add it to the row of headings."),
    "column_twice": _l(
        "The heading %(column)s appears twice (%(first)s and here). Delete one of the columns."
    ),
    "merged_header": _l(
        "Cells of the row of headings are merged (%(range)s). Unmerge them: one heading a cell."
    ),
    "merged_rows": _l("Cells are merged (%(range)s). Unmerge them and give every row its own value."),
    "no_rows": _l("There is no row below the headings. Choose the file that holds the roster."),
    "missing": _l("%(column)s is empty. Enter a value."),
    "too_long": _l("%(column)s has %(length)s characters; at most %(limit)s are possible. Shorten it."),
    "control_character": _l(
        "%(column)s contains a line break or an invisible character: “%(value)s”. Type the value again on one line."
    ),
    "error_value": _l("%(column)s shows an Excel error (%(value)s). Enter the value itself."),
    "formula_empty": _l(
        "%(column)s holds a formula without a result. Open the file in Excel, save it, or enter the value itself."
    ),
    "bad_code": _l("%(column)s “%(value)s” may only have letters, digits and - _ . / characters."),
    "leading_zeros_lost": _l(
        "The employee number “%(value)s” has lost its leading zeros; it is likely %(likely)s. Format the column as text and enter it again."
    ),
    "duplicate_number": _l("The employee number %(value)s is also in %(first)s. Correct one of the two."),
    "duplicate_department": _l("The department code %(value)s is also in %(first)s. Correct one of the two."),
    "unknown_department": _l("There is no department “%(value)s”. Correct it, or add the department first."),
    "unknown_department_near": _l(
        "There is no department “%(value)s”. Is %(likely)s meant? Otherwise add the department first."
    ),
    "ambiguous_department": _l(
        "More than one department is called “%(value)s” (%(codes)s). Enter the department code."
    ),
    "unknown_parent": _l(
        "The superior department %(value)s is not in the list. Correct the code, or add the department."
    ),
    "cycle": _l("The superior departments form a circle (%(path)s). Correct one of the superior codes."),
    "bad_email": _l("“%(value)s” is not an e-mail address. Correct it, or leave the cell empty."),
    "unknown_kind": _l("The kind of employment “%(value)s” is not known. Use one of: %(choices)s."),
    "unknown_status": _l("The status “%(value)s” is not known. Use one of: %(choices)s."),
    "unknown_language": _l("The language “%(value)s” is not known. Use one of: %(choices)s."),
    "bad_date": _l("%(column)s “%(value)s” is not a date. Enter it like 2026-04-01 or 2026/4/1."),
    "date_out_of_range": _l("%(column)s “%(value)s” is not between 1930 and 2100. Correct the year."),
    "left_before_joined": _l("The day of leaving (%(value)s) is before the day of joining (%(other)s)."),
    "returned_before_leave": _l(
        "The day of return (%(value)s) is before the beginning of the leave (%(other)s)."
    ),
    "name_not_split": _l(
        "“%(value)s” cannot be divided into family and given name. Put a space between the two."
    ),
}

WARNINGS: dict[str, LazyString] = {
    "same_email": _l(
        "%(value)s is also the address of the person in %(first)s. Two people would share one mailbox."
    ),
    "shorter_number": _l(
        "The employee number “%(value)s” is shorter than the others. Should it be %(likely)s?"
    ),
    "unknown_head": _l("The head's employee number %(value)s is not in this roster."),
    "unknown_level": _l("“%(value)s” says nothing about the size of the unit. Use 本部, 部, 課 or 係."),
    "concurrent_same": _l("The concurrent department %(value)s is the person's main department."),
    "left_without_date": _l("The person has left, but the day of leaving is empty."),
    "leave_without_date": _l("The person is on leave, but the first day of the leave is empty."),
    "left_but_at_work": _l("The day of leaving (%(value)s) is past, but the person is shown as at work."),
    "other_roster_sheet": _l(
        "This sheet has the headings of a roster too and was not read. Only %(first)s was read."
    ),
}

NOTICES: dict[str, LazyString] = {
    "sheet_ignored": _l("This sheet is not a roster and was not read."),
    "column_ignored": _l("The column %(column)s is not used."),
    "full_width": _l("%(column)s: full-width characters were read as half-width (%(count)s cells)."),
    "serial_date": _l("%(column)s: Excel day numbers were read as dates (%(count)s cells)."),
    "text_date": _l("%(column)s: dates typed as text were read as dates (%(count)s cells)."),
    "formula_value": _l("%(column)s: the last results of formulas were read (%(count)s cells)."),
    "number_cell": _l(
        "%(column)s: numbers were read as text (%(count)s cells). Check that no zeros are missing."
    ),
    "zeros_from_format": _l("%(column)s: leading zeros were taken from the cell format (%(count)s cells)."),
    "hidden_rows": _l("Hidden rows were read as well (%(count)s rows)."),
    "note_rows": _l("Notes below or between the rows were passed over (%(count)s rows)."),
    "kind_assumed": _l(
        "There is no column for the kind of employment: everybody was read as a regular employee."
    ),
    "csv_cp932": _l("The CSV file was read as Japanese Windows text (CP932)."),
}
