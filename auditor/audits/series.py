"""Audits that recur: set up with the first one, opened by a job before each is due to start."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from peewee import IntegrityError

from auditor import activity
from auditor.access import Actor
from auditor.audits import trail
from auditor.audits.applying import Fitting, fitting
from auditor.audits.assigning import Appointee, NewAudit, assign, create
from auditor.audits.models import Audit, AuditSeries, AuditSeriesDetail
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
    """What the job did: audits opened, and series set aside with what was wrong."""

    audit_ids: list[int] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


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
            period_months=_months(new.period_from, new.period_to),
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

    Idempotent by the unique key of series and occurrence. A series that fails is set aside with its error.
    """
    moment = Moment.at(at)
    done = Opened()
    for terms in list(AuditSeriesDetail.standing(moment).where(AuditSeriesDetail.active)):
        try:
            for day in _due(terms, moment.day):
                audit = _open(actor, terms, day, at)
                if audit is not None:
                    done.audit_ids.append(audit.id)
                    reached(FailPoint.SERIES_OPENED)
        except Exception as error:
            _log.exception("series %s was set aside", terms.series_of_id)
            done.failed.append((terms.series_of_id, str(error)))
    return done


def _due(terms: AuditSeriesDetail, today: date) -> list[date]:
    days = occurrences(
        terms.recurrence, terms.first_on, terms.first_on, today + timedelta(days=terms.lead_days)
    )
    opened = Audit.select(Audit.occurrence).where(Audit.series_of == terms.series_of_id)
    known = {row.occurrence for row in opened}
    return [day for day in days if day.isoformat() not in known]


def _open(actor: Actor, terms: AuditSeriesDetail, day: date, at: datetime) -> Audit | None:
    """Open the audit of one occurrence; None when another process did."""
    series = AuditSeries.get_by_id(terms.series_of_id)
    subject = Subject.get_by_id(series.subject_id)
    moment = Moment.at(at)
    version = _version(series.catalogue_id, moment)
    codes = set(terms.codes)
    found = fitting(version, subject, moment)
    controls = [one for one in found.controls if one.code in codes]
    if not controls:
        raise RuleBroken(
            _l("None of the controls of the series is in the catalogue in use and applies to the subject.")
        )
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
    auditors = _independent(terms.auditors, subject, new, series.catalogue_id, codes, moment)
    opened = Audit.select().where(Audit.series_of == series.id, Audit.occurrence == day.isoformat())
    try:
        with activity.action(actor, at):
            if opened.exists():
                return None
            return create(
                actor, at, replace(new, auditors=auditors), subject, Fitting(controls, found.left_out)
            )
    except IntegrityError:
        if opened.exists():
            return None  # another process was first: its audit is the one
        raise


def _independent(
    person_ids: Collection[int],
    subject: Subject,
    new: NewAudit,
    catalogue_id: int,
    codes: Collection[str],
    moment: Moment,
) -> tuple[Appointee, ...]:
    """Return those of the series' auditors who work here and are independent this time."""
    judged = verdicts(person_ids, subject, new.period_from, new.period_to, catalogue_id, codes, moment)
    return tuple(
        Appointee(one) for one in person_ids if judged[one].independent and people.is_working(one, moment)
    )


def _version(catalogue_id: int, moment: Moment) -> int:
    row = CatalogueInUse.latest(moment, catalogue=catalogue_id)
    if row is None or row.version_id is None:
        raise RuleBroken(_l("The catalogue of the series is not in use any more."))
    return row.version_id


def _months(first: date, last: date) -> int:
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
