"""When the audits of a series come: the rule's dates, and what was agreed of them (which never moves the rule).

A series comes by an RFC 5545 rule, or so many months after the last audit was completed: after it was
approved, or cancelled; then one at a time, and none while the last one is open. An audit that was left out
counts as if it had been completed on its day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from auditor import clock
from auditor.audits.models import Audit, AuditSeries, AuditSeriesDetail, AuditState, SeriesOccurrence
from auditor.audits.results import DONE, State
from auditor.calendars import add_months, business_day, occurrences
from auditor.dated import Moment
from auditor.language import _, _l, _n
from auditor.timelines import Timeline, known, timelines

_FOR_EVER = date(9999, 1, 1)


class Direction(StrEnum):
    """To which business day a date moves that is none."""

    LATER = "later"
    EARLIER = "earlier"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return DIRECTION_LABELS[self]


DIRECTION_LABELS: dict[str, Any] = {
    Direction.LATER: _l("To the next business day"),
    Direction.EARLIER: _l("To the business day before"),
}


@dataclass(frozen=True)
class Last:
    """The last audit of a series, and the day on which it ended, if it has."""

    audit_id: int
    number: str
    ended_on: date | None


@dataclass(frozen=True)
class Course:
    """A series with its terms over time, what was decided of single audits, and what it has opened."""

    series: AuditSeries
    terms: Timeline[AuditSeriesDetail]
    decisions: Mapping[str, SeriesOccurrence] = field(default_factory=dict)  # by key
    opened: Mapping[str, int] = field(default_factory=dict)  # audits by the rule's date, ISO
    last: Last | None = None

    def terms_on(self, day: date) -> AuditSeriesDetail:
        """Return the terms of an audit that the rule has on ``day``; before there were any, the first ones."""
        return self.terms.on(day) or self.terms.values()[0]

    @property
    def longest_lead(self) -> int:
        """How many days before its start an audit opens at most, under any of the terms."""
        return max(terms.lead_days for terms in self.terms.values())

    def dates(self, until: date) -> Iterator[tuple[str, date]]:
        """Yield key and rule's date of every audit up to ``until`` that is not opened, left out ones included."""
        terms = self.terms.values()[-1]
        if terms.after_months:
            yield from self._after_completion(terms.after_months, until)
            return
        decided = [date.fromisoformat(key) for key in self.decisions]
        days = {*occurrences(terms.recurrence, terms.first_on, terms.first_on, until), *decided}
        yield from ((day.isoformat(), day) for day in sorted(days) if day.isoformat() not in self.opened)

    def _after_completion(self, months: int, until: date) -> Iterator[tuple[str, date]]:
        if self.last is None or self.last.ended_on is None:
            return
        place = 1
        while (day := add_months(self.last.ended_on, months * place)) <= until:
            key = f"{self.last.audit_id}+{place}"
            yield key, day
            decision = self.decisions.get(key)
            if decision is None or not decision.skipped:
                return
            place += 1


@dataclass(frozen=True)
class Coming:
    """An audit of a series that is not opened yet."""

    key: str
    day: date  # the rule's date
    starts_on: date  # agreed, or the business day that the rule's date gives
    due_on: date
    opens_on: date
    terms: AuditSeriesDetail
    decision: SeriesOccurrence | None = None

    @property
    def skipped(self) -> bool:
        return self.decision is not None and self.decision.skipped

    @property
    def moved(self) -> bool:
        return self.decision is not None and self.decision.starts_on is not None


