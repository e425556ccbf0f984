"""Audits planned against done: by kind, by month, and one line an audit."""

from __future__ import annotations

from typing import Any

from auditor.audits.results import AUDITS, NONCONFORMITIES, Result, State
from auditor.calendars import add_months
from auditor.language import _
from auditor.reports import imported
from auditor.reports.audit_lines import OPEN
from auditor.reports.book import Book, Sheet, said
from auditor.reports.figures import Figure, count, share
from auditor.reports.headline import audits, audits_late
from auditor.reports.material import Material
from auditor.reports.styles import LATE, quoted
from auditor.reports.tables import month_of, yes

WIDTHS = (26, 12, 18, 18, 13, 13, 13, 17, 11, 15)


def write(sheet: Sheet, book: Book, material: Material) -> None:
    """Write the counts, then the audits of the year."""
    sheet.title_rows(_("Audits planned and done"))
    _by_kind(sheet, book, material)
    _by_month(sheet, book, material)
    _list(sheet, book, material)


def _narrowed(wanted: Figure, **where: Any) -> Figure:
    return Figure(
        tuple(one.also(**where) for one in wanted.plus),
        tuple(one.also(**where) for one in wanted.minus),
        tuple(one.also(**where) for one in wanted.over),
    )


def _by_kind(sheet: Sheet, book: Book, material: Material) -> None:
    styles, day = book.styles, material.scope.now.moment.day
    sheet.section(_("By kind"))
    sheet.head(
        _("Kind"), _("Planned in the year"), _("Done"), _("Waiting for approval"), _("Being carried out"),
        _("Not started"), _("Overdue"), _("Share done"),
    )  # fmt: skip
    columns = (
        (_("Planned in the year"), audits(day)),
        (_("Done"), audits(day, State.APPROVED)),
        (_("Waiting for approval"), audits(day, State.SUBMITTED)),
        (_("Being carried out"), audits(day, State.IN_PROGRESS, State.RETURNED)),
        (_("Not started"), audits(day, State.PLANNED)),
        (_("Overdue"), audits_late(day)),
        (_("Share done"), share(audits(day, State.APPROVED), audits(day))),
    )
    rows: list[tuple[str, dict[str, Any]]] = [(str(kind.label), {"kind": str(kind.label)}) for kind in AUDITS]
    for name, where in [*rows, (_("Total"), {})]:
        total = not where
        cells: list[Any] = [(styles.total_label if total else styles.label, name)]
        for position, (label, wanted) in enumerate(columns, 2):
            style = styles.total if total else styles.number
            if wanted.share:
                style = styles.total_share if total else styles.share
            cells.append(sheet.figure(_narrowed(wanted, **where), f"{name}: {label}", style, position))
        sheet.write(cells)


def _by_month(sheet: Sheet, book: Book, material: Material) -> None:
    styles, side = book.styles, material.scope.now
    sheet.section(_("By the month in which they are due"))
    sheet.head(_("Month due"), _("Planned in the year"), _("Done"), _("Overdue"))
    months = {add_months(side.year.first, ahead).replace(day=1) for ahead in range(side.year.months)}
    months |= {month for line in material.audits if (month := month_of(line.due_on))}
    for month in sorted(months):
        named = f"{month:%Y-%m}"
        every = count("audits", as_of=side.moment.day, month=month)
        cancelled = every.also(state=str(State.CANCELLED.label))
        sheet.write(
            [
                (styles.month, month),
                sheet.figure(Figure((every,), (cancelled,)), said(named, _("Planned")), styles.number, 2),
                sheet.figure(
                    Figure((every.also(state=str(State.APPROVED.label)),)),
                    said(named, _("Done")),
                    styles.number,
                    3,
                ),
                sheet.figure(
                    Figure((every.also(overdue=yes(True)),)), said(named, _("Overdue")), styles.number, 4
                ),
            ]
        )


def _list(sheet: Sheet, book: Book, material: Material) -> None:
    styles = book.styles
    sheet.break_before(sheet.row + 2)
    sheet.section(_("The audits of the year"))
    head = sheet.head(
        _("Subject"), _("Number"), _("Kind"), _("Auditors"), _("Starts"), _("Due"), _("State since"), _("State"),
        _("Checked / items"), _("Nonconformities"),
    )  # fmt: skip
    sheet.repeat(head, head)
    for line in material.audits:
        state = str(line.state.label)
        sheet.write(
            [
                (styles.strong, line.subject),
                (styles.text, imported.said(line.number, line.former_number)),
                (styles.text, str(line.kind.label)),
                (styles.text, line.auditors),
                (styles.day, line.starts_on),
                (styles.day, line.due_on),
                (styles.day, line.since),
                (styles.text, _("%(state)s (overdue)", state=state) if line.overdue else state),
                (styles.short, f"{line.checked} / {line.items}"),
                (styles.text, _severity(line.count(Result.MAJOR), line.count(*NONCONFORMITIES))),
            ]
        )  # fmt: skip
    if material.audits:
        sheet.filter_rows(head, sheet.row, len(WIDTHS))
        first = head + 1
        late = f"AND(ISNUMBER($F{first}),$F{first}<{_day(material)},OR({_open_words(first)}))"
        sheet.mark(f"A{first}:J{sheet.row}", late, LATE)
    else:
        sheet.write([(styles.text, _("No audit is planned for this year so far."))])


def _open_words(row: int) -> str:
    return ",".join(f"LEFT($H{row},{len(str(one.label))})={quoted(str(one.label))}" for one in OPEN)


def _day(material: Material) -> str:
    day = material.scope.now.moment.day
    return f"DATE({day.year},{day.month},{day.day})"


def _severity(major: int, bad: int) -> str:
    if not bad:
        return "0"
    return _("%(count)d, of these %(major)d major", count=bad, major=major) if major else str(bad)
