"""The published promises and what the controls show of each."""

from __future__ import annotations

from auditor.language import _
from auditor.promises.verdicts import Verdict
from auditor.reports.book import Book, Sheet, said
from auditor.reports.figures import Count, count, figure
from auditor.reports.headline import promises
from auditor.reports.material import Material
from auditor.reports.styles import LATE
from auditor.reports.tables import promise_key, yes

WIDTHS = (9, 66, 22, 10, 10, 12, 12, 13.5)


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write the promises, counts first."""
    styles = book.styles
    sheet.title_rows(
        _("Published promises"),
        _("The verdict follows from the newest results of the controls that check the promise and from open findings; nobody can set it by hand.")
    )  # fmt: skip
    if not material.promises:
        sheet.write()
        sheet.write([(styles.note, ""), (styles.text, _("No published text has been entered yet."))])
        return
    sheet.section(_("How the promises stand"))
    for verdict in Verdict:
        sheet.write(
            [
                (styles.short, ""),
                (styles.label, f"{_MARKS[verdict]} {verdict.label}"),
                sheet.figure(promises(verdict), str(verdict.label), styles.number, 3),
            ]
        )
    sheet.write([(styles.total_label, ""), (styles.total_label, _("Total")), sheet.figure(promises(), _("Promises"), styles.total, 3)])  # fmt: skip
    sheet.write()
    head = sheet.head(
        _("No."), _("Published text"), _("Verdict"), _("Controls"), _("Results"), _("Open points, major"),
        _("Open points, minor"), _("Last checked"),
    )  # fmt: skip
    sheet.repeat(head, head)
    for line in material.promises:
        name = _("Promise %(number)s", number=line.number)
        key = promise_key(line.id)

        def summed(column: str, key: str = key) -> Count:
            return Count("controls", (("promise_key", key),), column)

        sheet.write(
            [
                (styles.short, line.number),
                (styles.text, line.text),
                (styles.strong, f"{_MARKS[line.verdict]} {line.verdict.label}"),
                sheet.figure(
                    figure(count("controls", promise_key=key, linked=yes(True))),
                    said(name, _("Controls")),
                    styles.number,
                    4,
                ),
                sheet.figure(figure(summed("checked")), said(name, _("Results")), styles.number, 5),
                sheet.figure(figure(summed("major")), said(name, _("Open points, major")), styles.number, 6),
                sheet.figure(figure(summed("minor")), said(name, _("Open points, minor")), styles.number, 7),
                (styles.day, line.checked_on) if line.checked_on else (styles.short, "–"),
            ]
        )
    first = head + 1
    marks = (_MARKS[Verdict.NEEDS_CORRECTION], _MARKS[Verdict.CHECK_OVERDUE])
    sheet.mark(
        f"C{first}:C{sheet.row}", f'OR(LEFT(C{first},1)="{marks[0]}",LEFT(C{first},1)="{marks[1]}")', LATE
    )


_MARKS = {
    Verdict.CONFIRMED: "○",
    Verdict.CONFIRMED_OPEN: "△",
    Verdict.CHECK_OVERDUE: "◇",
    Verdict.NEEDS_CORRECTION: "●",
    Verdict.NOT_LINKED: "－",
}
