"""Carrying corrective actions out: marking them done, with evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from auditor import activity
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.evidence import actions as evidence
from auditor.evidence.twins import twin
from auditor.findings.flow import locked, must_be_seen, must_stand
from auditor.findings.models import ActionEvidence, ActionState, CorrectiveAction, Finding
from auditor.findings.rounds import hand_over
from auditor.findings.states import ActionState as Step
from auditor.findings.states import State
from auditor.language import _l

ACTION_DONE = activity.event_type(
    "finding.action_done", _l("Corrective action done"), "finding", "corrective_action"
)
EVIDENCE_GIVEN = activity.event_type(
    "finding.evidence_given", _l("Evidence given for an action"), "finding", "corrective_action", "evidence"
)
Files = Iterable[tuple[BinaryIO, str]]


def mark_done(
    actor: Actor,
    at: datetime,
    planned: CorrectiveAction,
    comment: str,
    files: Files = (),
    folder: Path | None = None,
    seen: int | None = None,
) -> None:
    """Say that an action is done; when it was the last one, the finding goes to verification.

    ``files`` are (stream, name) pairs stored under ``folder`` as evidence. Raises Stale when the action's
    state changed since ``seen`` (the id of the ActionState shown).
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(planned.finding)
        must_stand(finding, State.ACTING)
        now = ActionState.latest(moment, corrective_action=planned.id)
        must_be_seen(now, seen, {"comment": comment})
        if now is not None and now.state == Step.DONE:
            raise RuleBroken(_l("This action is marked as done already. Nothing was changed."))
        if not comment.strip():
            raise RuleBroken(_l("Write what was done, so that somebody else can verify it."), "comment")
        ActionState.write(
            at,
            actor.person_id,
            replaces=now,
            corrective_action=planned,
            state=Step.DONE.value,
            comment=comment,
        )
        activity.record(ACTION_DONE, finding=finding.id, corrective_action=planned.id)
        _keep(actor, at, finding, planned, files, folder)
        hand_over(actor, at, finding)


def give_evidence(actor: Actor, at: datetime, planned: CorrectiveAction, files: Files, folder: Path) -> None:
    """Add evidence to an action while the finding is being acted on or verified."""
    with activity.action(actor, at):
        finding = locked(planned.finding)
        must_stand(finding, State.ACTING, State.VERIFYING)
        if not _keep(actor, at, finding, planned, files, folder):
            raise RuleBroken(_l("Choose a file first."), "files")


def _keep(
    actor: Actor,
    at: datetime,
    finding: Finding,
    planned: CorrectiveAction,
    files: Files,
    folder: Path | None,
) -> int:
    """Attach each file once, however often it is sent; returns how many were sent."""
    count = 0
    rows = ActionEvidence.standing(Moment.at(at), ActionEvidence.corrective_action == planned.id)
    there = [row.evidence_id for row in rows if row.held]
    for stream, name in files:
        if folder is None:
            raise ValueError("evidence needs its folder")
        count += 1
        if twin(there, stream, name, at) is not None:
            continue
        given = evidence.add_file(actor, at, folder, stream, name)
        ActionEvidence.write(at, actor.person_id, corrective_action=planned, evidence=given, held=True)
        activity.record(EVIDENCE_GIVEN, finding=finding.id, corrective_action=planned.id, evidence=given.id)
    return count
