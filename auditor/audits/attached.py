"""Evidence on audit items: what hangs on one with its earlier versions, and what may be hung on another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import JOIN

from auditor.access import Actor
from auditor.audits import queries
from auditor.audits.models import Audit, AuditItem, ItemEvidence
from auditor.catalogue.models import Control, Subject
from auditor.dated import Moment
from auditor.db import ErasedText
from auditor.errors import NotFound
from auditor.evidence.expiring import is_erased, overtaken
from auditor.evidence.links import host_of
from auditor.evidence.models import Evidence, StoredFile
from auditor.prepared import Prepared

OFFERED = 30  # pieces of evidence to choose from at once; the search narrows

Seen = Callable[
    [Actor, datetime], Any
]  # the condition on Audit that the person may see what hangs on its items


@dataclass(frozen=True)
class Attached:
    """A piece of evidence of an item. ``older``: the versions of it that hung here before, the latest first."""

    id: int
    name: str
    url: str  # of a link that is not erased
    host: str
    size: int
    about_on: date
    expires_on: date | None
    source: str
    note: str
    given_by: str
    given_at: datetime
    version: int
    erased: bool
    overtaken: bool = False  # a newer version hangs elsewhere
    older: tuple[Attached, ...] = ()


@dataclass(frozen=True)
class Offered:
    """Evidence that may be hung on one more item, and where it hangs."""

    id: int
    name: str
    host: str
    note: str
    about_on: date
    expires_on: date | None
    version: int
    number: str  # of the audit
    code: str  # of the control


def on_item(item: AuditItem, moment: Moment) -> list[ItemEvidence]:
    """Return what stands of the item's evidence, also of what was taken off again: one query."""
    return _on_item.found(item_id=item.id, day=moment.day, instant=moment.instant)


def _on_item_with(item_id: int, day: date, instant: datetime) -> Any:
    moment = Moment(day, instant)
    return (
        ItemEvidence.standing(moment, ItemEvidence.item == item_id)
        .select(ItemEvidence, Evidence, StoredFile, overtaken(moment).alias("overtaken"))
        .join(Evidence)
        .join(StoredFile, JOIN.LEFT_OUTER)
        .order_by(Evidence.given_at, Evidence.id)
    )


_on_item = Prepared(_on_item_with, item_id=int, day=date, instant=datetime)


def shown(rows: list[ItemEvidence], names: dict[int, str]) -> list[Attached]:
    """Return what hangs on the item, from ``on_item``."""
    before = {row.evidence_id: row for row in rows}
    return [
        _told(row, names, tuple(_told(one, names) for one in _older(row, before))) for row in rows if row.held
    ]


def _older(row: ItemEvidence, before: dict[int, ItemEvidence]) -> Iterable[ItemEvidence]:
    """Yield the versions that hung on the same item before; one that hung elsewhere only is not shown here."""
    while (replaced := before.get(row.evidence.replaces_id or 0)) is not None:
        yield replaced
        row = replaced


def _told(row: ItemEvidence, names: dict[int, str], older: tuple[Attached, ...] = ()) -> Attached:
    one, link, erased = row.evidence, row.evidence.file is None, is_erased(row.evidence)
    return Attached(
        id=one.id,
        name=one.name,
        url=one.url if link and not erased else "",
        host=host_of(one.url) if link and not erased else "",
        size=one.file.size if one.file else 0,
        about_on=one.about_on,
        expires_on=one.expires_on,
        source=one.source,
        note=one.note,
        given_by=names.get(one.given_by_id or 0, ""),
        given_at=one.given_at,
        version=one.version,
        erased=erased,
        overtaken=bool(row.overtaken),
        older=older,
    )


def evidence_of(item: AuditItem, evidence_id: int, moment: Moment) -> Evidence:
    """Return evidence that hangs on the item, or an earlier version of it that did. Raises NotFound."""
    rows = on_item(item, moment)
    before = {row.evidence_id: row for row in rows}
    for row in rows:
        if row.held:
            for one in (row, *_older(row, before)):
                if one.evidence_id == evidence_id:
                    found: Evidence = one.evidence
                    return found
    raise NotFound


