"""Puts notices into the outbox and sends the mails that carry them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auditor.notifications import kinds
from auditor.notifications.models import Notice


def notify(person_id: int, kind: str, params: dict[str, Any], path: str, key: str, at: datetime) -> bool:
    """Have a person told something, once a ``key``; returns whether it is new.

    ``params`` holds ids and dates only, ``path`` is the page the mail links to. Call it inside the action
    that causes it. No mail leaves here: ``send_due`` does that.
    """
    if kind not in kinds.registered():
        raise RuntimeError(f"notice kind {kind} is not registered")
    row = {"person": person_id, "kind": kind, "params": params, "path": path, "key": key, "created_at": at}
    return int(Notice.insert(row).on_conflict_ignore().as_rowcount().execute()) == 1
