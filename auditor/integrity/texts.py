"""Erases what somebody wrote about a person, one text at a time (design §3.11).

The text and the salt of its row go. An event of the log says which text of which row went, and which digest
the row had before and has since: that is all that `auditor verify` lets a row differ by.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from auditor import activity, db
from auditor.access import Actor
from auditor.activity import ActivityEvent, ActivityRows
from auditor.audits.models import AuditItem, ItemDraft, ItemResult
from auditor.audits.workingpaper.models import IssuedPaper, PaperTaken, PaperUpload
from auditor.dated import DatedRow
from auditor.db import CountedModel
from auditor.errors import NotFound, RuleBroken
from auditor.integrity import outside
from auditor.integrity.models import Erasure
from auditor.integrity.written import Text, model_of
from auditor.language import _l

TEXT_ERASED = activity.event_type(
    "text.erased", _l("Text erased"), "erasure", "table", "row", "column", "columns", "was", "now"
)
LONGEST_REASON = 1000
_LEAF = struct.Struct(">Q16s")


def erase_texts(actor: Actor, texts: Iterable[Text], reason: str, at: datetime) -> int:
    """Erase the texts for good, with their copies in other rows of the same series; returns how many went.

    Raises RuleBroken without a reason, and for a row that is not what the log witnesses: erasing would
    cover up what was done to it.
    """
    reason = needed_reason(reason)
    with activity.action(actor, at):
        erasure = decide("texts", actor, reason, at)
        gone = erase_of_rows(erasure, texts)
    outside.note()
    return gone


def stands(table: str, row_id: int, column: str, digest: str) -> bool:
    """Tell whether there is a row of which the log holds ``digest``: whether a digest told elsewhere means it."""
    try:
        model = model_of(table, column)
    except NotFound:
        return False
    return model.get_or_none(model.id == row_id) is not None and _witnessed(model, row_id)[1] == digest


def needed_reason(reason: str) -> str:
    """Return the reason without spaces around it. Raises RuleBroken for none, or one that is too long."""
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_l("Write why this is erased. Nothing was erased yet."), "reason")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            _l("The reason is too long: 1,000 characters at most. Nothing was erased yet."), "reason"
        )
    return reason


def decide(kind: str, actor: Actor, reason: str, at: datetime) -> Erasure:
    """Write down the decision to erase, inside the running action."""
    decided: Erasure = Erasure.create(kind=kind, reason=reason, decided_by=actor.person_id, decided_at=at)
    return decided


def erase_of_rows(erasure: Erasure, texts: Iterable[Text]) -> int:
    """Erase texts as part of a wider erasure, inside its action; returns how many went."""
    running = _Running(erasure)
    return sum(running.erase(text) for text in texts)


class _Running:
    """One erasure; remembers what it has done to each row, since the log learns of it at the end only."""

    def __init__(self, erasure: Erasure) -> None:
        self.erasure = erasure
        self.left: dict[tuple[str, int], tuple[list[str], str]] = {}

    def erase(self, text: Text) -> int:
        model = model_of(text.table, text.column)
        rows = _with_same_words(model, text)
        gone = sum(self._erase_one(model, row_id, text.column) for row_id in rows)
        if model is ItemResult:
            _drop_drafts(rows)
        return gone

    def _erase_one(self, model: type[CountedModel], row_id: int, column: str) -> int:
        table = str(model._meta.table_name)
        columns, was = self.left.get((table, row_id)) or _witnessed(model, row_id)
        if _digest(model, row_id, columns) != was:
            raise RuleBroken(
                _l(
                    "%(table)s %(row)d is not what the log witnesses: it was changed behind the application's back. "
                    "Nothing was erased. Have the operator run auditor verify first.",
                    table=table,
                    row=row_id,
                )
            )
        if not model.empty_text(row_id, column):
            return 0
        columns = model.digest_columns()
        now = _digest(model, row_id, columns)
        self.left[table, row_id] = columns, now
        data = {"table": table, "row": row_id, "column": column, "columns": columns, "was": was, "now": now}
        activity.record(TEXT_ERASED, erasure=self.erasure.id, **data)
        return 1


def _with_same_words(model: type[CountedModel], text: Text) -> list[int]:
    """A change of something else repeats the words in a new row: they go together."""
    if not issubclass(model, DatedRow):
        return [text.row]
    row = model.get_by_id(text.row)
    if isinstance(row.__data__[text.column], db.ErasedText):
        return []  # gone already, with another row
    series = [model._meta.fields[name] == row.__data__[name] for name in model.series]
    same = model._meta.fields[text.column] == row.__data__[text.column]
    found = db.tuples(model.select(model.id).where(*series, same).order_by(model.id))
    return [row_id for (row_id,) in found]


def _digest(model: type[CountedModel], row_id: int, columns: list[str]) -> str:
    """Return the digest of a row as it is; on PostgreSQL the row is held until the transaction ends."""
    fields = [model._meta.columns[name] for name in columns]
    query: Any = model.select(*fields).where(model.id == row_id)
    (values,) = db.tuples(query if db.is_sqlite() else query.for_update())
    return db.row_digest(str(model._meta.table_name), columns, values).hex()


def _witnessed(model: type[CountedModel], row_id: int) -> tuple[list[str], str]:
    """Return the columns and the digest that the log holds of a row: of its writing, or of the last erasure.

    A link that does not bear its own mark tells nothing: a digest that no row has then.
    """
    table = str(model._meta.table_name)
    erased = [
        event
        for event in ActivityEvent.select()
        .where(ActivityEvent.type == TEXT_ERASED.name)
        .order_by(ActivityEvent.seq)
        if (event.data.get("table"), event.data.get("row")) == (table, row_id)
    ]
    if erased:
        last = erased[-1]
        return (last.data["columns"], last.data["now"]) if last.link() == last.hash else (["id"], "")
    token = db.tuples(model.select(model.action).where(model.id == row_id))[0][0]
    for event in ActivityEvent.select().where(ActivityEvent.action == token).order_by(ActivityEvent.seq):
        for name, columns, _count, digest in event.rows if event.link() == event.hash else ():
            if name == table:
                return columns, _leaf(event.seq, table, digest, row_id)
    return ["id"], ""


def _leaf(seq: int, table: str, digest: str, row_id: int) -> str:
    for witness in ActivityRows.select().where(ActivityRows.seq == seq, ActivityRows.table == table):
        leaves = bytes(witness.leaves)
        if hashlib.sha256(leaves).hexdigest() == digest:
            return next((leaf.hex() for known, leaf in _LEAF.iter_unpack(leaves) if known == row_id), "")
    return ""


def _drop_drafts(results: list[int]) -> None:
    """What somebody is still typing about the item, or has sent as a working paper, may hold the same words."""
    items = ItemResult.select(ItemResult.item).where(ItemResult.id.in_(results))
    ItemDraft.delete().where(ItemDraft.item.in_(items)).execute()
    papers = IssuedPaper.select(IssuedPaper.id).where(
        IssuedPaper.audit.in_(AuditItem.select(AuditItem.audit).where(AuditItem.id.in_(items)))
    )
    PaperUpload.delete().where(PaperUpload.paper.in_(papers), PaperUpload.applied.is_null()).execute()
    PaperTaken.delete().where(PaperTaken.item.in_(items)).execute()
