"""Puts notices into the outbox and bundles them into mails."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from peewee import Case, fn

from auditor import clock, db
from auditor.dated import Moment
from auditor.failpoints import FailPoint, reached
from auditor.notifications import kinds
from auditor.notifications.models import Mail, Notice
from auditor.people import queries as people
from auditor.people.models import PersonDetail

_LOCK = 0x61756473  # the advisory lock of bundling on PostgreSQL
_PERSONS = 500  # whose notices are bundled in one transaction
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
        _alone()
        wanted = _waiting_by_mail(at, day)
        if not wanted:
            return 0
        person_ids = {person_id for person_id, _apart in wanted}
        reasons = _reasons_not_to_send(person_ids, at)
        numbers = _used_numbers(person_ids, day)
        rows = []
        for person_id, apart in wanted:
            # Number 1 is the day's bundle; mails of their own count on from 2.
            number = max(numbers.get(person_id, 1), 1) + 1 if apart else 1
            numbers[person_id] = max(numbers.get(person_id, 1), number)
            rows.append(_mail_row(person_id, number, at, reasons.get(person_id, "")))
        _write_mails(rows, list(wanted.values()))
        return len(rows)


def _alone() -> None:
    """Let no other process bundle at the same time: both would see the same notices waiting."""
    if not db.is_sqlite():  # there the transaction holds the only write lock
        db.database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def _waiting_by_mail(at: datetime, day: date) -> dict[tuple[int, int], list[int]]:
    """Return the ids of waiting notices by (person, notice that goes apart or 0): all of the next persons'."""
    had = Mail.select(Mail.person).where(Mail.day == day, Mail.number == 1)
    waits = (
        Notice.mail.is_null()
        & (Notice.created_at <= at)
        & (Notice.immediate | Notice.person.not_in(had))
    )  # fmt: skip
    persons = (
        Notice.select(Notice.person)
        .where(waits)
        .group_by(Notice.person)
        .order_by(fn.MIN(Notice.id))
        .limit(_PERSONS)
    )
    ids = [person_id for (person_id,) in db.tuples(persons)]
    rows = Notice.select(Notice.id, Notice.person, Notice.immediate).where(waits, Notice.person.in_(ids))
    wanted: dict[tuple[int, int], list[int]] = {}
    for notice_id, person_id, immediate in db.tuples(rows.order_by(Notice.id)):
        wanted.setdefault((person_id, notice_id if immediate else 0), []).append(notice_id)
    return wanted


def _mail_row(person_id: int, number: int, at: datetime, reason: str) -> dict[str, Any]:
    return {
        "person": person_id,
        "day": clock.day_of(at),
        "number": number,
        "message_id": f"<{uuid4().hex}@auditor>",
        "next_attempt_at": at,
        "state": "dropped" if reason else "waiting",
        "dropped_because": reason,
    }


def _write_mails(rows: list[dict[str, Any]], notices: list[list[int]]) -> None:
    """Write the mails and put into each the notices that stand at the same place."""
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        Mail.insert_many(chunk).execute()
        written = Mail.select(Mail.message_id, Mail.id).where(
            Mail.message_id.in_([row["message_id"] for row in chunk])
        )
        id_of = dict(db.tuples(written))
        reached(FailPoint.MAIL_MADE)
        pairs = [
            (notice_id, id_of[row["message_id"]])
            for row, inside in zip(chunk, notices[start : start + _CHUNK], strict=True)
            for notice_id in inside
        ]
        for first in range(0, len(pairs), _CHUNK):
            part = pairs[first : first + _CHUNK]
            Notice.update(mail=Case(Notice.id, part)).where(
                Notice.id.in_([notice_id for notice_id, _mail in part]), Notice.mail.is_null()
            ).execute()


def _reasons_not_to_send(person_ids: set[int], at: datetime) -> dict[int, str]:
    moment = Moment.at(at)
    working = people.working(person_ids, moment)
    details = PersonDetail.standing(moment, PersonDetail.person.in_(person_ids))
    addresses = {row.person_id: row.email for row in details}
    reasons = {person_id: "left" for person_id in person_ids if person_id not in working}
    for person_id in person_ids - set(reasons):
        if not addresses.get(person_id):
            reasons[person_id] = "no_address"
    return reasons


def _used_numbers(person_ids: set[int], day: date) -> dict[int, int]:
    rows = (
        Mail.select(Mail.person, fn.MAX(Mail.number))
        .where(Mail.day == day, Mail.person.in_(person_ids))
        .group_by(Mail.person)
    )
    return dict(db.tuples(rows))