def offered(
    actor: Actor, item: AuditItem, at: datetime, text: str = "", seen: Seen = queries.results_seen_by
) -> tuple[list[Offered], bool]:
    """Return what may be hung on the item too, the latest first, and whether there is more: one query.

    Evidence of this audit and of other audits of the same subject whose items the person may see; neither what
    hangs on the item nor what a newer version has replaced.
    """
    query = (
        _usable(actor, item, at, seen)
        .order_by((Audit.id == item.audit_id).desc(), Audit.id.desc(), Evidence.id.desc(), AuditItem.position)
        .limit(4 * OFFERED)
    )
    if text:
        query = query.where(says(text))
    found: dict[int, Offered] = {}
    for row in query:
        one = row.evidence
        if not isinstance(one.name, ErasedText):
            found.setdefault(one.id, _offer(row))
    return list(found.values())[:OFFERED], len(found) > OFFERED


def offered_among(
    actor: Actor, item: AuditItem, at: datetime, evidence_ids: list[int], seen: Seen = queries.results_seen_by
) -> list[Evidence]:
    """Return those of the evidence that may be hung on the item too: one query."""
    rows = _usable(actor, item, at, seen).where(Evidence.id.in_(evidence_ids))
    return list({row.evidence_id: row.evidence for row in rows}.values())


def _usable(actor: Actor, item: AuditItem, at: datetime, seen: Seen) -> Any:
    moment = Moment.at(at)
    here = ItemEvidence.standing(moment, ItemEvidence.item == item.id).where(ItemEvidence.held)
    return hung(actor, at, Audit.subject == item.audit.subject_id, seen=seen).where(
        Evidence.id.not_in(here.select(ItemEvidence.evidence)),
        ~overtaken(moment),
        StoredFile.erased_at.is_null(),
    )


def hung(actor: Actor, at: datetime, *where: Any, seen: Seen = queries.results_seen_by) -> Any:
    """Return the rows of evidence on items that the person may see now, as ``hung_on``.

    ``where`` narrows by the item. ``seen`` is another rule for self-inspections.
    """
    return hung_on(Moment.at(at), seen(actor, at), *where)


def hung_on(moment: Moment, *where: Any, among: Any = None) -> Any:
    """Return the rows of evidence on the items of audits or self-inspections that meet ``where``.

    With evidence, file, item, audit, subject and control: one query. ``among``: of these pieces of evidence only.
    """
    items = AuditItem.select(AuditItem.id).join(Audit).where(*where)
    narrowed = [ItemEvidence.item.in_(items)] + ([] if among is None else [ItemEvidence.evidence.in_(among)])
    return (
        ItemEvidence.standing(moment, *narrowed)
        .select(ItemEvidence, Evidence, StoredFile, AuditItem, Audit, Subject, Control)
        .join(Evidence)
        .join(StoredFile, JOIN.LEFT_OUTER)
        .switch(ItemEvidence)
        .join(AuditItem)
        .join(Audit)
        .join(Subject)
        .switch(AuditItem)
        .join(Control)
        .where(ItemEvidence.held)
    )


def says(text: str) -> Any:
    """Return the condition that evidence, or the control it hangs on, says ``text``."""
    columns = (Evidence.name, Evidence.note, Evidence.source, Evidence.url)
    condition = Control.code.startswith(text) | Audit.number.startswith(text)
    for column in columns:
        condition |= column.contains(text)
    return condition


def _offer(row: ItemEvidence) -> Offered:
    one = row.evidence
    return Offered(
        id=one.id,
        name=one.name,
        host=host_of(one.url) if one.file is None else "",
        note=one.note,
        about_on=one.about_on,
        expires_on=one.expires_on,
        version=one.version,
        number=row.item.audit.number,
        code=row.item.control.code,
    )
