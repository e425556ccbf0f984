"""Gives a working paper out: what it is of is recorded, so that it is known when it comes back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from peewee import fn

from auditor import activity, db
from auditor.access import Actor
from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.results import EDITABLE, State
from auditor.audits.workingpaper.content import content_of
from auditor.audits.workingpaper.models import IssuedPaper
from auditor.audits.workingpaper.problems import FILE_ERRORS
from auditor.audits.workingpaper.words import paper_name
from auditor.audits.workingpaper.writing import write_paper
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l, speaking

KEPT = timedelta(days=90)  # how long a paper can be brought back

PAPER_ISSUED = activity.event_type(
    "audit.paper_issued", _l("Working paper taken"), "audit", "paper", "items", "language"
)


def issue(actor: Actor, at: datetime, audit: Audit, language: str) -> tuple[IssuedPaper, bytes]:
    """Return a working paper of the audit as it stands, and its file.

    Asked again while nothing was entered, it is the same paper once more. Raises RuleBroken for an audit whose
    items can no longer be changed.
    """
    if State(audit.current_state) not in EDITABLE:
        raise RuleBroken(FILE_ERRORS["closed"])
    with speaking(language):
        with activity.action(actor, at):
            db.one_at_a_time(f"working paper {audit.id}")
            paper = _issued(actor, at, audit, language)
        content = content_of(actor, audit, Moment.at(at), language)
        return paper, write_paper(content, paper)


def _issued(actor: Actor, at: datetime, audit: Audit, language: str) -> IssuedPaper:
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit.id)
    last = ItemResult.select(fn.MAX(ItemResult.id)).where(ItemResult.item.in_(items)).scalar() or 0
    same = {"audit": audit.id, "issued_to": actor.person_id, "language": language, "last_result": last}
    again: IssuedPaper | None = IssuedPaper.get_or_none(
        *[getattr(IssuedPaper, name) == value for name, value in same.items()],
        IssuedPaper.state == audit.current_state,
        IssuedPaper.issued_at > at - timedelta(days=1),
    )
    if again is not None:
        return again
    made: IssuedPaper = IssuedPaper.create(
        **same, token=secrets.token_hex(5), state=audit.current_state, items=items.count(), issued_at=at,
        expires_at=at + KEPT,
    )  # fmt: skip
    activity.record(PAPER_ISSUED, audit=audit.id, paper=made.id, items=made.items, language=language)
    return made


def file_name(audit: Audit, subject: str, language: str) -> str:
    """Return what the file is called on the reader's disk."""
    with speaking(language):
        name = f"{audit.number}_{subject}_{paper_name(audit.kind)}"
    return (
        "".join("_" if char in '\\/:*?"<>|' or not char.isprintable() else char for char in name)[:150]
        + ".xlsx"
    )
