"""The first administrator of an empty installation."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import datetime
from pathlib import Path

from auditor import activity
from auditor.access import Role, application
from auditor.accounts import actions, passwords, queries, roles
from auditor.errors import NotFound

FIRST_STEPS = application("first steps")
HAS_CODE = "setup"  # in the cookie of the browser that gave the code


def _file(folder: Path) -> Path:
    return folder / "keys" / "setup-code.sha256"


def new_code(folder: Path) -> str | None:
    """Return a fresh setup code, to be printed by whoever starts the server; None once there is an administrator.

    Only its hash is kept, in the data folder; an earlier code ends.
    """
    if queries.has_administrator():
        _file(folder).unlink(missing_ok=True)
        return None
    code = passwords.readable()
    file = _file(folder)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(hashlib.sha256(code.encode()).hexdigest())
    return code


def code_fits(folder: Path, code: str) -> bool:
    """Tell whether ``code`` is the one that was printed last."""
    try:
        kept = _file(folder).read_text(encoding="ascii").strip()
    except OSError:
        return False
    typed = hashlib.sha256(code.strip().lower().encode()).hexdigest()
    return hmac.compare_digest(kept, typed)


def make_first_administrator(person_id: int, password: str, folder: Path, at: datetime) -> None:
    """Make the person administrator with a password of their own, and end the setup code.

    Raises NotFound when there is an administrator already, RuleBroken for a weak password or a leaver.
    """
    passwords.check(password, queries.own_words(person_id, at))
    with activity.action(FIRST_STEPS, at):
        if queries.has_administrator():
            raise NotFound
        roles.grant_role(FIRST_STEPS, person_id, Role.ADMINISTRATOR, at)
        actions.set_password(FIRST_STEPS, person_id, password, at)
    _file(folder).unlink(missing_ok=True)
