"""Audits that recur: set up with the first one, opened by a job before each is due to start."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from peewee import IntegrityError

from auditor import activity, clock
from auditor.access import Actor
from auditor.audits import trail
from auditor.audits.applying import Fitting, fitting
from auditor.audits.assigning import Appointee, NewAudit, assign, create
from auditor.audits.models import Audit, AuditSeries, AuditSeriesDetail
from auditor.audits.register import namable
from auditor.audits.results import AuditKind
from auditor.audits.verdicts import verdicts
from auditor.calendars import add_months, business_day, occurrences
from auditor.catalogue.models import CatalogueInUse, CatalogueVersion, Control, Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.people import queries as people

_log = logging.getLogger(__name__)
LEAD_DAYS = 30
RULES = {
    "yearly": "FREQ=YEARLY",
    "half_yearly": "FREQ=MONTHLY;INTERVAL=6",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
}


@dataclass(frozen=True)
class Recurrence:
    """How an audit comes again: an RFC 5545 rule counted from the start of the first."""

    rule: str
    lead_days: int = LEAD_DAYS


@dataclass
class Opened:
    """What the job did: audits opened, the days on which some should have been, series set aside and why."""

    audit_ids: list[int] = field(default_factory=list)
    missed: list[date] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Due:
    """An audit of a series that is to be opened; ``opens_on`` is the day on which the job was to do that."""

    opens_on: date
    terms: AuditSeriesDetail
    day: date

    @property
    def place(self) -> tuple[date, int, date]:
        """What the audits are opened and numbered by, on whatever day the job runs."""
        return self.opens_on, self.terms.series_of_id, self.day


def checked_rule(rule: str) -> str:
    """Return the rule in capitals. Raises RuleBroken for one that cannot be read or has no end in a day."""
    text = rule.strip().upper().removeprefix("RRULE:")
    try:
        rrulestr(text, dtstart=datetime.combine(date(2026, 1, 1), time()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RuleBroken(
            _l("The rule of recurrence cannot be read. An example: FREQ=MONTHLY;INTERVAL=4"), "rule"
        ) from error
    if not text.startswith("FREQ=") or text.split(";")[0].removeprefix("FREQ=") not in ("YEARLY", "MONTHLY"):
        raise RuleBroken(
            _l("An audit recurs by months or years. An example: FREQ=MONTHLY;INTERVAL=4"), "rule"
        )
    return text


def assign_recurring(actor: Actor, at: datetime, new: NewAudit, recurrence: Recurrence) -> Audit:
    """Assign the first audit and set up the series that opens the next ones. Raises RuleBroken as ``assign``."""
    rule = checked_rule(recurrence.rule)
    with activity.action(actor, at):
        version = CatalogueVersion.get_by_id(new.version_id)
        series = AuditSeries.create(
            subject=new.subject_id, catalogue=version.catalogue_id, kind=new.kind, created_at=at
        )
        codes = [row.code for row in Control.select().where(Control.id.in_(list(new.control_ids)))]
        AuditSeriesDetail.write(
            at,
            actor.person_id,
            series_of=series,
            recurrence=rule,
            first_on=new.starts_on,
            period_months=months(new.period_from, new.period_to),
            lead_days=recurrence.lead_days,
            due_days=(new.due_on - new.starts_on).days,
            codes=sorted(codes),
            auditors=[one.person_id for one in new.auditors],
        )
        activity.record(trail.SERIES_MADE, series=series.id, subject=new.subject_id)
        first = replace(new, series_id=series.id, occurrence=new.starts_on.isoformat())
        return assign(actor, at, first)


def stop_series(actor: Actor, at: datetime, series_id: int) -> bool:
    """Have no further audits opened; returns whether the series was running."""
    with activity.action(actor, at):
        latest = AuditSeriesDetail.latest(Moment.at(at), series_of=series_id)
        if latest is None or not latest.active:
            return False
        AuditSeriesDetail.write(
            at, actor.person_id, replaces=latest, series_of=series_id, **{**_terms(latest), "active": False}
        )
        activity.record(trail.SERIES_STOPPED, series=series_id)
        return True


def open_due(actor: Actor, at: datetime) -> Opened:
    """Open every audit of a running series that starts within its lead days, missed ones included, each once.

    A late run opens, in the same order, what runs on time would have, with the same numbers, periods, dates and
    controls; named are the auditors who are here and independent now. Idempotent by the unique key of series
    and occurrence. A series that fails is set aside with its error.
    """
    today = clock.day_of(at)
    done = Opened()
    set_aside: set[int] = set()
    for due in _all_due(Moment.at(at), done):
        series = due.terms.series_of_id
        if series in set_aside:
            continue
        try:
            audit = _open(actor, due, at)
        except Exception as error:
            set_aside.add(series)
            _fail(done, series, error)
            continue
        if audit is not None:
            done.audit_ids.append(audit.id)
            done.missed += [due.opens_on] if due.opens_on < today else []
            reached(FailPoint.SERIES_OPENED)
    return done


def _all_due(moment: Moment, done: Opened) -> list[_Due]:
    found: list[_Due] = []
    for terms in list(AuditSeriesDetail.standing(moment).where(AuditSeriesDetail.active)):
        try:
            found += _due(terms, moment.day)
        except Exception as error:
            _fail(done, terms.series_of_id, error)
    return sorted(found, key=lambda due: due.place)


def _fail(done: Opened, series: int, error: Exception) -> None:
    _log.exception("series %s was set aside", series)
    done.failed.append((series, str(error)))


def _due(terms: AuditSeriesDetail, today: date) -> list[_Due]:
    lead = timedelta(days=terms.lead_days)
    days = occurrences(terms.recurrence, terms.first_on, terms.first_on, today + lead)
    opened = Audit.select(Audit.occurrence).where(Audit.series_of == terms.series_of_id)
    known = {row.occurrence for row in opened}
    made_on = clock.day_of(terms.recorded_at)
    return [_Due(max(day - lead, made_on), terms, day) for day in days if day.isoformat() not in known]


def _open(actor: Actor, due: _Due, at: datetime) -> Audit | None:
    """Open the audit of one occurrence; None when another process did."""
    terms, day = due.terms, due.day
    series = AuditSeries.get_by_id(terms.series_of_id)
    subject = Subject.get_by_id(series.subject_id)
    version, found, moment = _taken(due, series, subject, at)
    controls = found.controls
    closed = company.closed_days(moment)
    starts = business_day(day, closed=closed)
    new = NewAudit(
        subject_id=subject.id,
        kind=series.kind,
        version_id=version,
        control_ids=tuple(one.id for one in controls),
        period_from=add_months(day, -terms.period_months),
        period_to=day - timedelta(days=1),
        starts_on=starts,
        due_on=business_day(starts + timedelta(days=terms.due_days), closed=closed),
        series_id=series.id,
        occurrence=day.isoformat(),
    )
    auditors = _independent(
        terms.auditors, subject, new, series.catalogue_id, set(terms.codes), Moment.at(at)
    )
    opened = Audit.select().where(Audit.series_of == series.id, Audit.occurrence == day.isoformat())
    try:
        with activity.action(actor, at):
            if opened.exists():
                return None
            return create(actor, at, replace(new, auditors=auditors), subject, found)
    except IntegrityError:
        if opened.exists():
            return None  # another process was first: its audit is the one
        raise


def _taken(due: _Due, series: AuditSeries, subject: Subject, at: datetime) -> tuple[int, Fitting, Moment]:
    """Return the version and its controls as they were on the day of opening, and that moment.

    Where that day had nothing to audit by, as they are now. Raises RuleBroken where now has nothing either.
    """
    now = Moment.at(at)
    then = Moment.end_of(due.opens_on, at) if due.opens_on < now.day else now
    if then.instant < due.terms.recorded_at:
        then = now
    for moment in (then, now):
        version = _version(series.catalogue_id, moment)
        if version is None:
            continue
        found = fitting(version, subject, moment)
        controls = [one for one in found.controls if one.code in set(due.terms.codes)]
        if controls:
            return version, Fitting(controls, found.left_out), moment
    if _version(series.catalogue_id, now) is None:
        raise RuleBroken(_l("The catalogue of the series is not in use any more."))
    raise RuleBroken(
        _l("None of the controls of the series is in the catalogue in use and applies to the subject.")
    )


def _independent(
    person_ids: Collection[int],
    subject: Subject,
    new: NewAudit,
    catalogue_id: int,
    codes: Collection[str],
    moment: Moment,
) -> tuple[Appointee, ...]:
    """Return those of the series' auditors who work here and, but for a self-inspection, may be named and are independent this time."""
    if new.kind == AuditKind.SELF_INSPECTION:
        return tuple(Appointee(one) for one in person_ids if people.is_working(one, moment))
    judged = verdicts(person_ids, subject, new.period_from, new.period_to, catalogue_id, codes, moment)
    free = [one for one in person_ids if judged[one].independent and people.is_working(one, moment)]
    allowed = namable(free, new.starts_on, moment)
    return tuple(Appointee(one) for one in free if one in allowed)


def _version(catalogue_id: int, moment: Moment) -> int | None:
    row = CatalogueInUse.latest(moment, catalogue=catalogue_id)
    return None if row is None else row.version_id


def months(first: date, last: date) -> int:
    """Return how many months a period has, begun ones included, and at least one."""
    return max(
        1, (last.year - first.year) * 12 + last.month - first.month + (1 if last.day >= first.day else 0)
    )


def _terms(row: AuditSeriesDetail) -> dict[str, Any]:
    names = (
        "recurrence",
        "first_on",
        "period_months",
        "lead_days",
        "due_days",
        "codes",
        "auditors",
        "active",
    )
    return {name: getattr(row, name) for name in names}
