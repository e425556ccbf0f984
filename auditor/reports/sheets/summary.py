"""The summary: this year beside last year."""

from __future__ import annotations

from auditor.language import _, fiscal_year_name
from auditor.reports.book import Book, Sheet
from auditor.reports.figures import change
from auditor.reports.headline import Headline, parts
from auditor.reports.material import Material
from auditor.reports.scope import Scope

WIDTHS = (66, 24, 24, 24, 28)

_HEIGHT = 14.0  # of a line: the summary is two pages


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write the summary, one part after the other."""
    scope = material.scope
    now, before = scope.now, scope.before
    sheet.title_rows(
        _("Summary"),
        _compared(scope),
    )
    head = sheet.head(
        _("Figure"),
        f"{fiscal_year_name(now.year.label)}\n{now.moment.day}",
        f"{fiscal_year_name(before.year.label)}\n{before.moment.day}",
        _("Difference from last year"),
        _("Trend"),
    )
    sheet.repeat(head, head)
    for part in parts(scope, material.courses, material.inspected):
        sheet.keep_together(30 + _HEIGHT * len(part.lines))
        sheet.section(part.title)
        for line in part.lines:
            _write_line(sheet, book, part.title, line)


def _compared(scope: Scope) -> str:
    year, day = fiscal_year_name(scope.before.year.label), scope.before.moment.day
    said = _(
        "Last year: %(year)s as it stood on %(day)s, the same calendar day one year earlier.",
        year=year,
        day=day,
    )
    if scope.uneven:
        said = _(
            "Last year: %(year)s as it stood on %(day)s, as far into that year as this report is into its own: the two are not equally long.",
            year=year, day=day,
        )  # fmt: skip
    return str(said)


def _write_line(sheet: Sheet, book: Book, part: str, line: Headline) -> None:
    styles = book.styles
    style = styles.share if line.now.share else styles.number
    name = f"{part}: {line.label}"
    cells = [
        (styles.label if line.part else styles.strong, f"　{line.label}" if line.part else line.label),
        sheet.figure(line.now, name, style, 2),
    ]
    if line.before is None:
        cells += [(styles.dash, "–"), (styles.dash, "–"), (styles.short, "")]
    else:
        before = sheet.figure(line.before, _("%(figure)s, last year", figure=name), style, 3)
        if line.now.share:
            grown = round(float(cells[1][1]) - float(before[1]), 4)
            cells += [before, (styles.signed_share, grown)]
        else:
            moved = sheet.figure(
                change(line.now, line.before), _("%(figure)s, change", figure=name), styles.signed, 4
            )
            cells += [before, moved]
            grown = float(moved[1])
        cells.append((styles.reading, _reading(grown, line.good)))
    sheet.write(cells, height=_HEIGHT)


def _reading(grown: float, good: int) -> str:
    if not good:
        return ""
    if not grown:
        return str(_("→ unchanged"))
    return str(_("↗ better") if grown * good > 0 else _("↘ worse"))
