"""The places where a killed process hurts most: between two steps that belong together.

Each is marked in the code by ``reached(FailPoint.X)``, which does nothing. A test arms one, kills the
process there, starts it again and holds that nothing is half-done and nothing is doubled
(tests/faults/killed). Only Python in the same process can arm one: no setting does.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class FailPoint(StrEnum):
    """The name of a place, and in words what has been ``done`` there and what is still ``ahead``."""

    done: str
    ahead: str

    def __new__(cls, name: str, done: str, ahead: str) -> FailPoint:
        point = str.__new__(cls, name)
        point._value_ = name
        point.done, point.ahead = done, ahead
        return point

    # Every action: one transaction that ends with the log, and the end of the log kept beside it.
    ACTION_WRITTEN = "action.written", "the rows are written", "their events are not"
    ACTION_LOGGED = "action.logged", "rows and events are written", "the transaction is open"
    ACTION_COMMITTED = "action.committed", "the transaction is committed", "the end of the log is not kept"
    HEAD_DRAFTED = "action.head", "the end of the log is in a temporary file", "it has not its name"
    CHUNK_WRITTEN = "rows.chunk", "some rows of a bulk insert are in", "the others are not"

    # Jobs.
    JOB_BEGUN = "job.begun", "the run stands as running", "the job has done nothing"
    JOB_WORKED = "job.worked", "the job has done its work", "the run has no outcome"
    SERIES_OPENED = "open_audits.series", "an audit of a series is open", "other series are not looked at"
    EXCEPTION_OPENED = "recheck.exception", "one break of independence is open", "others are not"
    ROUND_OPENED = "assign_training.round", "a round is open and assigned", "the next one is not"
    RULE_DONE = "assign_training.rule", "a rule is carried out", "other rules are not"
    NOTICES_QUEUED = "remind.chunk", "some notices are in the outbox", "the others are not"
    MAIL_MADE = "send_mail.made", "mails stand in the outbox", "their notices do not belong to them yet"
    MAILS_BUNDLED = "send_mail.bundled", "the mails are made", "none is sent"
    MAIL_CLAIMED = "send_mail.claimed", "a mail stands as being sent", "no server has heard of it"
    MAIL_ACCEPTED = "send_mail.accepted", "the server has taken a mail", "it still stands as being sent"
    PERSON_ERASED = "erase.person", "one leaver is erased", "the next one is not"
    EVIDENCE_MARKED = "look_for_evidence.marked", "some files stand as away or back", "the others do not"
    TIDY_STEP = "tidy.step", "one kind of leftovers is cleared away", "the next one is not"

    # Imports.
    ROSTER_KEPT = "roster.kept", "the file lies in the data folder", "no row names it"
    ROSTER_STAGED = "roster.staged", "the upload is kept", "nobody was told"
    ROSTER_UNITS = "roster.units", "the departments are written", "the persons are not"
    ROSTER_PERSONS = "roster.persons", "the persons are written", "their posts are not"
    ROSTER_ROWS = "roster.rows", "every row is written", "nobody was told of transfers and leavers"
    ROSTER_APPLIED = "roster.applied", "the roster is applied", "its upload still stands as waiting"
    ROSTER_SETTLED = "roster.settled", "the upload stands as applied", "its file still lies there"
    ROSTER_DISCARDED = "roster.discarded", "the upload is thrown away", "its file still lies there"
    CATALOGUE_HEADINGS = "catalogue.headings", "version and categories are written", "the controls are not"
    CATALOGUE_IMPORTED = "catalogue.imported", "the catalogue is imported", "its upload still stands"

    # Exports, uploads, erasure of files.
    EXPORT_WRITTEN = "export.written", "the workbook is in a temporary file", "the log does not tell of it"
    EXPORT_RECORDED = "export.recorded", "the log tells of the export", "the file has not its name"
    UPLOAD_WRITTEN = "upload.written", "the bytes are in a temporary file", "it has not its name"
    UPLOAD_NAMED = "upload.named", "the file has its name", "no row names it"
    FILE_MARKED = "erase.file", "a file stands as erased", "its bytes still lie there"

    # Sign-in and passwords.
    ATTEMPT_COUNTED = "sign_in.counted", "the attempt counts as failed", "the password was not looked at"
    PASSWORD_FITS = "sign_in.fits", "the password fits", "there is no session"
    SESSION_OPENED = "sign_in.session", "the session is open", "the browser has no cookie"
    FIRST_PASSWORD_STORED = "first_password.stored", "one password is stored", "the next one is not"
    SETUP_DONE = "setup.done", "the first administrator is there", "the setup code still lies there"

    # Training.
    QUIZ_ANSWER_WRITTEN = "quiz.answer", "the answer is written", "the transaction is open"

    # Starting and upgrading.
    KEY_WRITTEN = "key.written", "a new key is in a temporary file", "it has not its name"
    MIGRATION_WRITTEN = "migration.written", "a migration has changed the tables", "it is not noted"
    MIGRATION_APPLIED = "migration.applied", "a migration is applied", "the next one is not"


Action = Callable[[], None]
_armed: dict[FailPoint, Action] = {}


def reached(point: FailPoint) -> None:
    """Do what a test has armed ``point`` with: nothing, in the product."""
    if _armed and point in _armed:
        _armed[point]()


def arm(point: FailPoint, action: Action) -> None:
    """Have ``action`` called whenever this process reaches ``point``. For tests."""
    _armed[point] = action


def disarm() -> None:
    """Have no point do anything any more."""
    _armed.clear()
