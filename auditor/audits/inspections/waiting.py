"""What self-inspections give to the worklist and to the reminders."""

from __future__ import annotations

from typing import Any, NamedTuple

from auditor.access import Actor, Permission
from auditor.audits import outside
from auditor.audits import queries as audits
from auditor.audits.inspections import deciding, people, queries
from auditor.audits.models import Audit, AuditPlan
from auditor.audits.results import EDITABLE, State
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, _l, _n, current
from auditor.people import queries as roster
from auditor.work import DueThing, WorkItem

_OPEN = [state.value for state in EDITABLE]
_STEPS = {State.PLANNED: _l("Answer"), State.RETURNED: _l("Correct the answers")}
_MANY = 5  # more than so many of one kind are one row that leads to the list


class _Entry(NamedTuple):
    audit: Audit
    step: Any
    url: str
    state: str = ""  # to show in the place of its own


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the self-inspections that wait for the person: to answer, to confirm, to name somebody for."""
    if not actor.may(Permission.INSPECTION_READ):
        return []
    steps = [*_OPEN, State.SUBMITTED.value]
    seen = queries.seen_by(actor, moment.instant)
    query = Audit.select(Audit, Subject).join(Subject).where(seen, Audit.current_state.in_(steps))
    waiting = list(query.order_by(Audit.id))
    if not waiting:
        return []
    open_ = [audit for audit in waiting if audit.current_state in _OPEN]
    ids = [audit.id for audit in waiting]
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(ids))}
    answering = people.answering(open_, moment)
    mine = {actor.person_id, *actor.principal_ids}
    entries = [_to_answer(audit) for audit in open_ if mine & set(answering[audit.id])]
    whole: list[WorkItem] = []
    if actor.everywhere(Permission.INSPECTION_CONFIRM):
        submitted = [audit for audit in waiting if audit.current_state == State.SUBMITTED]
        _gather(entries, whole, _to_confirm(actor, submitted, moment), "submitted")
    if actor.everywhere(Permission.AUDIT_ASSIGN):
        nobody = [audit for audit in open_ if not answering[audit.id]]
        named = [_Entry(one, _l("Name who answers"), f"/inspections/{one.id}/respondents") for one in nobody]
        _gather(entries, whole, named, "open")
        late = [one for one in open_ if one.id in plans and plans[one.id].due_on < moment.day]
        known = {entry.audit.id for entry in entries}
        missing = [_late(one) for one in late if one.id not in known]
        _gather(entries, whole, missing, "late")
    return [*_shown(entries, plans, answering, moment), *whole]


def _to_answer(audit: Audit) -> _Entry:
    step = _STEPS.get(State(audit.current_state), _l("Go on answering"))
    return _Entry(audit, step, f"/inspections/{audit.id}/answer")


def _late(audit: Audit) -> _Entry:
    return _Entry(audit, _l("See what is missing"), f"/inspections/{audit.id}", "overdue")


def _to_confirm(actor: Actor, submitted: list[Audit], moment: Moment) -> list[_Entry]:
    answered = queries.answered_by([audit.id for audit in submitted])
    deciders = deciding.deciders(moment)
    administrators, _heads_of_audit = deciders
    mine = [one for one in submitted if not deciding.refusal(actor, answered[one.id], administrators)]
    steps = dict.fromkeys([one.id for one in mine], _l("Confirm or send back"))
    left = [one for one in submitted if one.id not in steps]
    if left and outside.proposed(moment):  # nobody of a very small company may be left to decide
        steps |= {
            one.id: _l("Record the decision from outside")
            for one in left
            if not deciding.left_to_confirm(answered[one.id], deciders)
        }
    return [
        _Entry(audit, steps[audit.id], f"/inspections/{audit.id}/confirm")
        for audit in submitted
        if audit.id in steps
    ]


def _gather(entries: list[_Entry], whole: list[WorkItem], found: list[_Entry], tab: str) -> None:
    """Add what was found: each for itself, or where there are many as one row that leads to the list."""
    if len(found) <= _MANY:
        entries += found
        return
    words = {
        "submitted": _n("%(num)s self-inspection waits for confirmation", "%(num)s self-inspections wait for confirmation", len(found)),
        "late": _n("%(num)s self-inspection is late", "%(num)s self-inspections are late", len(found)),
        "open": _n("Nobody answers %(num)s self-inspection", "Nobody answers %(num)s self-inspections", len(found)),
    }  # fmt: skip
    state = {"submitted": "submitted", "late": "overdue", "open": "planned"}[tab]
    whole.append(
        WorkItem(
            kind="audit",
            title=words[tab],
            url=f"/inspections/?tab={tab}",
            step=str(_("Open the list")),
            state=("inspection", state),
        )
    )


def _shown(
    entries: list[_Entry],
    plans: dict[int, AuditPlan],
    answering: dict[int, tuple[int, ...]],
    moment: Moment,
) -> list[WorkItem]:
    names = audits.subject_names([entry.audit.subject for entry in entries], moment, current())
    persons = roster.names({one for entry in entries for one in answering.get(entry.audit.id, ())}, moment)
    return [
        WorkItem(
            kind="audit",
            title=audits.title(audit, names[audit.subject_id]),
            url=url,
            step=str(step),
            due_on=plans[audit.id].due_on if audit.id in plans else None,
            detail=str(_("Self-inspection")),
            who=_(", ").join(persons.get(one, "") for one in answering.get(audit.id, ())),
            state=("inspection", state or audit.current_state),
        )
        for audit, step, url, state in entries
    ]


def due_things(moment: Moment) -> list[DueThing]:
    """Return the self-inspections that are to be submitted, for whoever answers them."""
    query = Audit.select(Audit, Subject).join(Subject)
    open_ = list(query.where(queries.INSPECTED, Audit.current_state.in_(_OPEN)).order_by(Audit.id))
    ids = [audit.id for audit in open_]
    plans = {row.audit_id: row.due_on for row in AuditPlan.standing(moment, AuditPlan.audit.in_(ids))}
    answering = people.answering(open_, moment)
    above = people.above([audit.subject for audit in open_], moment)
    return [
        DueThing(
            notice="inspection_due",
            id=audit.id,
            due_on=plans[audit.id],
            person_ids=answering[audit.id],
            path=f"/inspections/{audit.id}",
            department_id=above.get(audit.subject_id),
        )
        for audit in open_
        if audit.id in plans
    ]
