"""Addresses that stand for evidence: kept and shown, never fetched."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from auditor.errors import RuleBroken
from auditor.language import _l

LONGEST = 2_000
_APART = frozenset('"<>\\^`{|}')  # no address has them as they are


def plain_address(text: str) -> str:
    """Return the address as it is kept. Raises RuleBroken (field ``url``) for what is no https address.

    One with a name and password in it is refused: they would be shown to everybody who sees the item.
    """
    address = text.strip()
    if len(address) > LONGEST:
        raise RuleBroken(_l("The address is too long: at most %(count)s characters.", count=LONGEST), "url")
    if any(c in _APART or unicodedata.category(c)[0] in "CZ" for c in address):
        raise RuleBroken(_l("The address holds a character that no address has, such as a space."), "url")
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme.lower() != "https" or not host:
        raise RuleBroken(_l("Enter an address that begins with https://."), "url")
    if "@" in parts.netloc:
        raise RuleBroken(
            _l(
                "The address holds a name or a password. Take it out: everybody who sees the item would see it."
            ),
            "url",
        )
    return address


def host_of(address: str) -> str:
    """Return where an address leads; empty for an erased one."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
