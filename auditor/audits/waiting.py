"""What audits give to the worklist and to the reminders."""

from __future__ import annotations

from typing import Any

from peewee import Case

from auditor.access import Actor, Permission
from auditor.audits import exchange, outside, queries, register
from auditor.audits.exceptions import unsettled
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditPlan, ItemResult
from auditor.audits.results import AUDITS, EDITABLE, State
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, _l, current
from auditor.people import queries as people
from auditor.people.models import Employment
from auditor.work import DueThing, WorkItem

_OPEN = [state.value for state in EDITABLE]
_AUDITED = Audit.current_state.in_(_OPEN) & Audit.kind.in_(AUDITS)  # to be submitted by auditors
_STEPS = {
    State.PLANNED: _l("Start the audit"),
    State.NOTIFIED: _l("Start the audit"),
    State.IN_PROGRESS: _l("Go on with the audit"),
    State.FACTS_CONFIRMED: _l("Submit the audit"),
    State.RETURNED: _l("Correct the audit"),
}


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return what waits for the person: audits to carry out, decide on or answer as the audited side; the register."""
    return [*_audits(actor, moment), *exchange.waiting_for(actor, moment), *_registrations(actor, moment)]


def _registrations(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the registrations of auditors whose last day is near or has passed, for the head of audit."""
    if not actor.everywhere(Permission.INDEPENDENCE_OVERRIDE):
        return []
    rows = list(register.entries(moment, "attention"))
    working = people.working((row.person_id for row in rows), moment) if rows else set()
    names = people.names(working, moment)
    return [
        WorkItem(
            kind="audit",
            title=str(_("Registration as auditor: %(person)s", person=names.get(row.person_id, ""))),
            url=f"/audits/register/{row.person_id}/renew",
            step=str(_("Renew or end it")),
            due_on=row.until,
            detail=str(_("After that day the person is no longer proposed as auditor.")),
        )
        for row in rows
        if row.person_id in working
    ]


def _audits(actor: Actor, moment: Moment) -> list[WorkItem]:
    wanted = _wanted(actor, moment)
    if not wanted:
        return []
    audits = list(
        Audit.select(Audit, Subject)
        .join(Subject)
        .where(Audit.id.in_(list(wanted)), Audit.current_state != State.CANCELLED.value)
    )
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(list(wanted)))}
    names = queries.subject_names([audit.subject for audit in audits], moment, current())
    posts = queries.auditors(list(wanted), moment)
    persons = people.names({row.person_id for rows in posts.values() for row in rows}, moment)
    items = []
    for audit in audits:
        due_on = plan.due_on if (plan := plans.get(audit.id)) else None
        who = _(", ").join(persons.get(row.person_id, "") for row in posts.get(audit.id, []))
        for step, url, state in wanted[audit.id]:
            items.append(
                WorkItem(
                    kind="audit",
                    title=queries.title(audit, names[audit.subject_id]),
                    url=url,
                    step=str(step),
                    due_on=due_on,
                    who=who,
                    state=("audit", state or audit.current_state),
                )
            )
    return items


def _wanted(actor: Actor, moment: Moment) -> dict[int, list[tuple[Any, str, str]]]:
    """Return by audit the steps that wait: (words, address, state to show or empty)."""
    found: dict[int, list[tuple[Any, str, str]]] = {}
    for audit_id, state in _mine(actor, moment):
        url = f"/audits/{audit_id}/items/" if state != State.RETURNED else f"/audits/{audit_id}"
        found.setdefault(audit_id, []).append((_STEPS[State(state)], url, ""))
    if actor.everywhere(Permission.AUDIT_APPROVE):
        for audit_id, conducted in _to_approve(actor, bool(outside.proposed(moment))):
            step = _l("Record the decision from outside") if conducted else _l("Approve or send back")
            found.setdefault(audit_id, []).append((step, f"/audits/{audit_id}/decide", ""))
    if actor.everywhere(Permission.AUDIT_ASSIGN):
        for row in unsettled(moment):
            found.setdefault(row.audit_id, []).append(
                (_l("Settle the independence"), f"/audits/{row.audit_id}/exceptions/{row.id}", "")
            )
        for audit_id in _without_auditors(moment):
            found.setdefault(audit_id, []).append((_l("Name auditors"), f"/audits/{audit_id}/auditors", ""))
        for audit_id in _late(moment):
            if audit_id not in found:
                found[audit_id] = [(_l("See what is missing"), f"/audits/{audit_id}", "overdue")]
    return found


def _mine(actor: Actor, moment: Moment) -> list[tuple[int, str]]:
    if actor.person_id is None:
        return []
    posts = AuditAssignee.standing(moment, AuditAssignee.person == actor.person_id).where(AuditAssignee.held)
    mine: Any = Audit.select(Audit.id, Audit.current_state).where(
        Audit.id.in_(posts.select(AuditAssignee.audit)), _AUDITED
    )
    return list(mine.tuples())


def _to_approve(actor: Actor, by_outside: bool) -> list[tuple[int, bool]]:
    """Submitted audits, each with whether the person carried it out (design §3.4).

    Those carried out are left out, unless a person from outside may decide on them.
    """
    own = {one for one in (actor.person_id, *actor.principal_ids) if one is not None}
    audited = AuditAssignee.select(AuditAssignee.audit).where(
        AuditAssignee.person.in_(list(own)), AuditAssignee.held
    )
    wrote = AuditItem.select(AuditItem.audit).join(ItemResult).where(ItemResult.recorded_by.in_(list(own)))
    conducted = Audit.id.in_(audited) | Audit.id.in_(wrote)
    rows: Any = Audit.select(Audit.id, Case(None, [(conducted, 1)], 0)).where(
        Audit.current_state == State.SUBMITTED.value, Audit.kind.in_(AUDITS)
    )
    return [(one, bool(own)) for one, own in rows.tuples() if by_outside or not own]


def _without_auditors(moment: Moment) -> list[int]:
    """Open audits that nobody carries out: nobody is named, or everybody who is named has left."""
    working = people.employments(moment).select(Employment.person)
    held = AuditAssignee.standing(moment, AuditAssignee.person.in_(working)).where(AuditAssignee.held)
    rows = Audit.select(Audit.id).where(_AUDITED, Audit.id.not_in(held.select(AuditAssignee.audit)))
    return [row.id for row in rows]


def _late(moment: Moment) -> list[int]:
    open_ = Audit.select(Audit.id).where(_AUDITED)
    rows = AuditPlan.standing(moment, AuditPlan.audit.in_(open_)).where(AuditPlan.due_on < moment.day)
    return [row.audit_id for row in rows]


def due_things(moment: Moment) -> list[DueThing]:
    """Return the audits that are to be submitted, for each of their auditors, and what departments owe them."""
    open_ = Audit.select(Audit.id).where(_AUDITED)
    plans = {row.audit_id: row.due_on for row in AuditPlan.standing(moment, AuditPlan.audit.in_(open_))}
    posts = queries.auditors(list(plans), moment)
    owed = exchange.due_things(moment)
    return owed + [
        DueThing(
            notice="audit_due",
            id=audit_id,
            due_on=due_on,
            person_ids=tuple(row.person_id for row in posts.get(audit_id, [])),
            path=f"/audits/{audit_id}",
        )
        for audit_id, due_on in plans.items()
    ]
