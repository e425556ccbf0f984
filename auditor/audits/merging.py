"""Two auditors at one item: who else is there, and how two texts become one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from auditor.access import Actor
from auditor.audits.models import AuditItem, ItemDraft, ItemResult
from auditor.dated import Moment
from auditor.people import queries as people

_TYPING = timedelta(minutes=2)  # a draft older than that is no sign of somebody typing


@dataclass(frozen=True)
class Others:
    """Who else is at an item."""

    typing: tuple[str, ...] = ()
    answered_by: str = ""  # who wrote the answer that stands, where it is newer than the one seen
    minutes: int = 0  # since then


def others(item: AuditItem, actor: Actor, seen: int | None, at: datetime) -> Others:
    """Return who else types at the item, and who answered it since the answer ``seen``: three queries."""
    moment = Moment.at(at)
    drafts = ItemDraft.select().where(
        ItemDraft.item == item.id, ItemDraft.person != actor.person_id, ItemDraft.saved_at >= at - _TYPING
    )
    typing = [row.person_id for row in drafts.order_by(ItemDraft.person)]
    latest = ItemResult.latest(moment, item=item.id)
    newer = latest is not None and latest.id != seen and latest.recorded_by != actor.person_id
    names = people.names([*typing, latest.recorded_by if latest and newer else None], moment)
    return Others(
        tuple(names.get(one, "") for one in typing),
        names.get(latest.recorded_by or 0, "") if latest and newer else "",
        int((at - latest.recorded_at).total_seconds() // 60) if latest and newer else 0,
    )


def keep_both(form: Any, item: AuditItem, moment: Moment) -> None:
    """Put what stands before what was typed, each once; the result stays the one chosen in the form."""
    latest = ItemResult.latest(moment, item=item.id)
    if latest is not None:
        form.note.data = both(latest.note, form.note.data or "")
        form.reason.data = both(latest.reason, form.reason.data or "")


def both(theirs: str, mine: str) -> str:
    """Return the two texts as one: a text that the other holds already is not repeated."""
    theirs, mine = theirs.strip(), mine.strip()
    if not theirs or theirs in mine:
        return mine
    return theirs if not mine or mine in theirs else f"{theirs}\n\n{mine}"
