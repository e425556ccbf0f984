"""Corrective actions: what is late, and what comes due."""

from __future__ import annotations

from auditor.language import _
from auditor.reports.book import Book, Sheet
from auditor.reports.finding_lines import STANDING_LABELS, ActionLine
from auditor.reports.headline import actions
from auditor.reports.material import Material
from auditor.reports.sheets.findings import MARKS
from auditor.reports.styles import LATE

WIDTHS = (13, 52, 20, 24, 18, 13, 16, 11)


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write the counts, then what is late and what is to come."""
    styles, day = book.styles, material.scope.now.moment.day
    sheet.title_rows(_("Corrective actions late and coming"))
    sheet.section(_("How the corrective actions stand"))
    for standing, label in STANDING_LABELS.items():
        sheet.write(
            [(styles.short, ""), (styles.label, str(label)), sheet.figure(actions(day, standing), str(label), styles.number, 3)]
        )  # fmt: skip
    total = actions(day, *STANDING_LABELS)
    sheet.write([(styles.total_label, ""), (styles.total_label, _("Total")), sheet.figure(total, _("Total"), styles.total, 3)])  # fmt: skip
    sheet.section(_("To be done, the most urgent first"))
    head = sheet.head(
        _("Number"), _("Corrective action"), _("Grade"), _("Department"), _("Responsible"), _("Due"), _("Progress"),
        _("Days late"),
    )  # fmt: skip
    sheet.repeat(head, head)
    shown = sorted((line for line in material.actions if line.open), key=lambda one: (one.due_on, one.number))
    for line in shown:
        sheet.write(_row(book, line))
    if shown:
        sheet.filter_rows(head, sheet.row, len(WIDTHS))
        sheet.mark(f"A{head + 1}:H{sheet.row}", f"$H{head + 1}>0", LATE)
    else:
        sheet.write([(styles.short, ""), (styles.text, _("No corrective action is to be done."))])


def _row(book: Book, line: ActionLine) -> list[object]:
    styles, grade = book.styles, line.finding.grade
    return [
        (styles.short, line.number),
        (styles.text, line.text),
        (styles.strong, f"{MARKS[grade]} {grade.label}"),
        (styles.text, line.finding.department),
        (styles.text, line.owner),
        (styles.day, line.due_on),
        (styles.text, str(STANDING_LABELS[line.standing])),
        (styles.number, -line.days if line.standing == "late" else None),
    ]
