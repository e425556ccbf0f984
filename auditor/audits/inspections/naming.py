"""Names persons who answer a self-inspection beside the responsible one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from auditor import activity
from auditor.access import Actor
from auditor.audits import trail
from auditor.audits.inspections import notices
from auditor.audits.inspections.answering import require_open
from auditor.audits.models import Audit, AuditAssignee
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _
from auditor.people import queries as people


def name_respondents(
    actor: Actor, at: datetime, audit: Audit, wanted: Collection[int], based_on: Collection[int]
) -> None:
    """Have exactly ``wanted`` named; ``based_on`` are the ids of the rows that were seen. New ones are told.

    Raises RuleBroken for somebody new who has left and once it is submitted, Stale when the names changed
    meanwhile.
    """
    require_open(audit)
    moment = Moment.at(at)
    with activity.action(actor, at):
        # Writing it makes two who name persons wait for each other.
        Audit.update(current_state=Audit.current_state).where(Audit.id == audit.id).execute()
        before = {
            row.person_id: row for row in AuditAssignee.standing(moment, AuditAssignee.audit == audit.id)
        }
        held = {person: row for person, row in before.items() if row.held}
        if {row.id for row in held.values()} != set(based_on):
            raise Stale({"persons": sorted(held)}, {"persons": sorted(wanted)})
        added = sorted(set(wanted) - held.keys())
        removed = sorted(held.keys() - set(wanted))
        gone = set(added) - people.working(added, moment)
        if gone:
            raise RuleBroken(
                _("%(person)s does not work here any more.", person=people.name(min(gone), moment)), "persons"
            )
        if not added and not removed:
            return
        for person in [*added, *removed]:
            AuditAssignee.write(
                at,
                actor.person_id,
                replaces=before.get(person),
                audit=audit.id,
                person=person,
                held=person in wanted,
            )
        activity.record(trail.AUDITORS_CHANGED, audit=audit.id, added=added, removed=removed, lead=None)
        notices.tell_named(audit, added, at)
