"""Findings by grade and age, and every open one with who answers for it and by when."""

from __future__ import annotations

from auditor.findings.states import Grade
from auditor.language import _
from auditor.reports import imported
from auditor.reports.book import Book, Sheet, said
from auditor.reports.finding_lines import AGE_LABELS, FindingLine
from auditor.reports.headline import findings_open
from auditor.reports.material import Material
from auditor.reports.styles import LATE
from auditor.reports.tables import yes

WIDTHS = (11, 36, 19, 20, 15, 16, 13, 17, 9, 9)


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write the counts by grade and age, then the list."""
    sheet.title_rows(
        _("Findings by grade and age"),
        _(
            "Open findings, whenever found. Age in days from the day a finding was found to the day of this report."
        ),
    )
    _by_age(sheet, book, material)
    _list(sheet, book, material)


def _by_age(sheet: Sheet, book: Book, material: Material) -> None:
    styles, day = book.styles, material.scope.now.moment.day
    sheet.section(_("Open findings"))
    sheet.head("", _("Grade"), *(str(one) for one in AGE_LABELS), _("Total"), _("of these overdue"))
    rows = [(str(grade.label), {"grade": str(grade.label)}) for grade in Grade]
    for name, where in [*rows, (_("Total"), {})]:
        label, number = (styles.label, styles.number) if where else (styles.total_label, styles.total)
        cells = [(styles.short if where else styles.total_label, ""), (label, name)]
        for column, age in enumerate(AGE_LABELS, 3):
            wanted = findings_open(day, **where, age=str(age))
            cells.append(sheet.figure(wanted, f"{name}: {age}", number, column))
        cells.append(sheet.figure(findings_open(day, **where), said(name, _("Total")), number, 8))
        late = findings_open(day, **where, overdue=yes(True))
        cells.append(sheet.figure(late, said(name, _("of these overdue")), number, 9))
        sheet.write(cells)


def _list(sheet: Sheet, book: Book, material: Material) -> None:
    styles = book.styles
    owners: dict[str, list[str]] = {}
    for action in material.actions:
        owners.setdefault(action.finding.number, []).append(action.owner)
    sheet.section(_("The open findings, the most urgent first"))
    head = sheet.head(
        _("Number"), _("Title"), _("Grade"), _("Department"), _("Department head"), _("Responsible for actions"), _("Due"),
        _("State"), _("Days late"), _("Age in days"),
    )  # fmt: skip
    sheet.repeat(head, head)
    shown = sorted((line for line in material.findings if line.open), key=_urgency)
    for line in shown:
        sheet.write(
            [
                (styles.text, imported.said(line.number, line.former_number)),
                (styles.text, line.title),
                (styles.strong, f"{MARKS[line.grade]} {line.grade.label}"),
                (styles.text, line.department),
                (styles.text, line.responsible),
                (styles.text, "、".join(dict.fromkeys(owners.get(line.number, [])))),
                (styles.day, line.due_on),
                (styles.text, str(line.state.label)),
                (styles.number, line.late_days) if line.late_days else (styles.number, None),
                (styles.number, line.age_days),
            ]
        )
    if shown:
        sheet.filter_rows(head, sheet.row, len(WIDTHS))
        sheet.mark(f"A{head + 1}:J{sheet.row}", f"$I{head + 1}>0", LATE)
    else:
        sheet.write([(styles.short, ""), (styles.text, _("No finding is open."))])


def _urgency(line: FindingLine) -> tuple[object, ...]:
    return (line.due_on, list(Grade).index(line.grade), line.number)


MARKS = {Grade.MAJOR: "●", Grade.MINOR: "▲", Grade.OBSERVATION: "◇", Grade.IMPROVEMENT: "○"}
