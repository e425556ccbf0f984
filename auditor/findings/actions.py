"""Records findings, changes what is said of them, withdraws them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from peewee import IntegrityError, fn

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.audits.models import AuditItem
from auditor.audits.results import AuditKind
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings import notices  # noqa: F401  registers the words of our notices
from auditor.findings.beside import about
from auditor.findings.flow import detail_of, locked, move, must_be_seen, must_stand
from auditor.findings.models import Finding, FindingDetail, FindingState
from auditor.findings.states import OPEN_STATES, Grade, Source, State
from auditor.findings.telling import department_side, head_of, tell
from auditor.language import _l

RECORDED = activity.event_type("finding.recorded", _l("Finding recorded"), "finding", "item")
CHANGED = activity.event_type("finding.changed", _l("Finding changed"), "finding")
WITHDRAWN = activity.event_type("finding.withdrawn", _l("Finding withdrawn"), "finding")


def record(
    actor: Actor,
    at: datetime,
    *,
    title: str,
    facts: str,
    grade: Grade,
    department_id: int,
    due_on: date,
    subject_id: int | None = None,
    item: AuditItem | None = None,
    control_id: int | None = None,
    found_on: date | None = None,
    source: Source = Source.OTHER,
    once: str | None = None,
) -> Finding:
    """Record a finding and tell whoever answers for the department.

    With ``item`` its control, the audit's subject and the source are taken from the audit; without it
    ``subject_id`` is needed. ``once`` names the form that was sent: sent twice, the first finding is
    returned. Raises RuleBroken when the item has a finding already that was not withdrawn, or the dates cannot be.
    """
    today = clock.day_of(at)
    if once and (before := Finding.get_or_none(Finding.once == once)) is not None:
        found: Finding = before
        return found
    _check_dates(due_on, found_on, today)
    if item is not None:
        subject_id, control_id = item.audit.subject_id, item.control_id
        inspected = item.audit.kind == AuditKind.SELF_INSPECTION
        source = Source.SELF_INSPECTION if inspected else Source.AUDIT
    with activity.action(actor, at):
        if item is not None and (taken := _standing_about(item)) is not None:
            raise RuleBroken(_already(taken))
        finding = _numbered(
            at,
            source=source.value,
            item=item,
            control=control_id,
            subject=subject_id,
            found_on=found_on or today,
            found_by=actor.person_id,
            recorded_at=at,
            once=once,
        )
        FindingDetail.write(
            at,
            actor.person_id,
            finding=finding,
            title=title,
            facts=facts,
            grade=grade.value,
            department=department_id,
            due_on=due_on,
        )
        FindingState.write(at, actor.person_id, finding=finding, state=State.RECORDED.value)
        activity.record(RECORDED, finding=finding.id, item=finding.item_id)
        tell("finding_recorded", finding, head_of(finding, Moment.at(at)), 1, at, actor)
        return finding


def _check_dates(due_on: date, found_on: date | None, today: date) -> None:
    if due_on < today:
        raise RuleBroken(_l("The due date is in the past. Choose today or a later day."), "due_on")
    if found_on and found_on > today:
        raise RuleBroken(
            _l("The day it was found is in the future. Enter today or an earlier day."), "found_on"
        )


def change(
    actor: Actor,
    at: datetime,
    finding: Finding,
    *,
    title: str,
    facts: str,
    grade: Grade,
    department_id: int,
    reason: str,
    seen: int | None = None,
) -> None:
    """Change what is said of an open finding, with the reason; a new department's head is told.

    Raises Stale when somebody changed it since ``seen`` (the id of the FindingDetail shown).
    """
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, *OPEN_STATES)
        now = detail_of(finding, Moment.at(at))
        values: dict[str, Any] = {
            "title": title,
            "facts": facts,
            "grade": grade.value,
            "department_id": department_id,
        }
        must_be_seen(now, seen, {"title": title, "facts": facts, "grade": grade.value})
        if all(getattr(now, name) == value for name, value in values.items()):
            return
        row = FindingDetail.write(
            at, actor.person_id, replaces=now, finding=finding, due_on=now.due_on, reason=reason, **values
        )
        activity.record(CHANGED, finding=finding.id)
        if department_id != now.department_id:
            tell("finding_recorded", finding, head_of(finding, Moment.at(at)), row.id, at, actor)


def withdraw(actor: Actor, at: datetime, finding: Finding, reason: str, seen: int | None = None) -> None:
    """Take the finding back with a reason; it stays readable and counts as withdrawn."""
    with activity.action(actor, at):
        finding = locked(finding)
        told = department_side(finding, Moment.at(at))
        move(actor, at, finding, State.WITHDRAWN, reason, seen)
        activity.record(WITHDRAWN, finding=finding.id)
        tell("finding_withdrawn", finding, told, 1, at, actor)


def _standing_about(item: AuditItem) -> Finding | None:
    """Return the finding about an item that was not withdrawn; of two who record at once the second waits."""
    if not db.is_sqlite():
        AuditItem.select(AuditItem.id).where(AuditItem.id == item.id).for_update().get()
    return about(item)


def _already(finding: Finding) -> Any:
    return _l("This item has a finding already: %(number)s. Nothing was recorded.", number=finding.number)


def _numbered(at: datetime, **values: Any) -> Finding:
    """Create the finding under the next number of its fiscal year; of two at once both get one."""
    label = company.fiscal_year_at(clock.day_of(at), Moment.at(at)).label
    prefix = f"F{label % 100:02d}-"
    last = (
        Finding.select(Finding.number)
        .where(Finding.fiscal_year == label)
        .order_by(fn.LENGTH(Finding.number).desc(), Finding.number.desc())
        .scalar()
    )
    number = int(last.removeprefix(prefix)) if last else 0
    while True:
        number += 1
        try:
            with db.transaction():
                created: Finding = Finding.create(
                    number=f"{prefix}{number:03d}", fiscal_year=label, current_state=State.RECORDED, **values
                )
                return created
        except IntegrityError:
            if values["once"] and (twin := Finding.get_or_none(Finding.once == values["once"])) is not None:
                raise RuleBroken(_already(twin)) from None
            if not Finding.select().where(Finding.number == f"{prefix}{number:03d}").exists():
                raise
