"""Puts notices into the outbox, bundles them into mails, and gives failed mails another try."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from peewee import fn

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.dated import Moment
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.notifications import kinds
from auditor.notifications.models import Mail, Notice
from auditor.people import queries as people
from auditor.people.models import PersonDetail

MAIL_RETRIED = activity.event_type("mail.retried", _l("Mail queued again"), "mail")
_BATCH = 2000  # notices bundled in one transaction
_CHUNK = 500  # notices an INSERT


def notify(
    person_id: int,
    kind: str,
    params: dict[str, Any],
    path: str,
    key: str,
    at: datetime,
    immediate: bool = False,
) -> bool:
    """Have a person told something, once a ``key``; returns whether it is new.

    ``params`` holds ids and dates only, ``path`` is the page the mail links to. Call it inside the action
    that causes it. No mail leaves here. ``immediate`` is for what cannot wait for the day's bundle.
    """
    row = _row(person_id, kind, params, path, key, at, immediate)
    return int(Notice.insert(row).on_conflict_ignore().as_rowcount().execute()) == 1


def notify_many(notices: list[dict[str, Any]], at: datetime) -> int:
    """Have many persons told something; each dict holds the arguments of ``notify``. Returns how many are new."""
    rows = [_row(at=at, immediate=notice.pop("immediate", False), **notice) for notice in notices]
    added = 0
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        added += int(Notice.insert_many(chunk).on_conflict_ignore().as_rowcount().execute())
        reached(FailPoint.NOTICES_QUEUED)
    return added


def _row(
    person_id: int, kind: str, params: dict[str, Any], path: str, key: str, at: datetime, immediate: bool
) -> dict[str, Any]:
    if kind not in kinds.registered():
        raise RuntimeError(f"notice kind {kind} is not registered")
    return {
        "person": person_id,
        "kind": kind,
        "params": params,
        "path": path,
        "key": key,
        "created_at": at,
        "immediate": immediate,
    }


def bundle(at: datetime) -> int:
    """Put the notices that wait into mails: one a person and day, immediate ones apart. Returns mails made.

    Who has had today's mail gets the rest with tomorrow's. Leavers and persons without an address get a
    dropped mail, so that the outbox shows what was not sent and why.
    """
    made = 0
    while batch := _bundle_batch(at):
        made += batch
    return made


def _bundle_batch(at: datetime) -> int:
    day = clock.day_of(at)
    with db.transaction():
        had = Mail.select(Mail.person).where(Mail.day == day, Mail.number == 1)
        waiting = list(
            Notice.select()
            .where(
                Notice.mail.is_null(), Notice.created_at <= at, Notice.immediate | Notice.person.not_in(had)
            )
            .order_by(Notice.id)
            .limit(_BATCH)
        )
        if not waiting:
            return 0
        wanted: dict[tuple[int, int], list[int]] = {}
        for notice in waiting:
            wanted.setdefault((notice.person_id, notice.id if notice.immediate else 0), []).append(notice.id)
        reasons = _reasons_not_to_send({person_id for person_id, _apart in wanted}, at)
        numbers = _used_numbers({person_id for person_id, _apart in wanted}, day)
        for (person_id, apart), notice_ids in wanted.items():
            # Number 1 is the day's bundle; mails of their own count on from 2.
            number = max(numbers.get(person_id, 1), 1) + 1 if apart else 1
            numbers[person_id] = max(numbers.get(person_id, 1), number)
            mail = _make_mail(person_id, number, at, reasons.get(person_id, ""))
            reached(FailPoint.MAIL_MADE)
            Notice.update(mail=mail).where(Notice.id.in_(notice_ids), Notice.mail.is_null()).execute()
        return len(wanted)


def _make_mail(person_id: int, number: int, at: datetime, reason: str) -> Mail:
    mail: Mail = Mail.create(
        person=person_id,
        day=clock.day_of(at),
        number=number,
        message_id=f"<{uuid4().hex}@auditor>",
        next_attempt_at=at,
        state="dropped" if reason else "waiting",
        dropped_because=reason,
    )
    return mail


def _reasons_not_to_send(person_ids: set[int], at: datetime) -> dict[int, str]:
    moment = Moment.at(at)
    working = {row.person_id for row in people.employments(moment)}
    details = PersonDetail.standing(moment, PersonDetail.person.in_(person_ids))
    addresses = {row.person_id: row.email for row in details}
    reasons = {person_id: "left" for person_id in person_ids if person_id not in working}
    for person_id in person_ids - set(reasons):
        if not addresses.get(person_id):
            reasons[person_id] = "no_address"
    return reasons


def _used_numbers(person_ids: set[int], day: Any) -> dict[int, int]:
    rows = (
        Mail.select(Mail.person, fn.MAX(Mail.number))
        .where(Mail.day == day, Mail.person.in_(person_ids))
        .group_by(Mail.person)
    )
    return dict(db.tuples(rows))


def retry(actor: Actor, mail: Mail, at: datetime) -> None:
    """Queue a failed or waiting mail for the next sending."""
    with activity.action(actor, at):
        Mail.update(state="waiting", next_attempt_at=at, claimed_until=None, attempts=0).where(
            Mail.id == mail.id, Mail.state.in_(("failed", "waiting"))
        ).execute()
        activity.record(MAIL_RETRIED, mail=mail.id)
