"""What keeps the application from reading or writing, told apart by what the operator does about it.

These are errors of the disk and of the database, never of the person at the page: nothing is half-written, and
the same thing done again later succeeds.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from enum import StrEnum

from peewee import DatabaseError, InterfaceError, InternalError, OperationalError

from auditor.language import _

RAISED = (DatabaseError, InterfaceError, OSError)  # among these are outages; ``of`` tells which


class Outage(StrEnum):
    FULL = "full"  # no room on the disk
    READ_ONLY = "read_only"  # it can be read and not written
    BUSY = "busy"  # somebody else holds it longer than anybody waits
    GONE = "gone"  # the database cannot be reached
    DAMAGED = "damaged"  # it is there and cannot be read

    @property
    def status(self) -> int:
        """The status of the page."""
        return 507 if self is Outage.FULL else 503


_OF_ERRNO = {
    errno.ENOSPC: Outage.FULL,
    errno.EDQUOT: Outage.FULL,
    errno.EFBIG: Outage.FULL,
    errno.EROFS: Outage.READ_ONLY,
    errno.EACCES: Outage.READ_ONLY,
    errno.EPERM: Outage.READ_ONLY,
    errno.EIO: Outage.DAMAGED,
}
# PostgreSQL says it by SQLSTATE; the first two characters stand for a class.
_OF_SQLSTATE = {
    "53100": Outage.FULL,
    "25006": Outage.READ_ONLY,  # a standby, or default_transaction_read_only
    "42501": Outage.READ_ONLY,
    "55P03": Outage.BUSY,  # lock_timeout
    "40001": Outage.BUSY,
    "40P01": Outage.BUSY,
    "57014": Outage.BUSY,  # statement_timeout
    "53": Outage.BUSY,  # too many connections, out of memory
    "42P01": Outage.DAMAGED,  # a table is not there
    "XX": Outage.DAMAGED,
    "58": Outage.DAMAGED,
}
# SQLite says it in words; its numbers reach Python only since 3.11, and not through peewee's own errors.
_OF_WORDS = (
    ("disk is full", Outage.FULL),
    ("readonly database", Outage.READ_ONLY),
    ("locked", Outage.BUSY),
    ("every connection is in use", Outage.BUSY),
    ("not a database", Outage.DAMAGED),
    ("malformed", Outage.DAMAGED),
    ("disk i/o error", Outage.DAMAGED),
    ("no such table", Outage.DAMAGED),
)


def of(error: BaseException) -> Outage | None:
    """Return the outage that ``error`` tells of, or None when it is an error of another kind."""
    return None if _of_one(error) is None else _of_one(_cause(error))


def reason(error: BaseException) -> str:
    """Return the words of the driver or the system, in one line, for the operator."""
    return " ".join(str(_cause(error)).split())


def _cause(error: BaseException) -> BaseException:
    """Return the first error of the chain that says more than "gone".

    An error while undoing stands before the one that had to be undone.
    """
    return next((one for one in _chain(error) if _of_one(one) not in (None, Outage.GONE)), error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _of_one(error: BaseException) -> Outage | None:
    if isinstance(error, OSError):
        return _OF_ERRNO.get(error.errno or 0)
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    state = _sqlstate(error)
    if state is not None:
        return _OF_SQLSTATE.get(state) or _OF_SQLSTATE.get(state[:2]) or _general(error)
    words = str(error).lower()
    said = next((outage for part, outage in _OF_WORDS if part in words), None)
    return said or _general(error)


def _general(error: BaseException) -> Outage | None:
    """Return what an error is that says no more than its kind; a broken rule of the database is none."""
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        return Outage.GONE
    return None if type(error) is not DatabaseError else Outage.DAMAGED


def _sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE of the driver's error, on which peewee raises its own."""
    state = getattr(error.__context__, "sqlstate", None)
    return str(state) if state else None


def said(outage: Outage) -> str:
    """Return what happened and what to do, in one line for a terminal or a log."""
    return str(
        {
            Outage.FULL: _("The disk is full. Nothing was changed. Make room and try again."),
            Outage.READ_ONLY: _(
                "The data folder or the database cannot be written. Nothing was changed. "
                "Look at who owns it and how it is mounted, and try again."
            ),
            Outage.BUSY: _(
                "Another program has held the database for too long. Nothing was changed. Try again in a minute."
            ),
            Outage.GONE: _(
                "The database does not answer. Nothing was changed. Look whether it is there and runs."
            ),
            Outage.DAMAGED: _(
                "The database or the disk cannot be read. Nothing was changed. See “The database is damaged” in "
                "docs/operations.md."
            ),
        }[outage]
    )
