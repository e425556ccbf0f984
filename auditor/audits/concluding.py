"""What the report of an audit says in words: written by its auditors, each change a new row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auditor import activity
from auditor.access import Actor
from auditor.audits import trail
from auditor.audits.models import Audit, AuditConclusion
from auditor.audits.results import EDITABLE, State
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l

FIELDS = ("method", "spoken_to", "opinion", "good_practice")


def conclusion_of(audit_id: int, moment: Moment) -> AuditConclusion | None:
    """Return the texts that stand at ``moment``: one query."""
    return AuditConclusion.latest(moment, audit=audit_id)


def conclude(
    actor: Actor, at: datetime, audit: Audit, texts: dict[str, str], seen: int | None = None
) -> None:
    """Write the texts of the report. ``seen`` is the id of the row that was shown, 0 for none.

    Raises RuleBroken once the audit is submitted or has ended, Stale when somebody else wrote meanwhile.
    """
    mine: dict[str, Any] = {name: texts.get(name, "").strip() for name in FIELDS}
    with activity.action(actor, at):
        # Writing the audit makes two who write wait for each other.
        Audit.update(current_state=Audit.current_state).where(Audit.id == audit.id).execute()
        if State(Audit.get_by_id(audit.id).current_state) not in EDITABLE:
            raise RuleBroken(
                _l("The audit has been submitted or has ended, so its report can no longer be changed.")
            )
        before = conclusion_of(audit.id, Moment.at(at))
        theirs = {name: getattr(before, name) if before else "" for name in FIELDS}
        if mine == theirs:
            return
        if before is not None and seen is not None and before.id != seen:
            raise Stale({**theirs, "row": before.id}, mine)
        row = AuditConclusion.write(at, actor.person_id, replaces=before, audit=audit.id, **mine)
        activity.record(trail.CONCLUDED, audit=audit.id, row=row.id)
