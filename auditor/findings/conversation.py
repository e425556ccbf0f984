"""The conversation about a finding; nothing in it is edited."""

from __future__ import annotations

from datetime import datetime, timedelta

from auditor import activity
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings.flow import locked
from auditor.findings.models import Finding, FindingComment
from auditor.findings.telling import other_side, tell
from auditor.language import _l

COMMENTED = activity.event_type("finding.commented", _l("Message about a finding"), "finding", "comment")
_TWICE = timedelta(minutes=2)  # the same words so soon again are a double click


def comment(actor: Actor, at: datetime, finding: Finding, text: str) -> FindingComment:
    """Add a message and tell the other side: the department, or whoever verifies."""
    if not text.strip():
        raise RuleBroken(_l("Write a message first."), "text")
    with activity.action(actor, at):
        finding = locked(finding)
        before: FindingComment | None = (
            FindingComment.select()
            .where(FindingComment.finding == finding.id, FindingComment.author == actor.person_id)
            .order_by(FindingComment.id.desc())
            .first()
        )
        if before is not None and before.text == text and at - before.written_at < _TWICE:
            return before
        written: FindingComment = FindingComment.create(
            finding=finding, author=actor.person_id, text=text, written_at=at
        )
        activity.record(COMMENTED, finding=finding.id, comment=written.id)
        others = other_side(actor, finding, Moment.at(at))
        tell("finding_comment", finding, others, written.id, at, actor)
        return written
