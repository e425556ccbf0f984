"""The job that opens the audits of a series before each is due to start."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from peewee import IntegrityError

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.audits import recurrence
from auditor.audits.applying import Fitting, fitting
from auditor.audits.assigning import Appointee, NewAudit, create
from auditor.audits.models import Audit
from auditor.audits.recurrence import Coming, Course
from auditor.audits.register import namable
from auditor.audits.results import AuditKind
from auditor.audits.verdicts import verdicts
from auditor.calendars import add_months
from auditor.catalogue.models import CatalogueInUse, Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.people import queries as people

_log = logging.getLogger(__name__)


@dataclass
class Opened:
    """What the job did: audits opened, the days on which some should have been, series set aside and why."""

    audit_ids: list[int] = field(default_factory=list)
    missed: list[date] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Due:
    """An audit of a series that is to be opened."""

    course: Course
    coming: Coming

    @property
    def place(self) -> tuple[date, int, date]:
        """What the audits are opened and numbered by, on whatever day the job runs."""
        return self.coming.opens_on, self.course.series.id, self.coming.day


def open_due(actor: Actor, at: datetime) -> Opened:
    """Open every audit of a running series that starts within its lead days, missed ones included, each once.

    A late run opens, in the same order, what runs on time would have, with the same numbers, periods, dates and
    controls; named are the auditors who are here and independent now. What somebody left out is not opened, and
    what somebody moved is opened for the dates agreed. Idempotent by the unique key of series and occurrence.
    A series that fails is set aside with its error.
    """
    today = clock.day_of(at)
    done = Opened()
    set_aside: set[int] = set()
    for due in _all_due(Moment.at(at), done):
        series = due.course.series.id
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
            done.missed += [due.coming.opens_on] if due.coming.opens_on < today else []
            reached(FailPoint.SERIES_OPENED)
    return done


def _all_due(moment: Moment, done: Opened) -> list[_Due]:
    found: list[_Due] = []
    closed = company.closed_days(moment)
    for series_id, course in recurrence.courses(moment).items():
        terms = course.terms_on(moment.day)
        if not terms.active:
            continue
        try:
            until = moment.day + timedelta(days=course.longest_lead)
            found += [
                _Due(course, one)
                for one in recurrence.coming(course, until, closed)
                if one.opens_on <= moment.day and not one.skipped
            ]
        except Exception as error:
            _fail(done, series_id, error)
    return sorted(found, key=lambda due: due.place)


def _fail(done: Opened, series: int, error: Exception) -> None:
    _log.exception("series %s was set aside", series)
    done.failed.append((series, str(error)))


def _open(actor: Actor, due: _Due, at: datetime) -> Audit | None:
    """Open the audit of one occurrence; None when another process did, or somebody just decided otherwise."""
    series, terms, day = due.course.series, due.coming.terms, due.coming.day
    subject = Subject.get_by_id(series.subject_id)
    version, found, moment = _taken(due, subject, at)
    # On the business days as they were known on the day of opening.
    dates = recurrence.planned(due.course, due.coming.key, day, company.closed_days(moment))
    new = NewAudit(
        subject_id=subject.id,
        kind=series.kind,
        version_id=version,
        control_ids=tuple(one.id for one in found.controls),
        period_from=add_months(day, -terms.period_months),
        period_to=day - timedelta(days=1),
        starts_on=dates.starts_on,
        due_on=dates.due_on,
        series_id=series.id,
        occurrence=day.isoformat(),
    )
    auditors = _independent(
        terms.auditors, subject, new, series.catalogue_id, set(terms.codes), Moment.at(at)
    )
    opened = Audit.select().where(Audit.series_of == series.id, Audit.occurrence == day.isoformat())
    try:
        with activity.action(actor, at):
            db.one_at_a_time(f"series {series.id}")
            if opened.exists() or _is_outdated(due, Moment.at(at)):
                return None
            return create(actor, at, replace(new, auditors=auditors), subject, found)
    except IntegrityError:
        if opened.exists():
            return None  # another process was first: its audit is the one
        raise


def _is_outdated(due: _Due, moment: Moment) -> bool:
    """Tell whether since the job looked somebody decided on this audit, or the one it follows is not the last."""
    now = recurrence.courses(moment, [due.course.series.id])[due.course.series.id]
    before, after = due.coming.decision, now.decisions.get(due.coming.key)
    if (before.id if before else None) != (after.id if after else None):
        return True
    return bool(due.coming.terms.after_months) and now.last != due.course.last


def _taken(due: _Due, subject: Subject, at: datetime) -> tuple[int, Fitting, Moment]:
    """Return the version and its controls as they were on the day of opening, and that moment.

    Where that day had nothing to audit by, as they are now. Raises RuleBroken where now has nothing either.
    """
    now, opens_on, terms = Moment.at(at), due.coming.opens_on, due.coming.terms
    series = due.course.series
    then = Moment.end_of(opens_on, at) if opens_on < now.day else now
    if then.instant < terms.recorded_at:
        then = now
    for moment in (then, now):
        version = _version(series.catalogue_id, moment)
        if version is None:
            continue
        found = fitting(version, subject, moment)
        controls = [one for one in found.controls if one.code in set(terms.codes)]
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
    """Return those of the series' auditors who work here and, but for a self-inspection, may audit this time."""
    if new.kind == AuditKind.SELF_INSPECTION:
        return tuple(Appointee(one) for one in person_ids if people.is_working(one, moment))
    judged = verdicts(person_ids, subject, new.period_from, new.period_to, catalogue_id, codes, moment)
    free = [one for one in person_ids if judged[one].independent and people.is_working(one, moment)]
    allowed = namable(free, new.starts_on, moment)
    return tuple(Appointee(one) for one in free if one in allowed)


def _version(catalogue_id: int, moment: Moment) -> int | None:
    row = CatalogueInUse.latest(moment, catalogue=catalogue_id)
    return None if row is None else row.version_id
