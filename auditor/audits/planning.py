"""Changes who audits and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from auditor import activity
from auditor.access import Actor
from auditor.audits import notices, queries, trail
from auditor.audits.assigning import (
    Appointee,
    appoint,
    check_assigner,
    check_independence,
    with_lead,
)
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditPlan
from auditor.audits.register import check_registered
from auditor.audits.results import EDITABLE, State
from auditor.catalogue.models import CatalogueVersion, Control
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l


def move_plan(
    actor: Actor, at: datetime, audit: Audit, starts_on: date, due_on: date, reason: str, based_on: int
) -> AuditPlan:
    """Write new dates with their reason; ``based_on`` is the id of the plan that was seen.

    Raises RuleBroken for dates out of order or no reason, Stale when somebody else moved them meanwhile.
    """
    if due_on < starts_on:
        raise RuleBroken(_l("The audit is due before it starts. Correct one of the two dates."), "due_on")
    if not reason.strip():
        raise RuleBroken(_l("Write why the dates move. The reason stays in the history."), "reason")
    require_open(audit)
    with activity.action(actor, at):
        latest = queries.plan_of(audit.id, Moment.at(at))
        mine: dict[str, Any] = {"starts_on": starts_on, "due_on": due_on, "reason": reason.strip()}
        if latest.id != based_on:
            theirs = {name: getattr(latest, name) for name in mine}
            raise Stale(
                {**theirs, "by": latest.recorded_by, "at": latest.recorded_at, "row": latest.id}, mine
            )
        row = AuditPlan.write(at, actor.person_id, replaces=latest, audit=audit.id, **mine)
        activity.record(
            trail.PLAN_MOVED, audit=audit.id, starts=starts_on.isoformat(), due=due_on.isoformat()
        )
        return row


def change_auditors(
    actor: Actor, at: datetime, audit: Audit, wanted: Sequence[Appointee], based_on: Sequence[int]
) -> None:
    """Have exactly ``wanted`` audit here; ``based_on`` are the ids of the rows that were seen.

    Who already audits is not judged again (a broken independence has its own settlement). Raises RuleBroken
    for nobody, for somebody new who is not independent, Stale when the auditors changed meanwhile.
    """
    if not wanted:
        raise RuleBroken(_l("Choose at least one auditor."), "auditors")
    require_open(audit)
    check_assigner(actor, at, audit.subject)
    with activity.action(actor, at):
        # Writing the audit makes two who change its auditors wait for each other.
        Audit.update(current_state=Audit.current_state).where(Audit.id == audit.id).execute()
        rows = AuditAssignee.standing(Moment.at(at), AuditAssignee.audit == audit.id)
        before = {row.person_id: row for row in rows}
        held = {person: row for person, row in before.items() if row.held}
        if {row.id for row in held.values()} != set(based_on):
            raise Stale({"auditors": sorted(held)}, {"auditors": [one.person_id for one in wanted]})
        added = [one for one in with_lead(wanted) if one.person_id not in held]
        judged = check_independence(
            actor, at, audit.subject, (audit.period_from, audit.period_to), *controls_of(audit), added
        )
        moment = Moment.at(at)
        starts_on = max(queries.plan_of(audit.id, moment).starts_on, moment.day)
        check_registered([one.person_id for one in added], starts_on, moment)
        for one in added:
            appoint(actor, at, audit, one, judged[one.person_id], before.get(one.person_id))
        removed = [row for person, row in held.items() if person not in {one.person_id for one in wanted}]
        for row in removed:
            _rewrite(actor, at, row, held=False, lead=False)
        lead = next(one.person_id for one in with_lead(wanted) if one.lead)
        for person, row in held.items():
            if row not in removed and row.lead != (person == lead):
                _rewrite(actor, at, row, held=True, lead=person == lead)
        activity.record(
            trail.AUDITORS_CHANGED,
            audit=audit.id,
            added=[one.person_id for one in added],
            removed=[row.person_id for row in removed],
            lead=lead,
        )
        notices.tell_assigned(audit.id, [one.person_id for one in added], at)


def controls_of(audit: Audit) -> tuple[int, list[str]]:
    """Return the catalogue and the codes that the audit checks: two queries."""
    query = Control.select(Control.code).join(AuditItem).where(AuditItem.audit == audit.id)
    return CatalogueVersion.get_by_id(audit.version_id).catalogue_id, [row.code for row in query]


def require_open(audit: Audit) -> None:
    """Raise RuleBroken for an audit that was submitted or has ended."""
    if State(audit.current_state) not in EDITABLE:
        raise RuleBroken(
            _l("The audit has been submitted or has ended, so its plan can no longer be changed.")
        )


def _rewrite(actor: Actor, at: datetime, row: AuditAssignee, *, held: bool, lead: bool) -> None:
    AuditAssignee.write(
        at,
        actor.person_id,
        replaces=row,
        audit=row.audit_id,
        person=row.person_id,
        held=held,
        lead=lead,
        override_reason=row.override_reason,
        overridden_by=row.overridden_by,
    )
