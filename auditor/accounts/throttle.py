"""Stops guessing: failed sign-ins are counted by what was typed and by where it came from, in the database.

An attempt is written down before its password is looked at, so that attempts in parallel cannot pass
the limit together; and as what was typed is counted, an account that does not exist stops just the same.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from auditor.accounts.models import SignInAttempt
from auditor.errors import AuditorError

PERIOD = timedelta(minutes=15)
ACCOUNT_LIMIT = 5
ADDRESS_LIMIT = 30


class Throttled(AuditorError):
    """Too many failures (answered 429); nothing was tried. ``until`` is when the next attempt is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__("throttled")
        self.until = until


def begin(login: str, address: str, key: bytes, at: datetime) -> tuple[int, int]:
    """Write an attempt down and return its id and how many more may fail. Raises Throttled.

    ``login`` must be normalised; it and ``address`` are stored as HMACs with ``key`` only.
    """
    account, place = _hash("account", login, key), _hash("address", place_of(address), key)
    # What lies ahead was written while the clock was far off, and would stop its account until then.
    old, ahead = SignInAttempt.at < at - timedelta(days=1), SignInAttempt.at > at + timedelta(days=1)
    SignInAttempt.delete().where(old | ahead).execute()
    attempt = SignInAttempt.create(account_hash=account, address_hash=place, at=at)
    of_account = _failures(SignInAttempt.account_hash == account, at)
    of_address = _failures(SignInAttempt.address_hash == place, at)
    waits = [
        times[-limit - 1] + PERIOD
        for times, limit in ((of_account, ACCOUNT_LIMIT), (of_address, ADDRESS_LIMIT))
        if len(times) > limit
    ]
    if waits:
        # An attempt that was not looked at does not lengthen the wait.
        SignInAttempt.delete().where(SignInAttempt.id == attempt.id).execute()
        raise Throttled(max(waits))
    return attempt.id, ACCOUNT_LIMIT - len(of_account)


def place_of(address: str) -> str:
    """Return what is counted of an address: of IPv6 its /64, in which one machine has as many as it likes."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return address
    return str(known.ipv4_mapped or ipaddress.ip_network((int(known), 64), strict=False))


def succeeded(attempt_id: int) -> None:
    """Say that the attempt was no failure; the account's earlier failures no longer count."""
    SignInAttempt.update(succeeded=True).where(SignInAttempt.id == attempt_id).execute()


def _failures(condition: object, at: datetime) -> list[datetime]:
    """Return when the failures that count happened, oldest first; of an account those since its last success."""
    rows = (
        SignInAttempt.select(SignInAttempt.at, SignInAttempt.succeeded, SignInAttempt.account_hash)
        .where(condition, SignInAttempt.at > at - PERIOD)
        .order_by(SignInAttempt.at, SignInAttempt.id)
    )
    times: dict[str, list[datetime]] = {}
    for row in rows:
        if row.succeeded:
            times[row.account_hash] = []
        else:
            times.setdefault(row.account_hash, []).append(row.at)
    return sorted(instant for found in times.values() for instant in found)


def _hash(kind: str, value: str, key: bytes) -> str:
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
