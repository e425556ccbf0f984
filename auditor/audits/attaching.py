"""Hangs evidence on items: files and links, what hangs elsewhere already, newer versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from auditor import activity, db
from auditor.access import Actor
from auditor.audits import queries, trail
from auditor.audits.attached import Seen, offered_among
from auditor.audits.conducting import attach, must_be_open
from auditor.audits.models import AuditItem, ItemEvidence
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.evidence import actions as evidence
from auditor.evidence.actions import About
from auditor.evidence.media import safe_name
from auditor.evidence.models import Evidence
from auditor.evidence.twins import twin, twin_link
from auditor.language import _l


@dataclass(frozen=True)
class File:
    """A file that somebody sends."""

    stream: BinaryIO
    name: str


@dataclass(frozen=True)
class Link:
    """An address that somebody enters, and what is found there."""

    url: str
    title: str


def attach_files(
    actor: Actor, at: datetime, folder: Path, item: AuditItem, files: Sequence[File], about: About
) -> int:
    """Store the files and hang them on the item, all or none; returns how many were sent.

    Raises RuleBroken, which names the file where there are several.
    """
    with activity.action(actor, at):
        for file in files:
            try:
                attach(actor, at, folder, item, file.stream, file.name, about)
            except RuleBroken as broken:
                if len(files) == 1 or broken.field != "file":
                    raise
                named = {"name": safe_name(file.name), "why": broken.message}
                raise RuleBroken(
                    _l("%(name)s: %(why)s None of the files was attached.", **named), "file"
                ) from None
    return len(files)


def attach_link(actor: Actor, at: datetime, item: AuditItem, link: Link, about: About) -> Evidence:
    """Keep the link and hang it on the item; sent twice, the one that hangs there is returned.

    Raises RuleBroken for what is no https address, or a closed audit.
    """
    with activity.action(actor, at):
        must_be_open(actor, at, item)
        there = twin_link(_held(item, at), link.url, link.title, at, about)
        if there is not None:
            return there
        kept = evidence.add_link(actor, at, link.url, link.title, about)
        _hang(actor, at, item, kept)
        return kept


def attach_known(
    actor: Actor,
    at: datetime,
    item: AuditItem,
    evidence_ids: Collection[int],
    seen: Seen = queries.results_seen_by,
) -> int:
    """Hang evidence that hangs on other items on this one too, without a copy; returns how many were new here.

    Raises NotFound for evidence that the person may not see or that belongs to another subject.
    """
    wanted = list(dict.fromkeys(evidence_ids))
    if not wanted:
        raise RuleBroken(_l("Choose at least one. Nothing was changed."))
    with activity.action(actor, at):
        must_be_open(actor, at, item)
        fresh = [one for one in wanted if one not in _held(item, at)]
        known = offered_among(actor, item, at, fresh, seen)
        if len(known) != len(fresh):
            raise NotFound
        for one in known:
            _hang(actor, at, item, one)
        return len(fresh)


def replace(
    actor: Actor, at: datetime, folder: Path, item: AuditItem, evidence_id: int, by: File | Link, about: About
) -> Evidence:
    """Take in a newer version of evidence that hangs on the item; the old one stays readable in its history.

    Every item of this audit that holds the old one gets the new one; other audits keep what they had. Raises
    NotFound when it does not hang here, RuleBroken when somebody has replaced it already.
    """
    with activity.action(actor, at):
        must_be_open(actor, at, item)
        old: Evidence | None = Evidence.get_or_none(Evidence.id == evidence_id)
        stated = ItemEvidence.latest(Moment.at(at), item=item.id, evidence=evidence_id)
        if old is None or stated is None:
            raise NotFound
        there = _sent_before(item, old, by, at, about)
        if there is not None:
            return there
        if not stated.held:
            raise NotFound
        if isinstance(by, File):
            kept = evidence.add_file(actor, at, folder, by.stream, by.name, about, replaces=old)
        else:
            kept = evidence.add_link(actor, at, by.url, by.title, about, replaces=old)
        same_audit = AuditItem.select(AuditItem.id).where(AuditItem.audit == item.audit_id)
        rows = ItemEvidence.standing(Moment.at(at), ItemEvidence.item.in_(same_audit))
        holding = list(rows.where(ItemEvidence.held, ItemEvidence.evidence == old.id))
        for row in holding:
            ItemEvidence.write(
                at, actor.person_id, replaces=row, item=row.item_id, evidence=old.id, held=False
            )
            ItemEvidence.write(at, actor.person_id, item=row.item_id, evidence=kept.id, held=True)
        activity.record(
            trail.EVIDENCE_REPLACED, audit=item.audit_id, before=old.id, evidence=kept.id, count=len(holding)
        )
        return kept


def _sent_before(
    item: AuditItem, old: Evidence, by: File | Link, at: datetime, about: About
) -> Evidence | None:
    """Return the newer version that the same form made when it was sent the first time."""
    newer = [row.id for row in Evidence.select(Evidence.id).where(Evidence.replaces == old.id)]
    beside = [one for one in newer if one in _held(item, at)]
    if isinstance(by, File):
        return twin(beside, by.stream, by.name, at, about)
    return twin_link(beside, by.url, by.title, at, about)


def _held(item: AuditItem, at: datetime) -> list[int]:
    rows = ItemEvidence.standing(Moment.at(at), ItemEvidence.item == item.id).where(ItemEvidence.held)
    return [one for (one,) in db.tuples(rows.select(ItemEvidence.evidence))]


def _hang(actor: Actor, at: datetime, item: AuditItem, kept: Evidence) -> None:
    before = ItemEvidence.latest(Moment.at(at), item=item.id, evidence=kept.id)  # taken off once
    ItemEvidence.write(at, actor.person_id, replaces=before, item=item.id, evidence=kept.id, held=True)
    activity.record(trail.EVIDENCE_ATTACHED, audit=item.audit_id, item=item.id, evidence=kept.id)
