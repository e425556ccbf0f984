"""The first page: whose workbook, as of when, and what witnesses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor import activity, clock
from auditor.language import LANGUAGES, _, fiscal_year_name, format_long_day
from auditor.reports.book import Book, Sheet
from auditor.reports.relaxations import relaxations
from auditor.reports.scope import Scope


@dataclass(frozen=True)
class Production:
    """Who made the workbook and when: the only part that differs between two made for the same moment."""

    by: str
    at: datetime


def write(sheet: Sheet, book: Book, scope: Scope, company: str, production: Production) -> None:
    """Write the cover."""
    styles, now = book.styles, scope.now
    for _row in range(3):
        sheet.write()
    sheet.write([None, (styles.title, company)], height=30)
    sheet.write(
        [None, (styles.title, _("Protection of personal information: audits and training"))], height=30
    )
    sheet.write([None, (styles.heading, _("Summary report")), (styles.heading, None)], height=22)
    sheet.write()
    facts: list[tuple[Any, Any]] = [
        (_("As of"), format_long_day(now.moment.day)),
        (_("Fiscal year"), _span(fiscal_year_name(now.year.label), now.year.first, now.year.last)),
        (_("Compared with"), _compared(scope)),
        (_("Language"), LANGUAGES[book.language]),
    ]
    for label, value in facts:
        sheet.write([None, (styles.strong, label), (styles.text, value)], height=20)
    label = _("Relaxed rules of independence")
    for relaxed in relaxations(now) or [_("None")]:
        sheet.write([None, (styles.strong, label), (styles.text, relaxed)])
        label = ""
    sheet.write()
    sheet.write([None, (styles.heading, _("Production")), (styles.heading, None)], height=20)
    made = clock_time(production.at)
    seq, link = activity.head_at(now.moment.instant)
    last, last_link = activity.head()
    for label, value in (
        (_("Produced by"), production.by),
        (_("Produced at"), made),
        (_("Known up to"), clock_time(now.moment.instant)),
        (_("End of the log as of then"), _("event %(number)d", number=seq)),
        ("", link),
        (_("End of the log at production"), _("event %(number)d", number=last)),
        ("", last_link),
    ):
        style = styles.text if label else styles.code
        if isinstance(value, datetime):
            style = styles.instant
        sheet.write([None, (styles.strong, label), (style, value)], height=20 if label else 28)
    sheet.write()
    sheet.write([None, (styles.note, _("How to read this workbook"))])
    for text in (
        _("Each figure is the number of rows of a detail sheet at the end of this workbook. The last sheet counts each of them again."),
        _("A figure of last year is that of the day named above, as far as it was known on that day.")
        if scope.uneven
        else _("A figure of last year is that of the same calendar day one year earlier, as far as it was known on that day."),
        _("Delays and nonconformities are marked by words, bold type and hatching, so that they can be seen in a black-and-white print."),
    ):  # fmt: skip
        sheet.write([None, None, (styles.note, text)])


def _compared(scope: Scope) -> str:
    year, day = fiscal_year_name(scope.before.year.label), format_long_day(scope.before.moment.day)
    if scope.uneven:
        return str(_("%(year)s as it stood as far into that year, on %(day)s", year=year, day=day))
    return str(_("%(year)s as it stood one year earlier, on %(day)s", year=year, day=day))


def clock_time(instant: datetime) -> datetime:
    """Return an instant as a date and time of the company's zone, as Excel holds it: without a zone."""
    return instant.astimezone(clock.zone()).replace(tzinfo=None, microsecond=0)


def _span(name: str, first: object, last: object) -> str:
    return f"{name}（{first} – {last}）" if name.endswith("年度") else f"{name} ({first} – {last})"
