"""Opens the checks of approved programmes as their dates come near: each once, late ones included."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from peewee import IntegrityError

from auditor import activity, clock, db
from auditor.access import Actor, Role
from auditor.accounts import queries as accounts
from auditor.audits.applying import Fitting, fitting
from auditor.audits.assigning import Appointee, NewAudit, create
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.models import Audit
from auditor.audits.programme import naming, notices, queries, trail
from auditor.audits.programme.models import (
    Programme,
    ProgrammeEntry,
    ProgrammeEntryDetail,
    ProgrammeOpening,
    ProgrammeState,
)
from auditor.audits.programme.words import PLANNED, State
from auditor.audits.results import AUDITS
from auditor.audits.verdicts import verdicts
from auditor.calendars import add_months
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.people import queries as people

_log = logging.getLogger(__name__)


@dataclass
class Opened:
    """What the job did: checks opened, the days on which some should have been, entries set aside and why."""

    audit_ids: list[int] = field(default_factory=list)
    missed: list[date] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Due:
    """An entry that is to become a check; ``opens_on`` is the day on which the job was to do that."""

    opens_on: date
    entry: ProgrammeEntry
    detail: ProgrammeEntryDetail
    programme: Programme

    @property
    def place(self) -> tuple[date, int]:
        return self.opens_on, int(self.entry.id)


def open_planned(actor: Actor, at: datetime) -> Opened:
    """Open every check of an approved programme that begins within its lead time, missed ones included.

    Dates and periods are those of the plan, on whatever day the job runs. Auditors are those who are here and
    independent now; the head of audit is told of the others. Self-inspections open together, table by table.
    Idempotent by the unique link from the entry. An entry that fails is set aside with its error.
    """
    today = clock.day_of(at)
    done = Opened()
    every = _all_due(Moment.at(at))
    together = _together(actor, every, at)
    for due in every:
        try:
            audit = together.get(due.entry.id) or _open(actor, due, at)
        except Exception as error:
            _log.exception("entry %s of a programme was set aside", due.entry.id)
            done.failed.append((due.entry.id, str(error)))
            continue
        if audit is not None:
            done.audit_ids.append(audit.id)
            done.missed += [due.opens_on] if due.opens_on < today else []
    return done


def _all_due(moment: Moment) -> list[_Due]:
    found: list[_Due] = []
    approved = ProgrammeState.standing(moment).where(ProgrammeState.state == State.APPROVED.value)
    for state in list(approved):
        programme = Programme.get_by_id(state.programme_id)
        terms = queries.terms_of(programme, moment)
        furthest = moment.day + timedelta(days=max(terms.audit_lead_days, terms.inspection_lead_days))
        opened = ProgrammeOpening.select(ProgrammeOpening.entry)
        entries = ProgrammeEntry.select(ProgrammeEntry.id).where(
            ProgrammeEntry.programme == programme.id, ProgrammeEntry.id.not_in(opened)
        )
        rows = (
            ProgrammeEntryDetail.standing(moment, ProgrammeEntryDetail.entry.in_(entries))
            .select(ProgrammeEntryDetail, ProgrammeEntry)
            .join(ProgrammeEntry)
            .where(ProgrammeEntryDetail.state == PLANNED, ProgrammeEntryDetail.starts_on <= furthest)
        )
        for row in rows:
            lead = terms.audit_lead_days if row.entry.kind in AUDITS else terms.inspection_lead_days
            opens_on = max(row.starts_on - timedelta(days=lead), clock.day_of(state.recorded_at))
            if opens_on <= moment.day:
                found.append(_Due(opens_on, row.entry, row, programme))
    return sorted(found, key=lambda due: due.place)


def _together(actor: Actor, every: Sequence[_Due], at: datetime) -> dict[int, Audit]:
    """Open the self-inspections of each programme in one action; returns them by entry.

    None of a programme where one of them fails or another process is at it too: then each is opened by itself.
    """
    found: dict[int, Audit] = {}
    by_programme: dict[int, list[_Due]] = {}
    for due in every:
        if due.entry.kind not in AUDITS:
            by_programme.setdefault(due.programme.id, []).append(due)
    for programme_id, dues in by_programme.items():
        try:
            with activity.action(actor, at):
                opened = open_inspections(actor, at, [_planned_inspection(due, at) for due in dues])
                made = dict(zip([due.entry.id for due in dues], opened, strict=True))
                ProgrammeOpening.add_many(
                    {"entry": entry, "audit": audit.id, "opened_at": at} for entry, audit in made.items()
                )
                activity.record(trail.OPENED_TOGETHER, programme=programme_id, inspections=len(made))
        except (IntegrityError, RuleBroken):
            continue
        found |= made
    return found


def _open(actor: Actor, due: _Due, at: datetime) -> Audit | None:
    """Open one entry; None when another process did."""
    entry, opened = due.entry, ProgrammeOpening.select().where(ProgrammeOpening.entry == due.entry.id)
    try:
        with activity.action(actor, at):
            db.one_at_a_time(f"programme entry {entry.id}")
            if opened.exists():
                return None
            audit = _audit(actor, due, at) if entry.kind in AUDITS else _inspection(actor, due, at)
            ProgrammeOpening.create(entry=entry.id, audit=audit.id, opened_at=at)
            activity.record(trail.OPENED, programme=due.programme.id, entry=entry.id, audit=audit.id)
            return audit
    except IntegrityError:
        if opened.exists():
            return None  # another process was first: its check is the one
        raise


def _audit(actor: Actor, due: _Due, at: datetime) -> Audit:
    subject = Subject.get_by_id(due.entry.subject_id)
    version, found = _taken(due, subject, at)
    new = _new(due, version, found)
    now = Moment.at(at)
    planned = list(due.detail.people)
    judged = verdicts(
        planned, subject, new.period_from, new.period_to, due.entry.catalogue_id, list(due.detail.codes), now
    )
    working = people.working(planned, now)
    kept = [one for one in planned if one in working and judged[one].independent]
    audit = create(
        actor,
        at,
        replace(new, auditors=tuple(Appointee(one, place == 0) for place, one in enumerate(kept))),
        subject,
        found,
    )
    if dropped := [one for one in planned if one not in kept]:
        notices.tell_not_named(audit.id, dropped, accounts.holders(Role.HEAD_OF_AUDIT, now), at)
    return audit


def _inspection(actor: Actor, due: _Due, at: datetime) -> Audit:
    (audit,) = open_inspections(actor, at, [_planned_inspection(due, at)])
    return audit


def _planned_inspection(due: _Due, at: datetime) -> NewAudit:
    """Return the self-inspection as it is planned, with those of the persons named who are still here."""
    version, found = _taken(due, Subject.get_by_id(due.entry.subject_id), at)
    working = people.working(due.detail.people, Moment.at(at)) if due.detail.people else set()
    named = tuple(Appointee(one) for one in due.detail.people if one in working)
    return replace(_new(due, version, found), auditors=named)


def _new(due: _Due, version: int, found: Fitting) -> NewAudit:
    """Return the check as it is planned; a self-inspection looks back on the month, an audit on the year before."""
    starts = due.detail.starts_on
    first, last = naming.period_of(starts)
    if due.entry.kind not in AUDITS:
        first, last = add_months(starts, -1), starts - timedelta(days=1)
    return NewAudit(
        subject_id=due.entry.subject_id,
        kind=due.entry.kind,
        version_id=version,
        control_ids=tuple(one.id for one in found.controls),
        period_from=first,
        period_to=last,
        starts_on=starts,
        due_on=due.detail.due_on,
    )


def _taken(due: _Due, subject: Subject, at: datetime) -> tuple[int, Fitting]:
    """Return the version and the controls as they were on the day of opening, or else as they are now.

    Raises RuleBroken where now has nothing either.
    """
    now = Moment.at(at)
    then = Moment.end_of(due.opens_on, at) if due.opens_on < now.day else now
    codes: set[Any] = set(due.detail.codes)
    for moment in (then, now):
        version = catalogue.version_in_use(due.entry.catalogue_id, moment)
        if version is None:
            continue
        found = fitting(version.id, subject, moment)
        controls = [one for one in found.controls if one.code in codes]
        if controls:
            left_out = [one for one in found.left_out if one.control.code in codes]
            return version.id, Fitting(controls, left_out)
    raise RuleBroken(
        _l("None of the planned controls is in the catalogue in use and applies to the subject.")
    )


def take_as(actor: Actor, at: datetime, programme: Programme, entry: ProgrammeEntry, audit: Audit) -> None:
    """Have an audit that was assigned by hand stand for a planned check of the same subject.

    Raises RuleBroken for another subject or kind of check, and where either stands for something already.
    """
    if audit.subject_id != entry.subject_id or (audit.kind in AUDITS) != (entry.kind in AUDITS):
        raise RuleBroken(_l("This audit is not of the same subject and kind as the planned check."), "audit")
    try:
        with activity.action(actor, at):
            ProgrammeOpening.create(entry=entry.id, audit=audit.id, opened_at=at)
            activity.record(trail.LINKED, programme=programme.id, entry=entry.id, audit=audit.id)
    except IntegrityError as error:
        raise RuleBroken(
            _l("The planned check or the audit belongs to another one already. Nothing was changed."), "audit"
        ) from error
