"""Evidence of a self-inspection: files and links with what is said of them, newer versions, what hangs elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from auditor.access import Actor
from auditor.audits import attached, attaching
from auditor.audits.attached import Offered
from auditor.audits.attaching import File, Link
from auditor.audits.inspections.answering import require_open
from auditor.audits.inspections.queries import seen_by
from auditor.audits.models import AuditItem
from auditor.evidence.actions import About
from auditor.evidence.models import Evidence


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
    return attaching.attach_known(actor, at, item, evidence_ids, seen_by)


def replace(
    actor: Actor, at: datetime, folder: Path, item: AuditItem, evidence_id: int, by: File | Link, about: About
) -> Evidence:
    """Take in a newer version; the old one stays readable. Raises as ``attaching.replace``, also when not open."""
    require_open(item.audit)
    return attaching.replace(actor, at, folder, item, evidence_id, by, about)


def offered(actor: Actor, item: AuditItem, at: datetime) -> list[Offered]:
    """Return what may be hung on the item too, of this self-inspection first: three queries."""
    rows, _more = attached.offered(actor, item, at, seen=seen_by)
    return rows
