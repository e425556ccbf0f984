"""The first administrator of an empty installation: made once, by whoever has the setup code."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from auditor import activity, db
from auditor.access import Role, application
from auditor.accounts import actions, passwords, queries, roles
from auditor.errors import NotFound
from auditor.failpoints import FailPoint, reached

FIRST_STEPS = application("first steps")
HAS_CODE = "setup"  # in the cookie of the browser that gave the code: the mark of that code
_LOCK = 0x61756472  # the advisory lock of the last step on PostgreSQL


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
    kept = _kept(folder)
    typed = hashlib.sha256(code.strip().lower().encode()).hexdigest()
    return bool(kept) and hmac.compare_digest(kept, typed)


def mark(folder: Path) -> str:
    """Return what the browser keeps to show that it gave the current code; empty when there is no code."""
    kept = _kept(folder)
    # Hashed once more, so that what is in the cookie tells nobody what is in the file.
    return hashlib.sha256(f"setup:{kept}".encode()).hexdigest() if kept else ""


def is_current(folder: Path, marked: object) -> bool:
    """Tell whether a browser's mark is that of the current code: a new start of the server ends the earlier one."""
    current = mark(folder)
    return bool(current) and hmac.compare_digest(current, str(marked or ""))


def _kept(folder: Path) -> str:
    try:
        return _file(folder).read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextmanager
def last_step(folder: Path, at: datetime) -> Iterator[None]:
    """Run the last of the first steps, all of it or nothing, by one process at a time; it ends the setup code.

    Raises NotFound when there is an administrator already.
    """
    with activity.action(FIRST_STEPS, at):
        if not db.is_sqlite():  # there the transaction holds the write lock from its begin
            db.database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if queries.has_administrator():
            raise NotFound
        yield
    reached(FailPoint.SETUP_DONE)
    _file(folder).unlink(missing_ok=True)


def make_first_administrator(person_id: int, password: str, at: datetime) -> None:
    """Make the person administrator with a password of their own; inside ``last_step`` only.

    Raises RuleBroken for a weak password or a leaver.
    """
    passwords.check(password, queries.own_words(person_id, at))
    roles.grant_role(FIRST_STEPS, person_id, Role.ADMINISTRATOR, at)
    actions.set_password(FIRST_STEPS, person_id, password, at)
