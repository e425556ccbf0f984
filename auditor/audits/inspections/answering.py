"""Answers a self-inspection: an item as it is answered, or the whole page at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from auditor import activity
from auditor.access import Actor
from auditor.audits import conducting
from auditor.audits.conducting import Answer
from auditor.audits.inspections import trail
from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.results import EDITABLE, State
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.evidence.models import Evidence
from auditor.language import _l


@dataclass
class Saved:
    """What became of a page that was sent as a whole: the items saved, and why others were not."""

    saved: list[int] = field(default_factory=list)
    refused: dict[int, RuleBroken] = field(default_factory=dict)
    stale: dict[int, Stale] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return not (self.refused or self.stale)


def record(actor: Actor, at: datetime, item: AuditItem, answer: Answer) -> ItemResult | None:
    """Write what was answered; ``item.audit`` is read. Raises RuleBroken and Stale as ``conducting.record_result``."""
    require_open(item.audit)
    return conducting.record_result(actor, at, item, answer)


def record_all(
    actor: Actor, at: datetime, items: Mapping[int, AuditItem], answers: Mapping[int, Answer]
) -> Saved:
    """Write the answers of a page in one action; one that is refused keeps back no other.

    ``items`` are those of one self-inspection. A constant number of queries, whatever the number of answers.
    """
    done = Saved()
    if not answers:
        return done
    audit_id = next(iter(items.values())).audit_id
    try:
        with activity.action(actor, at):
            conducting.hold(audit_id)
            require_open(Audit.get_by_id(audit_id))
            wanted = _judged(answers, Moment.at(at), done)
            if wanted:
                conducting.record_results(actor, at, audit_id, wanted)
                activity.record(trail.ANSWERED, inspection=audit_id, items=len(wanted))
            conducting.forget_drafts(actor, done.saved)
    except RuleBroken as closed:
        return Saved(refused=dict.fromkeys(answers, closed))
    return done


def _judged(
    answers: Mapping[int, Answer], moment: Moment, done: Saved
) -> dict[int, tuple[Answer, int | None]]:
    """Return what is to be written, each with the row it replaces; what is not goes into ``done``: one query."""
    rows = ItemResult.standing(moment, ItemResult.item.in_(list(answers)))
    standing = {row.item_id: row for row in rows}
    wanted: dict[int, tuple[Answer, int | None]] = {}
    for item_id, answer in answers.items():
        latest = standing.get(item_id)
        try:
            said = conducting.news_of(latest, answer)
        except RuleBroken as broken:
            done.refused[item_id] = broken
        except Stale as stale:
            done.stale[item_id] = stale
        else:
            done.saved.append(item_id)
            if said is not None:
                wanted[item_id] = said, latest.id if latest else None
    return wanted


def save_draft(actor: Actor, at: datetime, item: AuditItem, note: str, based_on: int | None) -> None:
    """Keep what is being typed; it counts for nothing. Raises RuleBroken when it is not open."""
    require_open(item.audit)
    conducting.save_draft(actor, at, item, note, based_on)


def attach(
    actor: Actor, at: datetime, folder: Path, item: AuditItem, stream: BinaryIO, name: str
) -> Evidence:
    """Store a file and attach it to the item. Raises RuleBroken for an empty file or when it is not open."""
    require_open(item.audit)
    return conducting.attach(actor, at, folder, item, stream, name)


def detach(actor: Actor, at: datetime, item: AuditItem, evidence_id: int) -> bool:
    """Take a file off the item; returns whether it was attached. Raises RuleBroken when it is not open."""
    require_open(item.audit)
    return conducting.detach(actor, at, item, evidence_id)


def require_open(audit: Any) -> None:
    """Raise RuleBroken for a self-inspection that was submitted or has ended."""
    if State(audit.current_state) not in EDITABLE:
        raise RuleBroken(
            _l(
                "The self-inspection has been submitted or has ended, so its answers can no longer be changed. To change one, have it sent back."
            )
        )


def items_of(audit: Audit) -> dict[int, AuditItem]:
    """Return the items by id, each with the self-inspection itself: one query."""
    found = {row.id: row for row in AuditItem.select().where(AuditItem.audit == audit.id)}
    for row in found.values():
        row.audit = audit
    return found
