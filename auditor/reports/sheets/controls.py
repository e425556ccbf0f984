"""Controls: the newest results by category, and the grid of subjects and categories."""

from __future__ import annotations

from typing import Any

from auditor.audits.results import Result
from auditor.language import _, fiscal_year_name
from auditor.reports.book import Book, Sheet, said
from auditor.reports.figures import Figure, count, figure
from auditor.reports.material import Material
from auditor.reports.tables import subject_key, yes

RESULTS = (
    Result.CONFORM, Result.MINOR, Result.MAJOR, Result.OBSERVATION, Result.IMPROVEMENT, Result.NOT_APPLICABLE,
)  # fmt: skip
LOOKS = (
    (None, "B9C7DE"), ("wdUpDiag", "C2410C"), (None, "7F1D1D"), ("pct20", "0A5C6E"), ("dkHorz", "574694"),
    ("ltUpDiag", "94A3B8"),
)  # fmt: skip


def prepare(sheet: Sheet, categories: int) -> None:
    """Set the widths for so many categories."""
    sheet.widen([34, *[max(11.0, min(15.0, 110 / max(categories, 8)))] * max(categories, 8)])


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write results by category with their chart, then the grid."""
    sheet.title_rows(
        _("Controls by category"),
        _("The newest submitted result of each control on each subject, from the audits of this fiscal year and the one before."),
    )  # fmt: skip
    if not material.categories:
        sheet.write()
        sheet.write([(book.styles.text, _("No audit of these years has items so far."))])
        return
    _by_category(sheet, book, material)
    _grid(sheet, book, material)


def _newest(**where: Any) -> Figure:
    return figure(count("items", latest=yes(True), **where))


def _open(material: Material, **where: Any) -> Figure:
    year = fiscal_year_name(material.scope.now.year.label)
    return figure(count("items", year=year, result=str(Result.NOT_CHECKED.label), **where))


def _by_category(sheet: Sheet, book: Book, material: Material) -> None:
    styles = book.styles
    sheet.section(_("Newest results by category"), 9)
    head = sheet.head(
        _("Category"), *(result.label for result in RESULTS), _("Total"), _("Not checked yet in the year")
    )
    for title in material.categories.values():
        cells: list[Any] = [(styles.label, title)]
        for column, result in enumerate(RESULTS, 2):
            wanted = _newest(category=title, result=str(result.label))
            cells.append(sheet.figure(wanted, f"{title}: {result.label}", styles.number, column))
        cells.append(sheet.figure(_newest(category=title), said(title, _("Total")), styles.number, 8))
        cells.append(
            sheet.figure(
                _open(material, category=title), f"{title}: {Result.NOT_CHECKED.label}", styles.number, 9
            )
        )
        sheet.write(cells)
    last = sheet.row
    cells = [(styles.total_label, _("Total"))]
    for column, result in enumerate(RESULTS, 2):
        wanted = _newest(result=str(result.label))
        cells.append(sheet.figure(wanted, said(_("All categories"), result.label), styles.total, column))
    cells.append(sheet.figure(_newest(), said(_("All categories"), _("Total")), styles.total, 8))
    cells.append(
        sheet.figure(_open(material), f"{_('All categories')}: {Result.NOT_CHECKED.label}", styles.total, 9)
    )
    sheet.write(cells)
    sheet.write()
    height = 3.2 + 0.65 * len(material.categories)
    sheet.keep_together(height * 30)
    sheet.write(height=8)  # clear of the page before
    sheet.bars(
        _("Newest results by category"), head, last, range(2, 8), f"A{sheet.row + 1}", 26, height, LOOKS
    )
    for _row in range(int(height / 0.5) + 1):
        sheet.write(height=15)


def _grid(sheet: Sheet, book: Book, material: Material) -> None:
    styles = book.styles
    start = sheet.row + 2
    sheet.section(_("Subjects and categories"), len(material.categories) + 1)
    sheet.break_before(start)
    sheet.write([(styles.meta, _("○ no nonconformity   ▲ n nonconformities, none major   ● n nonconformities, at least one major   – not checked in these two years"))])  # fmt: skip
    head = sheet.head(_("Subject"), *material.categories.values())
    sheet.repeat(head, head)
    for subject in _subjects(material):
        cells: list[Any] = [(styles.label, material.subjects.get(subject, ""))]
        for column, (key, title) in enumerate(material.categories.items(), 2):
            cells.append(_cell(sheet, book, material, subject, key, title, column))
        sheet.write(cells)


def _cell(
    sheet: Sheet, book: Book, material: Material, subject: int, key: str, title: str, column: int
) -> Any:
    styles = book.styles
    found = material.grid.get((subject, key))
    if found is None:
        return styles.grid_none, "–"
    where = {"subject_key": subject_key(subject), "category": title}
    wanted = figure(
        count("items", latest=yes(True), **where, result=str(Result.MINOR.label)),
        count("items", latest=yes(True), **where, result=str(Result.MAJOR.label)),
    )
    style = styles.grid_ok
    if found.bad:
        style = styles.grid_major if found.results.get(Result.MAJOR) else styles.grid_minor
    return sheet.figure(wanted, f"{material.subjects.get(subject, '')} × {title}", style, column)


def _subjects(material: Material) -> list[int]:
    roster = material.scope.now.roster
    place = {subject: roster.order(department) for subject, department in material.departments.items()}
    shown = {subject for subject, _category in material.grid}
    return sorted(shown, key=lambda subject: (subject in place, place.get(subject, ()), subject))
