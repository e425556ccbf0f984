"""Evidence of a self-inspection: files and links with what is said of them, newer versions, what hangs elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from peewee import JOIN

from auditor.access import Actor
from auditor.audits import attaching
from auditor.audits.attached import OFFERED, overtaken
from auditor.audits.attaching import File, Link
from auditor.audits.inspections.answering import require_open
from auditor.audits.inspections.queries import seen_by
from auditor.audits.models import Audit, AuditItem, ItemEvidence
from auditor.catalogue.models import Control
from auditor.dated import Moment
from auditor.evidence.actions import About
from auditor.evidence.models import Evidence, StoredFile


@dataclass(frozen=True)
class Offered:
    """Evidence that may be hung on one more item, and where it hangs."""

    id: int
    name: str
    link: bool
    about_on: date
    expires_on: date | None
    number: str  # of the self-inspection
    code: str  # of the control


def attach_files(
    actor: Actor, at: datetime, folder: Path, item: AuditItem, files: Sequence[File], about: About
) -> int:
    """Store files and hang them on the item, all or none. Raises RuleBroken, also when it is not open."""
    require_open(item.audit)
    return attaching.attach_files(actor, at, folder, item, files, about)


def attach_link(actor: Actor, at: datetime, item: AuditItem, link: Link, about: About) -> Evidence:
    """Hang a link on the item, once. Raises RuleBroken for what is no https address, or when it is not open."""
    require_open(item.audit)
    return attaching.attach_link(actor, at, item, link, about)


def attach_known(actor: Actor, at: datetime, item: AuditItem, evidence_ids: Collection[int]) -> int:
    """Hang on the item what hangs on others of this subject. Raises NotFound for any other, RuleBroken."""
    require_open(item.audit)
    return attaching.attach_known(actor, at, item, evidence_ids, _among)


def replace(
    actor: Actor, at: datetime, folder: Path, item: AuditItem, evidence_id: int, by: File | Link, about: About
) -> Evidence:
    """Take in a newer version; the old one stays readable. Raises as ``attaching.replace``, also when not open."""
    require_open(item.audit)
    return attaching.replace(actor, at, folder, item, evidence_id, by, about)


def offered(actor: Actor, item: AuditItem, at: datetime) -> list[Offered]:
    """Return what may be hung on the item too, of this self-inspection first: three queries."""
    rows = _usable(actor, item, at).order_by(
        (Audit.id == item.audit_id).desc(), Audit.id.desc(), Evidence.id.desc(), AuditItem.position
    )
    found: dict[int, Offered] = {}
    for row in rows.limit(4 * OFFERED):
        one, check = row.evidence, row.item
        link = one.file_id is None
        found.setdefault(
            one.id,
            Offered(
                one.id, one.name, link, one.about_on, one.expires_on, check.audit.number, check.control.code
            ),
        )
    return list(found.values())[:OFFERED]


def _among(actor: Actor, item: AuditItem, at: datetime, evidence_ids: list[int]) -> list[Evidence]:
    rows = _usable(actor, item, at).where(Evidence.id.in_(evidence_ids))
    return list({row.evidence_id: row.evidence for row in rows}.values())


def _usable(actor: Actor, item: AuditItem, at: datetime) -> Any:
    """Evidence of self-inspections of the subject that the person may see, not here yet and replaced by none."""
    moment = Moment.at(at)
    here = ItemEvidence.standing(moment, ItemEvidence.item == item.id).where(ItemEvidence.held)
    seen = AuditItem.select(AuditItem.id).join(Audit)
    seen = seen.where(seen_by(actor, at), Audit.subject == item.audit.subject_id)
    rows = ItemEvidence.standing(moment, ItemEvidence.item.in_(seen))
    return (
        rows.select(ItemEvidence, Evidence, StoredFile, AuditItem, Audit, Control)
        .join(Evidence)
        .join(StoredFile, JOIN.LEFT_OUTER)
        .switch(ItemEvidence)
        .join(AuditItem)
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .where(
            ItemEvidence.held,
            Evidence.id.not_in(here.select(ItemEvidence.evidence)),
            ~overtaken(moment),
            StoredFile.erased_at.is_null(),
        )
    )
