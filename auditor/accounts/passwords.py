"""Passwords: hashed with Argon2id, checked with the same work whether or not there is an account."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auditor.errors import RuleBroken
from auditor.language import _l

SHORTEST = 10
LONGEST = 200  # Argon2 takes any length; a form that sends a megabyte is not a person
_hasher = PasswordHasher()
# For passwords of 60 random bits, which no guessing shortens: a sheet of 200 must not take a minute. The first
# sign-in hashes them again at full cost.
_light = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
_NOBODYS = _hasher.hash(secrets.token_urlsafe(32))
# A hash takes 64 MiB and four cores. When everybody signs in at nine, each process makes one after the other: as
# fast as all together, in the memory of one, and whoever is signed in already still gets their pages.
_one_at_a_time = threading.Lock()

# The passwords of ten characters and more that lists of leaked ones and Japanese keyboards put first; shorter
# ones are refused by their length. Compared without digits and marks at the end, so that "password2026!" is one.
_COMMON = frozenset(
    """
    password passwort passw0rd p@ssw0rd p@ssword qwertyuiop qwertyuio qwerty qwertzuiop asdfghjkl zxcvbnm
    1q2w3e4r5t 1qaz2wsx3edc 1qaz2wsx qazwsxedc zaq12wsx q1w2e3r4t5 abcdefghij abcdefgh abcdefg iloveyou
    sunshine princess football baseball superman batman starwars trustno welcome letmein changeme
    administrator admin master monkey dragon shadow michael computer internet whatever secret
    sakura sakurasakura nippon japan tokyo arigatou arigato konnichiwa kawaii doraemon pokemon pikachu
    himawari ohayou suzuki tanaka takahashi yamamoto watanabe nakamura kobayashi privacy kojinjoho pasuwado
    """.split()  # noqa: SIM905
)
_ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def hashed(password: str) -> str:
    """Return what is stored of ``password``."""
    with _one_at_a_time:
        return _hasher.hash(_plain(password))


def hashed_random(password: str) -> str:
    """Return what is stored of a password that ``readable`` drew."""
    return _light.hash(_plain(password))


def matches(stored: str | None, password: str) -> bool:
    """Tell whether ``password`` is the stored one; as slow when nothing is stored."""
    try:
        with _one_at_a_time:
            found = _hasher.verify(stored or _NOBODYS, _plain(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(found) and stored is not None


def is_outdated(stored: str) -> bool:
    """Tell whether the hash was made with weaker settings than today's."""
    return bool(_hasher.check_needs_rehash(stored))


def check(password: str, own_words: Iterable[str]) -> None:
    """Refuse a password that is short, common, or made of the person's own number, name or address.

    Raises RuleBroken for the field ``password``. Length before everything, no forced mixture of signs:
    NIST SP 800-63B, 5.1.1.2.
    """
    if len(password) < SHORTEST:
        raise RuleBroken(_l("Use at least %(count)s characters.", count=SHORTEST), "password")
    if len(password) > LONGEST:
        raise RuleBroken(_l("Use at most %(count)s characters.", count=LONGEST), "password")
    folded = _plain(password).casefold()
    for word in own_words:
        own = _plain(word).casefold()
        if len(own) >= 3 and own in folded and len(folded) - len(own) < SHORTEST:
            raise RuleBroken(
                _l(
                    "Do not base the password on your employee number, name or e-mail address. Choose another one."
                ),
                "password",
            )
    if _is_common(folded):
        raise RuleBroken(_l("This password is easy to guess. Choose another one."), "password")


def _is_common(folded: str) -> bool:
    bare = folded.strip("0123456789!?.,-_#$%&*+=@ ")
    if bare in _COMMON or folded in _COMMON or len(set(folded)) <= 3:
        return True
    if any(folded in row or folded in row[::-1] for row in _ROWS):
        return True
    half = len(folded) // 2
    return len(folded) % 2 == 0 and folded[:half] == folded[half:] and _is_common(folded[:half] + "0")


def _plain(password: str) -> str:
    """Return the password in one form, whichever keyboard typed it (RFC 8265 asks for NFC; width is folded)."""
    return unicodedata.normalize("NFKC", password)


def readable(length: int = 12) -> str:
    """Return a random password without signs that are mistaken for each other on paper: 3x4 signs, 60 bits."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    drawn = "".join(secrets.choice(signs) for _ in range(length))
    return "-".join(drawn[start : start + 4] for start in range(0, length, 4))
