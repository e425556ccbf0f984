"""The round of corrective actions a finding is in, and its end."""

from __future__ import annotations

from datetime import datetime

from auditor.access import Actor
from auditor.dated import Moment
from auditor.findings import foureyes
from auditor.findings.flow import move, there
from auditor.findings.models import ActionDetail, ActionState, CorrectiveAction, Finding, FindingState
from auditor.findings.states import ActionState as Step
from auditor.findings.states import State
from auditor.findings.telling import tell


def standing_actions(finding: Finding, moment: Moment) -> list[ActionDetail]:
    """Return what stands of each action, withdrawn ones included, in the order of their numbers."""
    mine = CorrectiveAction.select(CorrectiveAction.id).where(CorrectiveAction.finding == finding.id)
    rows = ActionDetail.standing(moment, ActionDetail.corrective_action.in_(mine))
    return list(
        rows.select(ActionDetail, CorrectiveAction).join(CorrectiveAction).order_by(CorrectiveAction.number)
    )


def hand_over(actor: Actor, at: datetime, finding: Finding) -> bool:
    """Send the finding to verification when every action is done and one was done in this round.

    Inside an action, on a locked finding. Returns whether it moved.
    """
    moment = Moment.at(at)
    standing = [row.corrective_action_id for row in standing_actions(finding, moment) if not row.withdrawn]
    steps = list(ActionState.standing(moment, ActionState.corrective_action.in_(standing)))
    began = there(FindingState.latest(moment, finding=finding.id))
    done = [row for row in steps if row.state == Step.DONE]
    if not done or len(done) < len(standing) or not any(row.recorded_at >= began.recorded_at for row in done):
        return False
    move(actor, at, finding, State.VERIFYING)
    line = foureyes.first_in_line(finding, moment)
    tell("verification_wanted", finding, line, at.isoformat(), at, actor)
    return True
