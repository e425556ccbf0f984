"""What the pages of recurring audits show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from auditor.audits import queries, recurrence
from auditor.audits.models import Audit, AuditSeries, AuditSeriesDetail, AuditState, SeriesOccurrence
from auditor.audits.recurrence import Coming, Course
from auditor.audits.results import AuditKind
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _
from auditor.people import queries as people

SHOWN = 8
_FAR = timedelta(days=366 * 12)


@dataclass(frozen=True)
class Line:
    """A series in the list."""

    id: int
    name: str
    kind: Any
    rule: str
    auditors: list[str]
    active: bool
    next: Coming | None
    waits_for: str  # the number of the audit that must be completed first


@dataclass(frozen=True)
class SeriesPage:
    """One series with its terms, the audits to come and those opened."""

    series: AuditSeries
    name: str
    kind: Any
    rule: str
    terms: AuditSeriesDetail  # that hold today
    later: AuditSeriesDetail | None  # that hold from a later day on
    names: dict[int, str]
    coming: list[Coming]
    waits_for: str
    opened: list[tuple[Audit, str, date | None]] = field(default_factory=list)  # with state and agreed start
    decisions: list[SeriesOccurrence] = field(default_factory=list)  # every one ever, the latest first

    def key_words(self, key: str) -> str:
        """Return which audit a decision is about: the rule's date, or the audit that it follows."""
        audit_id = key.partition("+")[0]
        number = next((audit.number for audit, _was, _on in self.opened if str(audit.id) == audit_id), "")
        return str(_("after %(number)s", number=number)) if number else key


def lines(series: Iterable[AuditSeries], moment: Moment, language: str) -> list[Line]:
    """Return what the list shows of these series: constant queries, however many they are."""
    rows = list(series)
    known = recurrence.courses(moment, [row.id for row in rows])
    names = queries.subject_names([row.subject for row in rows], moment, language)
    terms = {one: course.terms_on(moment.day) for one, course in known.items()}
    persons = people.names({person for row in terms.values() for person in row.auditors}, moment)
    closed = company.closed_days(moment)
    found = []
    for row in rows:
        course, now = known[row.id], terms[row.id]
        ahead = [one for one in _coming(course, moment, closed) if not one.skipped] if now.active else []
        found.append(
            Line(
                row.id,
                names[row.subject_id],
                AuditKind(row.kind).label,
                recurrence.in_words(now.recurrence, now.after_months),
                [persons.get(one, "") for one in now.auditors],
                now.active,
                ahead[0] if ahead else None,
                _waits_for(course, now),
            )
        )
    return found


def page(series: AuditSeries, moment: Moment, language: str) -> SeriesPage:
    """Return what the page of one series shows: constant queries."""
    course = recurrence.courses(moment, [series.id])[series.id]
    now, last = course.terms_on(moment.day), course.terms.values()[-1]
    decisions = list(
        SeriesOccurrence.select()
        .where(SeriesOccurrence.series_of == series.id)
        .order_by(SeriesOccurrence.id.desc())
        .limit(50)
    )
    here = (Audit.series_of == series.id) & (Audit.created_at <= moment.instant)
    audits = list(Audit.select().where(here).order_by(Audit.id.desc()).limit(20))
    plans = queries.plans([audit.id for audit in audits], moment)
    states = AuditState.standing(moment, AuditState.audit.in_([audit.id for audit in audits]))
    state_of = {row.audit_id: row.state for row in states}
    persons = {
        *now.auditors,
        *last.auditors,
        *(row.recorded_by for row in decisions),
        now.recorded_by,
        last.recorded_by,
    }
    shown = _coming(course, moment, company.closed_days(moment)) if now.active else []
    return SeriesPage(
        series=series,
        name=queries.subject_name(series.subject, moment, language),
        kind=AuditKind(series.kind).label,
        rule=recurrence.in_words(now.recurrence, now.after_months),
        terms=now,
        later=last if last.id != now.id else None,
        names=people.names(persons, moment),
        coming=shown[:SHOWN],
        waits_for=_waits_for(course, now),
        opened=[
            (audit, state_of.get(audit.id, audit.current_state), plans[audit.id].starts_on)
            for audit in audits
        ],
        decisions=decisions,
    )


def _coming(course: Course, moment: Moment, closed: frozenset[date]) -> list[Coming]:
    """Return the audits to come, also late ones that the next run of the job opens."""
    years = timedelta(days=366)
    # Most series are known by two years; one that comes rarely is looked at further ahead.
    for until in (moment.day + 2 * years, moment.day + _FAR):
        found = recurrence.coming(course, until, closed)
        if len(found) >= SHOWN:
            break
    return found


def _waits_for(course: Course, terms: AuditSeriesDetail) -> str:
    last = course.last
    return last.number if terms.after_months and terms.active and last and last.ended_on is None else ""
