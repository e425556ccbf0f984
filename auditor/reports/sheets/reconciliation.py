"""The reconciliation (突合): each figure counted again over the detail sheets, and the difference."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from auditor.language import _
from auditor.reports.book import Book, Sheet, Shown
from auditor.reports.figures import Count
from auditor.reports.styles import WRONG, quoted
from auditor.reports.tables import TABLES

WIDTHS = (24, 62, 9, 13, 13, 11, 15)
_SPECIAL = str.maketrans({"~": "~~", "*": "~*", "?": "~?"})


def write(sheet: Sheet, book: Book) -> None:
    """Write one line a figure; after every other sheet."""
    styles = book.styles
    sheet.title_rows(
        _("Reconciliation"),
        _("Each figure of the sheets before is counted again here over the detail sheets. The difference must be 0."),
    )  # fmt: skip
    good, bad = _("All differences are 0."), _("There are differences: see the lines marked below.")
    first = sheet.row + 5
    last = first + len(book.shown) - 1
    sheet.write()
    sheet.write(
        [
            (styles.strong, _("Conclusion")),
            styles.strong.formula(
                sheet.raw,
                f"=IF(SUMPRODUCT(--(ABS(F{first}:F{last})>0.00005))=0,{quoted(good)},{quoted(bad)})",
            ),
        ]
    )
    sheet.write()
    head = sheet.head(
        _("Sheet"), _("Figure"), _("Cell"), _("As printed"), _("Counted again"), _("Difference"), _("Verdict")
    )
    sheet.repeat(head, head)
    for shown in book.shown:
        sheet.write(_line(sheet, book, shown))
    sheet.mark(f"A{first}:G{last}", f"ABS($F{first})>0.00005", WRONG)
    sheet.filter_rows(head, last, len(WIDTHS))


def _line(sheet: Sheet, book: Book, shown: Shown) -> list[Any]:
    styles, row = book.styles, sheet.row + 1
    good, bad = _("agrees"), _("differs")
    number = styles.share if shown.figure.share else styles.number
    place = "'" + shown.sheet.replace("'", "''") + "'!" + shown.cell
    return [
        (styles.text, shown.sheet),
        (styles.text, shown.label),
        (styles.short, shown.cell),
        (number, shown.value),
        number.formula(sheet.raw, f"={formula(shown)}"),
        styles.number.formula(sheet.raw, f"=ROUND({place}-E{row},4)"),
        styles.short.formula(sheet.raw, f"=IF(ABS(F{row})<0.00005,{quoted(good)},{quoted(bad)})"),
    ]


def formula(shown: Shown) -> str:
    """Return the formula, without its sign, that counts a figure again."""
    wanted = shown.figure
    number = _sum(wanted.plus) + "".join(f"-{_term(one)}" for one in wanted.minus)
    if not wanted.share:
        return number
    return f"IFERROR(ROUND(({number})/({_sum(wanted.over)}),4),0)"


def _sum(counts: Iterable[Count]) -> str:
    return "+".join(_term(one) for one in counts)


def _term(wanted: Count) -> str:
    table = TABLES[wanted.table]

    def column(key: str) -> str:
        return f"{table.name}[{_escaped(str(table.column(key).title))}]"

    criteria = ",".join(f"{column(key)},{_criterion(value)}" for key, value in wanted.where)
    if wanted.sum_of:
        return f"SUMIFS({column(wanted.sum_of)},{criteria})"
    return f"COUNTIFS({criteria})"


def _criterion(value: Any) -> str:
    if isinstance(value, date):
        return f"DATE({value.year},{value.month},{value.day})"
    return quoted("=" + str(value).translate(_SPECIAL))


def _escaped(title: str) -> str:
    return "".join(f"'{one}" if one in "[]#'" else one for one in title)
