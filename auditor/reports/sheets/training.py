"""Training by course and department, and who is absent, by name."""

from __future__ import annotations

from typing import Any

from auditor.language import _
from auditor.reports.book import Book, Sheet, said
from auditor.reports.headline import completion_rate, trained
from auditor.reports.material import Material
from auditor.reports.styles import LATE
from auditor.reports.tables import unit_key
from auditor.reports.training_lines import STATE_LABELS, CourseShown
from auditor.training.states import LEFT, STATES
from auditor.training.wording import RATE_SAID

WIDTHS = (30, 12, 11, 11, 12, 13, 12, 12, 12, 11, 12)
LOOKS = (
    (None, "1F4B8E"), ("pct20", "0A5C6E"), ("ltUpDiag", "64748B"), ("wdUpDiag", "8C1A15"), ("dkHorz", "6D8FC4"),
    (None, "D5DEEC"), ("smCheck", "C2410C"),
)  # fmt: skip


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write one part a course, then the absent."""
    sheet.title_rows(
        _("Training by course and department"),
        "\n".join(
            (
                _(
                    "Every worker on the roster is in exactly one column; those who left in the year are listed separately."
                ),
                str(RATE_SAID),
            )
        ),
    )
    if not material.courses:
        sheet.write()
        sheet.write([(book.styles.text, _("No course has been assigned for this year so far."))])
    for position, course in enumerate(material.courses):
        if position:
            sheet.break_before(sheet.row + 2)
        _course(sheet, book, material, course)
    _absent(sheet, book, material)


def _course(sheet: Sheet, book: Book, material: Material, course: CourseShown) -> None:
    side = material.scope.now
    sheet.section(course.title)
    head = sheet.head(
        _("Department"), *(STATE_LABELS[state] for state in STATES), _("Workers"), _("Completion rate"),
        str(STATE_LABELS[LEFT]),
    )  # fmt: skip
    for unit in material.units.get(course.id, []):
        name = side.training.department(unit) or _("(no department)")
        _row(sheet, book, material, course, name, {"unit_key": unit_key(unit)})
    last = sheet.row
    _row(sheet, book, material, course, _("Total"), {}, total=True)
    if last == head:
        return
    sheet.write()
    height = 3.2 + 0.55 * (last - head)
    sheet.keep_together(min(height * 30, 450))
    sheet.write(height=8)  # clear of the page before
    sheet.bars(
        _("%(course)s: workers by department", course=course.title), head, last, range(2, 9),
        f"A{sheet.row + 1}", 25, height, LOOKS,
    )  # fmt: skip
    for _line in range(int(height / 0.5) + 1):
        sheet.write(height=15)


def _row(
    sheet: Sheet, book: Book, material: Material, course: CourseShown, name: str, where: dict[str, Any], total: bool = False
) -> None:  # fmt: skip
    styles, day = book.styles, material.scope.now.moment.day
    label, number, part = (
        (styles.total_label, styles.total, styles.total_share)
        if total
        else (styles.label, styles.number, styles.share)
    )
    row = f"{course.title}, {name}"
    cells: list[Any] = [(label, name)]
    for column, state in enumerate(STATES, 2):
        wanted = trained(day, course, state, **where)
        cells.append(sheet.figure(wanted, f"{row}: {STATE_LABELS[state]}", number, column))
    everybody = trained(day, course, **where)
    done = completion_rate(day, course, **where)
    cells.append(sheet.figure(everybody, said(row, _("Workers")), number, 9))
    cells.append(sheet.figure(done, said(row, _("Completion rate")), part, 10))
    cells.append(
        sheet.figure(trained(day, course, LEFT, **where), f"{row}: {STATE_LABELS[LEFT]}", number, 11)
    )
    sheet.write(cells)


def _absent(sheet: Sheet, book: Book, material: Material) -> None:
    styles, roster = book.styles, material.scope.now.training
    sheet.break_before(sheet.row + 2)
    sheet.section(_("Who is overdue, by name"))
    sheet.write(
        [
            (styles.head, _("Department")), (styles.head, _("Employee number")), (styles.head, None),
            (styles.head, _("Full name")), (styles.head, None), (styles.head, _("Due")), (styles.head, None),
            (styles.head, _("Days late")), (styles.head, _("Course")), (styles.head, None), (styles.head, None),
        ]
    )  # fmt: skip
    first = sheet.row + 1
    for line in sorted(
        material.late, key=lambda one: (one.course_id, roster.order(one.department_id), one.number)
    ):
        sheet.write(
            [
                (styles.label, roster.department(line.department_id)),
                (styles.short, line.number),
                (styles.short, None),
                (styles.strong_short, line.name),
                (styles.short, None),
                (styles.day, line.due_on),
                (styles.short, None),
                (styles.number, line.late_days),
                (styles.short, line.course),
                (styles.short, None),
                (styles.short, None),
            ]
        )
    if material.late:
        sheet.mark(f"H{first}:H{sheet.row}", f"$H{first}>=14", LATE)
    else:
        sheet.write([(styles.text, _("Nobody is overdue."))])
