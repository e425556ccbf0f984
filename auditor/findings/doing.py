"""Carrying corrective actions out: marking them done, with evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from auditor import activity
from auditor.access import Actor
from auditor.audits.attaching import File, Link
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.evidence import actions as evidence
from auditor.evidence.actions import NOTHING_SAID, About
from auditor.evidence.models import Evidence
from auditor.evidence.twins import twin, twin_link
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
EVIDENCE_REPLACED = activity.event_type(
    "finding.evidence_replaced",
    _l("Evidence of an action replaced by a newer version"),
    "finding",
    "corrective_action",
    "before",
    "evidence",
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


def give_evidence(
    actor: Actor,
    at: datetime,
    planned: CorrectiveAction,
    files: Files,
    folder: Path,
    about: About = NOTHING_SAID,
) -> None:
    """Add files to an action while the finding is being acted on or verified."""
    with activity.action(actor, at):
        finding = locked(planned.finding)
        must_stand(finding, State.ACTING, State.VERIFYING)
        if not _keep(actor, at, finding, planned, files, folder, about):
            raise RuleBroken(_l("Choose a file first."), "files")


def give_link(
    actor: Actor, at: datetime, planned: CorrectiveAction, link: Link, about: About = NOTHING_SAID
) -> None:
    """Add an address to an action, once however often it is sent. Raises RuleBroken for what is none."""
    with activity.action(actor, at):
        finding = locked(planned.finding)
        must_stand(finding, State.ACTING, State.VERIFYING)
        if twin_link(_there(planned, at), link.url, link.title, at, about) is None:
            _hang(actor, at, finding, planned, evidence.add_link(actor, at, link.url, link.title, about))


def replace_evidence(
    actor: Actor,
    at: datetime,
    planned: CorrectiveAction,
    old: Evidence,
    by: File | Link,
    folder: Path,
    about: About = NOTHING_SAID,
) -> Evidence:
    """Take in a newer version of evidence of an action; the old one stays readable in its history.

    Sent twice, the first is returned. Raises NotFound where ``old`` is none of this action's, RuleBroken when
    somebody has replaced it already.
    """
    with activity.action(actor, at):
        finding = locked(planned.finding)
        must_stand(finding, State.ACTING, State.VERIFYING)
        row = ActionEvidence.latest(Moment.at(at), corrective_action=planned.id, evidence=old.id)
        if row is None:
            raise NotFound
        newer = [one.id for one in Evidence.select(Evidence.id).where(Evidence.replaces == old.id)]
        beside = [one for one in newer if one in _there(planned, at)]
        if isinstance(by, File):
            there = twin(beside, by.stream, by.name, at, about)
            kept = there or evidence.add_file(actor, at, folder, by.stream, by.name, about, replaces=old)
        else:
            there = twin_link(beside, by.url, by.title, at, about)
            kept = there or evidence.add_link(actor, at, by.url, by.title, about, replaces=old)
        if there is not None:
            return there
        ActionEvidence.write(
            at, actor.person_id, replaces=row, corrective_action=planned, evidence=old, held=False
        )
        ActionEvidence.write(at, actor.person_id, corrective_action=planned, evidence=kept, held=True)
        activity.record(
            EVIDENCE_REPLACED, finding=finding.id, corrective_action=planned.id, before=old.id, evidence=kept.id,
        )  # fmt: skip
        return kept


def _keep(
    actor: Actor,
    at: datetime,
    finding: Finding,
    planned: CorrectiveAction,
    files: Files,
    folder: Path | None,
    about: About = NOTHING_SAID,
) -> int:
    """Attach each file once, however often it is sent; returns how many were sent."""
    count = 0
    there = _there(planned, at)
    for stream, name in files:
        if folder is None:
            raise ValueError("evidence needs its folder")
        count += 1
        if twin(there, stream, name, at, about) is None:
            _hang(actor, at, finding, planned, evidence.add_file(actor, at, folder, stream, name, about))
    return count


def _there(planned: CorrectiveAction, at: datetime) -> list[int]:
    rows = ActionEvidence.standing(Moment.at(at), ActionEvidence.corrective_action == planned.id)
    return [row.evidence_id for row in rows if row.held]


def _hang(actor: Actor, at: datetime, finding: Finding, planned: CorrectiveAction, given: Evidence) -> None:
    ActionEvidence.write(at, actor.person_id, corrective_action=planned, evidence=given, held=True)
    activity.record(EVIDENCE_GIVEN, finding=finding.id, corrective_action=planned.id, evidence=given.id)
