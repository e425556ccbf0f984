"""First passwords: handed out on paper by the administrator, shown once, never stored in clear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from auditor import activity
from auditor.access import Actor
from auditor.accounts import actions, passwords
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.people import queries as people

FIRST_PASSWORDS_ISSUED = activity.event_type(
    "accounts.first_passwords_issued", _l("First passwords handed out"), "persons", "count"
)
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class FirstPassword:
    """One line of the sheet: it exists only in the answer to the request that made it."""

    person_id: int
    password: str
    expires_at: datetime


def issue_first_passwords(actor: Actor, person_ids: Iterable[int], at: datetime) -> list[FirstPassword]:
    """Give each person a password that must be changed at the first sign-in, and return them for the sheet.

    An earlier password and the open sessions of the person end. Raises RuleBroken for a leaver or too many.
    """
    wanted = list(dict.fromkeys(person_ids))
    moment = Moment.at(at)
    if len(wanted) > MOST_AT_ONCE:
        raise RuleBroken(_l("At most %(count)s at once. Narrow the choice.", count=MOST_AT_ONCE))
    working = people.working(wanted, moment)
    if set(wanted) - working:
        raise RuleBroken(
            _l("Somebody among them no longer works here, so nothing was issued. Load the list again.")
        )
    expires_at = at + timedelta(days=company.setting("first_password_days", moment))
    issued = [FirstPassword(person_id, passwords.readable(), expires_at) for person_id in wanted]
    stored = [passwords.hashed_random(one.password) for one in issued]
    with activity.action(actor, at):
        for one, its_hash in zip(issued, stored, strict=True):
            actions.store_hash(one.person_id, its_hash, at, must_change=True, expires_at=expires_at)
            actions.end_sessions(one.person_id, at)
            reached(FailPoint.FIRST_PASSWORD_STORED)
        activity.record(FIRST_PASSWORDS_ISSUED, persons=wanted, count=len(wanted))
    return issued
