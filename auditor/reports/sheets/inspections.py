"""Self-inspections planned against done: by department, by month; what is late, and what is not kept."""

from __future__ import annotations

from typing import Any

from auditor.audits.inspections.words import ANSWERS, STATES
from auditor.audits.results import NONCONFORMITIES, State
from auditor.calendars import add_months
from auditor.language import _
from auditor.reports.book import Book, Sheet, said
from auditor.reports.inspection_figures import ANSWERING, answered, bad, confirmed_share, inspections, late
from auditor.reports.inspection_lines import InspectionLine
from auditor.reports.material import Material
from auditor.reports.styles import LATE
from auditor.reports.tables import month_of, unit_key

WIDTHS = (30, 12, 18, 18, 13, 13, 22, 28, 13, 13)
MOST = 200  # more than so many are read on the detail sheet only


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write the counts, what is late and not kept, then the self-inspections of the year."""
    sheet.title_rows(
        _("Self-inspections planned and done"),
        _("Departments answer their self-inspections themselves; independence does not apply to them."),
    )
    _by_department(sheet, book, material)
    _by_month(sheet, book, material)
    _late(sheet, book, material)
    _not_kept(sheet, book, material)
    _list(sheet, book, material)


def _by_department(sheet: Sheet, book: Book, material: Material) -> None:
    styles, side = book.styles, material.scope.now
    day = side.moment.day
    sheet.section(_("By department"))
    head = sheet.head(
        _("Department"), _("Planned in the year"), STATES[State.APPROVED], STATES[State.SUBMITTED],
        STATES[State.IN_PROGRESS], STATES[State.PLANNED], _("Share confirmed"), _("Answered items"), _("Not kept, wholly or in part"),
        _("Overdue"),
    )  # fmt: skip
    units = {line.unit_id for line in material.inspections}
    rows: list[tuple[str, dict[str, Any]]] = [
        (side.roster.department(unit) or str(_("(no department)")), {"unit_key": unit_key(unit)})
        for unit in sorted(units, key=side.roster.order)
    ]
    for name, where in [*rows, (str(_("Total")), {})]:
        columns = (
            (_("Planned in the year"), inspections(day, **where)),
            (STATES[State.APPROVED], inspections(day, State.APPROVED, **where)),
            (STATES[State.SUBMITTED], inspections(day, State.SUBMITTED, **where)),
            (STATES[State.IN_PROGRESS], inspections(day, *ANSWERING, **where)),
            (STATES[State.PLANNED], inspections(day, State.PLANNED, **where)),
            (
                _("Share confirmed"),
                confirmed_share(day, **where),
            ),
            (_("Answered items"), answered(day, **where)),
            (_("Not kept, wholly or in part"), bad(day, **where)),
            (_("Overdue"), late(day, **where)),
        )
        cells: list[Any] = [(styles.label if where else styles.total_label, name)]
        for position, (label, wanted) in enumerate(columns, 2):
            style = styles.number if where else styles.total
            if wanted.share:
                style = styles.share if where else styles.total_share
            cells.append(sheet.figure(wanted, said(name, label), style, position))
        sheet.write(cells)
    sheet.mark(f"A{head + 1}:J{sheet.row}", f"$J{head + 1}>0", LATE)


def _by_month(sheet: Sheet, book: Book, material: Material) -> None:
    styles, side = book.styles, material.scope.now
    day = side.moment.day
    sheet.section(_("By the month in which they are due"))
    sheet.head(
        _("Month due"), _("Planned in the year"), STATES[State.APPROVED], _("Answered items"), _("Overdue")
    )
    months = {add_months(side.year.first, ahead).replace(day=1) for ahead in range(side.year.months)}
    months |= {month for line in material.inspections if (month := month_of(line.due_on))}
    for month in sorted(months):
        named = f"{month:%Y-%m}"
        columns = (
            (_("Planned"), inspections(day, month=month)),
            (STATES[State.APPROVED], inspections(day, State.APPROVED, month=month)),
            (_("Answered items"), answered(day, month=month)),
            (_("Overdue"), late(day, month=month)),
        )
        cells: list[Any] = [(styles.month, month)]
        for position, (label, wanted) in enumerate(columns, 2):
            cells.append(sheet.figure(wanted, said(named, label), styles.number, position))
        sheet.write(cells)


def _late(sheet: Sheet, book: Book, material: Material) -> None:
    styles = book.styles
    sheet.section(_("Late, the longest first"))
    sheet.head(
        _("Subject"), _("Number"), _("Department"), _("Answered by"), _("Due"), _("Days late"), _("State"),
        _("Answered / items"),
    )  # fmt: skip
    shown = sorted(
        (line for line in material.inspections if line.late_days),
        key=lambda line: (-line.late_days, line.number),
    )
    for line in shown:
        sheet.write(
            [
                (styles.strong, line.subject),
                (styles.short, line.number),
                (styles.text, line.department),
                (styles.text, line.answered_by),
                (styles.day, line.due_on),
                (styles.number, line.late_days),
                (styles.text, str(STATES[line.state])),
                (styles.short, f"{line.answered} / {line.items}"),
            ]
        )
    if not shown:
        sheet.write([(styles.text, _("No self-inspection is late."))])


def _not_kept(sheet: Sheet, book: Book, material: Material) -> None:
    styles = book.styles
    sheet.keep_together(80 + 45 * min(len(material.not_kept), 3))
    sheet.section(_("Answered as not kept"))
    sheet.write([(styles.meta, _("What they wrote stands in the last columns; each should have a finding."))])
    sheet.head(
        _("Subject"), _("Number"), _("Control"), _("Category"), _("Answer"), _("Finding"),
        _("Title of the control"), _("What was written"),
    )  # fmt: skip
    for one in material.not_kept:
        sheet.write(
            [
                (styles.strong, one.inspection.subject),
                (styles.short, one.inspection.number),
                (styles.text, one.code),
                (styles.text, one.category),
                (styles.text, str(ANSWERS[one.result])),
                (styles.text, one.finding or str(_("None yet"))),
                (styles.text, one.control),
                (styles.text, one.note),
            ]
        )
    if not material.not_kept:
        sheet.write([(styles.text, _("Nothing was answered as not kept."))])


def _list(sheet: Sheet, book: Book, material: Material) -> None:
    styles = book.styles
    told = ""
    if not material.inspections:
        told = str(_("No self-inspection is planned for this year so far."))
    elif len(material.inspections) > MOST:
        told = str(_("They are many: each stands on its line of the detail sheet."))
    if told:
        sheet.section(_("The self-inspections of the year"))
        sheet.write([(styles.meta, told)])
        return
    sheet.break_before(sheet.row + 2)
    sheet.section(_("The self-inspections of the year"))
    head = sheet.head(
        _("Subject"), _("Number"), _("Department"), _("Answered by"), _("Period to"), _("Due"), _("State"),
        _("Confirmed by"), _("Answered / items"), _("Not kept, wholly or in part"),
    )  # fmt: skip
    sheet.repeat(head, head)
    for line in material.inspections:
        sheet.write(_row(book, line))
    sheet.filter_rows(head, sheet.row, len(WIDTHS))


def _row(book: Book, line: InspectionLine) -> list[Any]:
    styles, state = book.styles, str(STATES[line.state])
    if line.confirmed_on:
        state = f"{state} {line.confirmed_on}"
    return [
        (styles.strong, line.subject),
        (styles.short, line.number),
        (styles.text, line.department),
        (styles.text, line.answered_by),
        (styles.day, line.period_to),
        (styles.day, line.due_on),
        (styles.text, _("%(state)s (overdue)", state=state) if line.late_days else state),
        (styles.text, line.confirmed_by),
        (styles.short, f"{line.answered} / {line.items}"),
        (styles.text, str(line.count(*NONCONFORMITIES))),
    ]
