"""Audits planned against done: by kind, by month, and one line an audit."""

from __future__ import annotations

from typing import Any

from auditor.audits.results import NONCONFORMITIES, AuditKind, Result, State
from auditor.calendars import add_months
from auditor.language import _
from auditor.reports.book import Book, Sheet
from auditor.reports.figures import Figure, count, share
from auditor.reports.headline import audits, audits_late
from auditor.reports.material import Material
from auditor.reports.styles import LATE
from auditor.reports.tables import month_of, yes

WIDTHS = (24, 12, 12, 12, 12, 12, 12, 13, 11, 15)


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
        _("Kind"), _("Planned"), _("Done"), _("Waiting for approval"), _("Being carried out"),
        _("Not started"), _("Overdue"), _("Share done"),
    )  # fmt: skip
    columns = (
        (_("Planned"), audits(day)),
        (_("Done"), audits(day, State.APPROVED)),
        (_("Waiting for approval"), audits(day, State.SUBMITTED)),
        (_("Being carried out"), audits(day, State.IN_PROGRESS, State.RETURNED)),
        (_("Not started"), audits(day, State.PLANNED)),
        (_("Overdue"), audits_late(day)),
        (_("Share done"), share(audits(day, State.APPROVED), audits(day))),
    )
    rows: list[tuple[str, dict[str, Any]]] = [
        (str(kind.label), {"kind": str(kind.label)}) for kind in AuditKind
    ]
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
    sheet.head(_("Month due"), _("Planned"), _("Done"), _("Overdue"))
    months = [month_of(add_months(side.year.first, ahead)) for ahead in range(12)]
    others = sorted({month_of(line.due_on) for line in material.audits} - set(months))
    for month in [*months, *others]:
        every = count("audits", as_of=side.moment.day, month=month)
        cancelled = every.also(state=str(State.CANCELLED.label))
        sheet.write(
            [
                (styles.label, month),
                sheet.figure(Figure((every,), (cancelled,)), f"{month}: {_('Planned')}", styles.number, 2),
                sheet.figure(
                    Figure((every.also(state=str(State.APPROVED.label)),)),
                    f"{month}: {_('Done')}",
                    styles.number,
                    3,
                ),
                sheet.figure(
                    Figure((every.also(overdue=yes(True)),)), f"{month}: {_('Overdue')}", styles.number, 4
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
                (styles.short, line.number),
                (styles.text, str(line.kind.label)),
                (styles.text, line.auditors),
                (styles.day, line.starts_on),
                (styles.day, line.due_on),
                (styles.day, line.since),
                (styles.text, f"{state}（{_('Overdue')}）" if line.overdue and book.language == "ja" else
                 f"{state} ({_('Overdue')})" if line.overdue else state),
                (styles.short, f"{line.checked} / {line.items}"),
                (styles.text, _severity(line.count(Result.MAJOR), line.count(*NONCONFORMITIES))),
            ]
        )  # fmt: skip
    if material.audits:
        sheet.filter_rows(head, sheet.row, len(WIDTHS))
        sheet.mark(f"A{head + 1}:J{sheet.row}", f'ISNUMBER(SEARCH("{_("Overdue")}",$H{head + 1}))', LATE)
    else:
        sheet.write([(styles.text, _("No audit is planned for this year so far."))])


def _severity(major: int, bad: int) -> str:
    if not bad:
        return "0"
    return _("%(count)d, of these %(major)d major", count=bad, major=major) if major else str(bad)
