"""Erases what is personal without breaking a count or the log (design §3.11).

Values and salt go; the row, its salted hash and an event stay, so that the log still witnesses the row and
nobody can find the values again by trying. An erased person reads as "erased", an erased file as "erased".
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dateutil.relativedelta import relativedelta

from auditor import activity, db
from auditor.access import Actor
from auditor.accounts.models import Credential, PasswordToken, Preference, Session
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.evidence.actions import path_of
from auditor.evidence.models import StoredFile
from auditor.failpoints import FailPoint, reached
from auditor.integrity import outside, texts, written
from auditor.language import _l
from auditor.notifications.tidying import forget_answers
from auditor.people import queries as people
from auditor.people.models import Employment, PersonDetail
from auditor.worklist.models import CalendarFeed

PERSON_ERASED = activity.event_type("person.erased", _l("Name and address erased"), "person", "rows")
FILE_ERASED = activity.event_type("evidence.erased", _l("Evidence file erased"), "file", "sha256", "erasure")


def erase_person(actor: Actor, person_id: int, at: datetime) -> int:
    """Erase name, reading, address and account of somebody who has left; returns the rows emptied.

    Raises RuleBroken for a person who still works here. Erasing again changes nothing.
    """
    if people.is_working(person_id, Moment.at(at)):
        raise RuleBroken(
            _l("This person still works here. Nothing was erased. Record the leaving first, on the roster.")
        )
    rows = empty_person(actor, person_id, at)
    outside.note()
    return rows


def empty_person(actor: Actor, person_id: int, at: datetime) -> int:
    """Erase somebody whose leaving was looked at; returns the rows emptied."""
    emptied = dict.fromkeys((*PersonDetail.personal, "salt"), None)
    with activity.action(actor, at):
        rows = int(
            PersonDetail.update(**emptied, erased_at=at)
            .where(PersonDetail.person == person_id, PersonDetail.erased_at.is_null())
            .execute()
        )
        if rows:
            for model in (Session, PasswordToken, Preference, Credential, CalendarFeed):
                model.delete().where(model.person == person_id).execute()
            forget_answers()
            activity.record(PERSON_ERASED, person=person_id, rows=rows)
    return rows


def erase_due(actor: Actor, at: datetime) -> int:
    """Erase everybody who left longer ago than the company keeps names; returns the number of persons."""
    moment = Moment.at(at)
    last_day = moment.day - relativedelta(years=company.setting("leaver_kept_years", moment))
    left = Employment.standing(moment).where(Employment.status == "left", Employment.valid_from <= last_day)
    kept = PersonDetail.select(PersonDetail.person).where(PersonDetail.erased_at.is_null())
    due = db.tuples(left.where(Employment.person.in_(kept)).select(Employment.person))
    erased = 0
    for (person_id,) in due:
        erased += empty_person(actor, person_id, at) > 0
        reached(FailPoint.PERSON_ERASED)
    outside.note()
    return erased


def erase_file(actor: Actor, stored: StoredFile, folder: Path, reason: str, at: datetime) -> bool:
    """Erase the bytes of an evidence file, wherever it is attached, its names and notes; tells if it was there.

    The row is marked first: a crash between leaves bytes that are erased when this is called again.
    Raises RuleBroken without a reason.
    """
    with activity.action(actor, at):
        marked = (
            StoredFile.update(erased_at=at)
            .where(StoredFile.id == stored.id, StoredFile.erased_at.is_null())
            .execute()
        )
        if marked:
            erasure = texts.decide("file", actor, reason, at)
            texts.erase_of_rows(erasure, written.of_file(stored.id))
            activity.record(FILE_ERASED, file=stored.id, sha256=stored.sha256, erasure=erasure.id)
    reached(FailPoint.FILE_MARKED)
    path_of(folder, stored.sha256).unlink(missing_ok=True)
    outside.note()
    return bool(marked)
