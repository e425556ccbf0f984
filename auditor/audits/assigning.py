"""Assigns an audit: subject, controls, period, dates, and auditors who are independent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, clock, db
from auditor.access import Actor, Permission
from auditor.audits import applying, trail
from auditor.audits.applying import Fitting
from auditor.audits.independence import Ground, Verdict
from auditor.audits.inspections import notices as inspections
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditPlan, AuditState
from auditor.audits.notices import tell_assigned
from auditor.audits.register import check_registered
from auditor.audits.results import AuditKind, State
from auditor.audits.verdicts import reasons, verdicts
from auditor.catalogue.models import CatalogueVersion, Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _l, current
from auditor.people import queries as people

_ATTEMPTS = 20  # two who assign at once take the same number; the second tries the next one


@dataclass(frozen=True)
class Appointee:
    """Somebody to audit; ``override_reason`` says why although not independent."""

    person_id: int
    lead: bool = False
    override_reason: str = ""


@dataclass(frozen=True)
class NewAudit:
    """What is to be audited, how, by whom and when. The audited period has both its days."""

    subject_id: int
    kind: str
    version_id: int
    control_ids: tuple[int, ...]
    period_from: date
    period_to: date
    starts_on: date
    due_on: date
    auditors: tuple[Appointee, ...] = ()
    series_id: int | None = None
    occurrence: str | None = None


def assign(actor: Actor, at: datetime, new: NewAudit) -> Audit:
    """Create the audit with its plan, items and auditors, and tell the auditors.

    Raises RuleBroken for dates out of order, controls that do not fit the subject, nobody to audit, the
    actor's own unit, and for an auditor who is not independent, unless the actor may override that and gave
    a reason.
    """
    check_dates(new.period_from, new.period_to, new.starts_on, new.due_on)
    if new.kind not in list(AuditKind):
        raise RuleBroken(_l("Choose the kind of audit."), "kind")
    if not new.auditors and new.kind != AuditKind.SELF_INSPECTION:
        raise RuleBroken(_l("Choose at least one auditor."), "auditors")
    subject = Subject.get_or_none(Subject.id == new.subject_id)
    if subject is None:
        raise RuleBroken(_l("Choose what is audited from the list."), "subject")
    check_assigner(actor, at, subject)
    with activity.action(actor, at):
        found = applying.fitting(new.version_id, subject, Moment.at(at))
        controls = applying.chosen(found, new.control_ids)
        return create(actor, at, new, subject, Fitting(controls, found.left_out))


def create(actor: Actor, at: datetime, new: NewAudit, subject: Subject, taken: Fitting) -> Audit:
    """Write the rows of an audit whose terms have been checked, inside the running action.

    ``taken`` names the controls that become items, and those that are left out since they do not apply.
    """
    controls = taken.controls
    version = CatalogueVersion.get_by_id(new.version_id)
    judged = {one.person_id: Verdict(one.person_id) for one in new.auditors}
    if new.kind != AuditKind.SELF_INSPECTION:
        judged = check_independence(
            actor,
            at,
            subject,
            (new.period_from, new.period_to),
            version.catalogue_id,
            [control.code for control in controls],
            new.auditors,
        )
        check_registered([one.person_id for one in new.auditors], new.starts_on, Moment.at(at))
    audit = _numbered(new, at)
    by = actor.person_id
    AuditState.write(at, by, audit=audit, state=State.PLANNED.value)
    AuditPlan.write(at, by, audit=audit, starts_on=new.starts_on, due_on=new.due_on)
    AuditItem.add_many(
        {"audit": audit.id, "control": control.id, "position": place}
        for place, control in enumerate(controls, 1)
    )
    applying.record(audit, taken.left_out)
    for appointee in with_lead(new.auditors):
        appoint(actor, at, audit, appointee, judged[appointee.person_id], None)
    activity.record(
        trail.ASSIGNED,
        audit=audit.id,
        subject=subject.id,
        items=len(controls),
        auditors=[one.person_id for one in new.auditors],
    )
    if new.kind == AuditKind.SELF_INSPECTION:
        inspections.tell_assigned([audit], at)
    else:
        tell_assigned(audit.id, [one.person_id for one in new.auditors], at)
    return audit


def check_assigner(actor: Actor, at: datetime, subject: Subject) -> None:
    """Raise RuleBroken where the administrator would name the auditors of the own unit.

    That audit is the head of audit's alone (design §1), unless the company is so small that the administrator
    audits too.
    """
    moment = Moment.at(at)
    if actor.person_id is None or actor.everywhere(Permission.INDEPENDENCE_OVERRIDE):
        return
    if company.setting("administrator_may_audit", moment):
        return
    verdict = verdicts([actor.person_id], subject, moment.day, moment.day, 0, [], moment)[actor.person_id]
    if any(one.ground in (Ground.OWN_UNIT, Ground.SUBJECT_OWNER) for one in verdict.conflicts):
        raise RuleBroken(
            _l("This is your own department. The head of audit assigns its audit and names the auditors."),
            "subject",
        )


def appoint(
    actor: Actor,
    at: datetime,
    audit: Audit,
    appointee: Appointee,
    verdict: Verdict,
    before: AuditAssignee | None,
) -> None:
    """Write that the person audits here; an override keeps its reason and author."""
    overridden = not verdict.independent
    AuditAssignee.write(
        at,
        actor.person_id,
        replaces=before,
        audit=audit,
        person=appointee.person_id,
        lead=appointee.lead,
        held=True,
        override_reason=appointee.override_reason.strip() if overridden else "",
        overridden_by=actor.person_id if overridden else None,
    )
    if overridden:
        activity.record(trail.OVERRIDDEN, audit=audit.id, person=appointee.person_id)


def check_independence(
    actor: Actor,
    at: datetime,
    subject: Subject,
    period: tuple[date, date],
    catalogue_id: int,
    codes: Collection[str],
    appointees: Collection[Appointee],
) -> dict[int, Verdict]:
    """Return the verdict on each appointee.

    Raises RuleBroken, naming the person, the unit and the dates, for one who is not independent without a
    reason of somebody who may override, and for one who does not work here any more.
    """
    moment = Moment.at(at)
    persons = [one.person_id for one in appointees]
    judged = verdicts(persons, subject, *period, catalogue_id, codes, moment)
    for one in appointees:
        if not people.is_working(one.person_id, moment):
            raise RuleBroken(
                _("%(person)s does not work here any more.", person=people.name(one.person_id, moment)),
                "auditors",
            )
        verdict = judged[one.person_id]
        overriding = actor.everywhere(Permission.INDEPENDENCE_OVERRIDE) and one.override_reason.strip()
        if not verdict.independent and not overriding:
            raise RuleBroken(_refusal(verdict, moment), "auditors")
    return judged


def _refusal(verdict: Verdict, moment: Moment) -> str:
    sentence: str = _(
        "%(person)s cannot audit here: %(reasons)s Choose somebody else, or have the head of audit give a reason.",
        person=people.name(verdict.person_id, moment),
        reasons=" ".join(reasons(verdict.conflicts, people.tree(moment), current())),
    )
    return sentence


def with_lead(appointees: Sequence[Appointee]) -> list[Appointee]:
    """Return the appointees with exactly one lead: the one marked, else the first."""
    marked = next(
        (one.person_id for one in appointees if one.lead), appointees[0].person_id if appointees else 0
    )
    return [replace(one, lead=one.person_id == marked) for one in appointees]


def check_dates(period_from: date, period_to: date, starts_on: date, due_on: date) -> None:
    """Raise RuleBroken where a date lies before the one it must follow."""
    if period_to < period_from:
        raise RuleBroken(
            _l("The audited period ends before it begins. Correct one of the two dates."), "period_to"
        )
    if due_on < starts_on:
        raise RuleBroken(_l("The audit is due before it starts. Correct one of the two dates."), "due_on")


def _numbered(new: NewAudit, at: datetime) -> Audit:
    """Insert the audit under the next free number of the fiscal year it starts in (A26-01; a self-inspection S26-01)."""
    label = company.fiscal_year_at(new.starts_on, Moment.at(at)).label
    letter = "S" if new.kind == AuditKind.SELF_INSPECTION else "A"
    prefix = f"{letter}{label % 100:02d}-"
    taken: Any = Audit.select(Audit.number).where(Audit.number.startswith(prefix)).tuples()
    place = max((int(number.rpartition("-")[2]) for (number,) in taken), default=0) + 1
    for number in range(place, place + _ATTEMPTS):
        try:
            with db.transaction():
                return Audit.create(
                    number=f"{prefix}{number:02d}",
                    kind=new.kind,
                    subject=new.subject_id,
                    version=new.version_id,
                    fiscal_year=label,
                    period_from=new.period_from,
                    period_to=new.period_to,
                    series_of=new.series_id,
                    occurrence=new.occurrence,
                    created_at=at,
                )
        except IntegrityError:
            if not Audit.select().where(Audit.number == f"{prefix}{number:02d}").exists():
                raise
    raise RuleBroken(_l("Many audits are being assigned at this moment. Nothing was saved. Try again."))


def default_dates(at: datetime) -> tuple[date, date]:
    """Return the audited period offered first: the fiscal year so far."""
    today = clock.day_of(at)
    return company.fiscal_year_at(today, Moment.at(at)).first, today
