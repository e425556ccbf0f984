"""Audits that recur: set up with the first one, on terms that can change from a day on, and stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from dateutil.rrule import rrulestr

from auditor import activity
from auditor.access import Actor, Permission
from auditor.audits import trail
from auditor.audits.assigning import NewAudit, assign
from auditor.audits.models import Audit, AuditSeries, AuditSeriesDetail
from auditor.audits.recurrence import Direction
from auditor.catalogue.models import CatalogueVersion, Control, Subject
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound, RuleBroken, Stale
from auditor.language import _l
from auditor.people import queries as people

LEAD_DAYS = 30
LONGEST_LEAD, LONGEST_DUE, MOST_MONTHS = 365, 365, 120
RULES = {
    "yearly": "FREQ=YEARLY",
    "half_yearly": "FREQ=MONTHLY;INTERVAL=6",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
}


@dataclass(frozen=True)
class Recurrence:
    """How an audit comes again: an RFC 5545 rule counted from the start of the first, or months after the last."""

    rule: str = ""
    lead_days: int = LEAD_DAYS
    direction: str = Direction.LATER.value
    after_months: int | None = None  # after the last one was completed; then there is no rule


@dataclass(frozen=True)
class Terms:
    """What can change of a series from a day on."""

    lead_days: int
    due_days: int
    direction: str
    auditors: tuple[int, ...]


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
    if recurrence.after_months is not None and not 1 <= recurrence.after_months <= MOST_MONTHS:
        raise RuleBroken(_l("Enter a number of months from 1 to %(most)s.", most=MOST_MONTHS), "after_months")
    rule = "" if recurrence.after_months else checked_rule(recurrence.rule)
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
            after_months=recurrence.after_months,
            direction=Direction(recurrence.direction).value,
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


def change_terms(
    actor: Actor, at: datetime, series_id: int, terms: Terms, from_day: date, based_on: int
) -> AuditSeriesDetail:
    """Have the audits whose rule's date lies on ``from_day`` or later follow other terms; no date of the rule moves.

    Raises RuleBroken for a day before today or before the last change, terms out of bounds and nobody to
    audit, Stale when somebody else changed the terms meanwhile.
    """
    moment = Moment.at(at)
    _check_terms(terms, moment)
    with activity.action(actor, at):
        latest = last_terms(series_id)
        mine = {
            "lead_days": terms.lead_days,
            "due_days": terms.due_days,
            "direction": Direction(terms.direction).value,
            "auditors": list(terms.auditors),
        }
        if latest.id != based_on:
            theirs = {name: getattr(latest, name) for name in mine}
            raise Stale(
                {**theirs, "by": latest.recorded_by, "at": latest.recorded_at, "row": latest.id}, mine
            )
        if not latest.active:
            raise RuleBroken(_l("The series has been stopped. Set up a new one with its next audit."))
        if from_day < max(moment.day, latest.valid_from):
            raise RuleBroken(
                _l("Enter today or a later day, not before the last change of the terms."), "from_day"
            )
        row = AuditSeriesDetail.write(
            at, actor.person_id, from_day, replaces=latest, series_of=series_id, **{**_terms(latest), **mine}
        )
        activity.record(trail.SERIES_CHANGED, series=series_id, valid_from=from_day.isoformat(), row=row.id)
    return row


def _check_terms(terms: Terms, moment: Moment) -> None:
    if not 0 <= terms.lead_days <= LONGEST_LEAD:
        raise RuleBroken(_l("Enter a number of days from 0 to %(most)s.", most=LONGEST_LEAD), "lead_days")
    if not 0 <= terms.due_days <= LONGEST_DUE:
        raise RuleBroken(_l("Enter a number of days from 0 to %(most)s.", most=LONGEST_DUE), "due_days")
    if not terms.auditors:
        raise RuleBroken(_l("Choose at least one auditor."), "auditors")
    if set(terms.auditors) - people.working(terms.auditors, moment):
        raise RuleBroken(_l("Choose auditors who work here."), "auditors")


def last_terms(series_id: int) -> AuditSeriesDetail:
    """Return the terms written last, whatever day they hold from. Raises NotFound for no such series."""
    row: AuditSeriesDetail | None = (
        AuditSeriesDetail.select()
        .where(AuditSeriesDetail.series_of == series_id)
        .order_by(AuditSeriesDetail.id.desc())
        .first()
    )
    if row is None:
        raise NotFound
    return row


def series_for(actor: Actor, series_id: int, permission: Permission) -> AuditSeries:
    """Return the series with its subject, for ``permission``.

    Raises NotFound for who does not see all audits, Forbidden for who may see but not do that.
    """
    series: AuditSeries | None = (
        AuditSeries.select(AuditSeries, Subject).join(Subject).where(AuditSeries.id == series_id).first()
    )
    if series is None or not actor.everywhere(Permission.AUDIT_READ):
        raise NotFound
    if not actor.everywhere(permission):
        raise Forbidden
    return series


def stop_series(actor: Actor, at: datetime, series_id: int) -> bool:
    """Have no further audits opened; returns whether the series was running."""
    with activity.action(actor, at):
        latest = last_terms(series_id)
        if not latest.active:
            return False
        AuditSeriesDetail.write(
            at, actor.person_id, replaces=latest, series_of=series_id, **{**_terms(latest), "active": False}
        )
        activity.record(trail.SERIES_STOPPED, series=series_id)
        return True


def months(first: date, last: date) -> int:
    """Return how many months a period has, begun ones included, and at least one."""
    return max(
        1, (last.year - first.year) * 12 + last.month - first.month + (1 if last.day >= first.day else 0)
    )


def _terms(row: AuditSeriesDetail) -> dict[str, Any]:
    names = (
        "recurrence",
        "after_months",
        "direction",
        "first_on",
        "period_months",
        "lead_days",
        "due_days",
        "codes",
        "auditors",
        "active",
    )
    return {name: getattr(row, name) for name in names}
