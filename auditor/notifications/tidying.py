"""Lets settled mails expire, and takes away what a server's answer may say of somebody who was erased."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from auditor import db
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.notifications.models import Mail, Notice
from auditor.people.models import PersonDetail
from auditor.work import DueThing

_CHUNK = 500  # mails looked at in one transaction
_SETTLED = ("sent", "dropped")


def tidy(at: datetime, still_due: Collection[DueThing]) -> int:
    """Delete what was sent or dropped longer ago than the company keeps mails; returns the rows.

    No report counts them. What waits or failed stays until it is settled. So does the notice of a thing that
    is still due: it keeps the thing from being told a second time.
    """
    moment = Moment.at(at)
    first_kept = moment.day - timedelta(days=company.setting("mail_kept_days", moment))
    telling = {(thing.notice, thing.id, thing.due_on.isoformat()) for thing in still_due}
    gone, after = forget_answers(), 0
    while ids := _settled_before(first_kept, after):
        gone += _delete(ids, telling)
        after = ids[-1]
    return gone


def _settled_before(first_kept: object, after: int) -> list[int]:
    rows = (
        Mail.select(Mail.id)
        .where(Mail.id > after, Mail.day < first_kept, Mail.state.in_(_SETTLED))
        .order_by(Mail.id)
        .limit(_CHUNK)
    )
    return [mail_id for (mail_id,) in db.tuples(rows)]


def _delete(mail_ids: list[int], telling: set[tuple[str, int, str]]) -> int:
    with db.transaction():
        notices = list(Notice.select().where(Notice.mail.in_(mail_ids)))
        kept = {notice.id for notice in notices if _about(notice) in telling}
        gone = 0
        old = [notice.id for notice in notices if notice.id not in kept]
        for start in range(0, len(old), _CHUNK):
            gone += Notice.delete().where(Notice.id.in_(old[start : start + _CHUNK])).execute()
        held = {notice.mail_id for notice in notices if notice.id in kept}
        free = [mail_id for mail_id in mail_ids if mail_id not in held]
        gone += Mail.delete().where(Mail.id.in_(free)).execute()
    return int(gone)


def _about(notice: Notice) -> tuple[str, int, str]:
    return notice.kind, notice.params.get("id", 0), notice.params.get("due_on", "")


def forget_answers() -> int:
    """Erase what servers answered about the mails of erased persons: an answer may name the address."""
    erased = PersonDetail.select(PersonDetail.person).where(PersonDetail.erased_at.is_null(False))
    said = Mail.update(last_error="").where(Mail.last_error != "", Mail.person.in_(erased))
    return int(said.execute())