def planned(course: Course, key: str, day: date, closed: Collection[date]) -> Coming:
    """Return the audit that the rule has on ``day``, with its dates on business days or as agreed."""
    terms, decision = course.terms_on(day), course.decisions.get(key)
    later = terms.direction == Direction.LATER
    starts = business_day(day, later, closed)
    due = business_day(starts + timedelta(days=terms.due_days), later, closed)
    first = day
    if decision is not None and decision.starts_on is not None:
        starts, due = decision.starts_on, decision.due_on or decision.starts_on
        first = starts
    known_on = clock.day_of(terms.recorded_at)
    if terms.after_months and course.last is not None and course.last.ended_on is not None:
        known_on = max(known_on, course.last.ended_on)
    opens = max(first - timedelta(days=terms.lead_days), known_on)
    return Coming(key, day, starts, due, opens, terms, decision)


def coming(course: Course, until: date, closed: Collection[date]) -> list[Coming]:
    """Return the audits up to ``until`` that are not opened yet and whose terms say that they come."""
    made = (planned(course, key, day, closed) for key, day in course.dates(until))
    return [one for one in made if one.terms.active]


def courses(moment: Moment, series_ids: Iterable[int] | None = None) -> dict[int, Course]:
    """Return the series as they are known at ``moment``: six queries, whatever the number."""
    rows = AuditSeries.select().where(AuditSeries.created_at <= moment.instant).order_by(AuditSeries.id)
    if series_ids is not None:
        rows = rows.where(AuditSeries.id.in_(list(series_ids)))
    series = {row.id: row for row in rows}
    ids = list(series)
    terms = timelines(
        known(AuditSeriesDetail, _FOR_EVER, moment.instant, AuditSeriesDetail.series_of.in_(ids)),
        lambda row: row.series_of_id,
        lambda row: row,
    )
    decisions: dict[int, dict[str, SeriesOccurrence]] = {}
    for row in SeriesOccurrence.standing(moment, SeriesOccurrence.series_of.in_(ids)):
        decisions.setdefault(row.series_of_id, {})[row.occurrence] = row
    here = Audit.series_of.in_(ids) & (Audit.created_at <= moment.instant)
    audits = list(Audit.select().where(here).order_by(Audit.id))
    opened: dict[int, dict[str, int]] = {}
    last: dict[int, Audit] = {}
    for audit in audits:
        opened.setdefault(audit.series_of_id or 0, {})[audit.occurrence or ""] = audit.id
        last[audit.series_of_id or 0] = audit
    ended = _ended_on([audit.id for audit in last.values()], moment)
    return {
        one: Course(
            row,
            terms[one],
            decisions.get(one, {}),
            opened.get(one, {}),
            Last(last[one].id, last[one].number, ended.get(last[one].id)) if one in last else None,
        )
        for one, row in series.items()
        if one in terms
    }


def _ended_on(audit_ids: list[int], moment: Moment) -> dict[int, date]:
    """Return the day of the approval, whatever was closed since, or of the cancelling: two queries."""
    standing = AuditState.standing(moment, AuditState.audit.in_(audit_ids))
    ended = [row.audit_id for row in standing if row.state in {*DONE, State.CANCELLED}]
    rows = AuditState.select().where(
        AuditState.audit.in_(ended),
        AuditState.state.in_([State.APPROVED.value, State.CANCELLED.value]),
        AuditState.recorded_at <= moment.instant,
    )
    return {row.audit_id: row.valid_from for row in rows.order_by(AuditState.id)}


def in_words(rule: str, after_months: int | None = None) -> str:
    """Return how a series comes again, in words; a rule that has none as it is written."""
    if after_months:
        return str(
            _n(
                "%(num)s month after the last one is completed",
                "%(num)s months after the last one is completed",
                after_months,
            )
        )
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    count = parts.pop("INTERVAL", "1")
    if set(parts) != {"FREQ"} or not count.isdigit():
        return rule
    months = int(count) * (12 if parts["FREQ"] == "YEARLY" else 1)
    usual = {12: _("Every year"), 6: _("Every half year"), 3: _("Every quarter"), 1: _("Every month")}
    if months in usual:
        return str(usual[months])
    if months % 12 == 0:
        return str(_("Every %(num)s years", num=months // 12))
    return str(_("Every %(num)s months", num=months))
