"""The person's own statement at the end of a course, about exactly what was shown (design §3.5)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from peewee import IntegrityError

from auditor import activity, events
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.people.models import PersonDetail
from auditor.people.names import search_key
from auditor.training import reading
from auditor.training.courses import content_hash
from auditor.training.models import Assignment, Attestation, CourseVersion, QuizAttempt, QuizResult
from auditor.training.taking import own_only

ATTESTED = activity.event_type(
    "training.attested", _l("Attestation given"), "assignment", "attestation", "version", "language", "hash"
)
RECEIPT_TRIES = 20


def attest(
    actor: Actor,
    assignment: Assignment,
    attempt: QuizAttempt,
    language: str,
    shown: Mapping[str, str],
    agreed: bool,
    name: str,
    at: datetime,
) -> Attestation:
    """Write the person's statement and return it; of two clicks, the one there is.

    ``shown`` holds the hashes ("wording", "content") that the page carried: the statement is about exactly
    what was on it. Raises RuleBroken unless the text was read to the end in ``language``, the attempt
    passed, the box ticked and the own name typed (design §3.5).
    """
    own_only(actor, assignment)
    there: Attestation | None = Attestation.get_or_none(Attestation.attempt == attempt.id)
    if there is not None and there.assignment_id == assignment.id:
        return there
    version = reading.version_of(assignment, Moment.at(at))
    wording = version.attestation_ja if language == "ja" else version.attestation_en
    text_hash = reading.text_hash(version, language)
    _may_attest(assignment, attempt, version, language)
    if shown.get("wording") != content_hash(wording) or shown.get("content") != text_hash:
        raise RuleBroken(_l("The page was not up to date. Please read the statement again and sign it."))
    if not agreed:
        raise RuleBroken(
            _l("Tick the box if you agree. If you cannot agree, please ask the administrator."), "agree"
        )
    if not is_own_name(actor, name, at):
        raise RuleBroken(_l("Type your name as it is registered."), "name")
    return _write_attestation(actor, assignment, attempt, version, language, wording, at)


def _may_attest(assignment: Assignment, attempt: QuizAttempt, version: CourseVersion, language: str) -> None:
    if language not in reading.languages_read(assignment.id, version):
        raise RuleBroken(
            _l("This text was not shown to you to its end in this language. Please read it first.")
        )
    result = QuizResult.get_or_none(QuizResult.attempt == attempt.id)
    if (
        attempt.assignment_id != assignment.id
        or attempt.version_id != version.id
        or not (result and result.passed)
    ):
        raise RuleBroken(_l("The quiz has not been passed yet."))


def _write_attestation(
    actor: Actor,
    assignment: Assignment,
    attempt: QuizAttempt,
    version: CourseVersion,
    language: str,
    wording: str,
    at: datetime,
) -> Attestation:
    text_hash = reading.text_hash(version, language)
    try:
        with activity.action(actor, at):
            row: Attestation = Attestation.create(
                assignment=assignment.id,
                person=actor.person_id,
                version=version.id,
                attempt=attempt.id,
                language=language,
                wording=wording,
                wording_hash=content_hash(wording),
                content_hash=text_hash,
                attested_at=at,
                receipt=_receipt_number(assignment),
            )
            Assignment.update(completed_at=at).where(
                Assignment.id == assignment.id, Assignment.completed_at.is_null()
            ).execute()
            activity.record(
                ATTESTED,
                assignment=assignment.id,
                attestation=row.id,
                version=version.id,
                language=language,
                hash=text_hash,
            )
            events.tell(events.TrainingCompleted(actor, at, assignment.id))
    except IntegrityError:
        row = Attestation.get(Attestation.attempt == attempt.id)
    return row


def _receipt_number(assignment: Assignment) -> str:
    """Return a number that nobody has: year of the round, assignment, four digits that cannot be guessed."""
    for _attempt in range(RECEIPT_TRIES):
        number = (
            f"T{assignment.round.fiscal_year % 100:02d}-{assignment.id:04d}-{secrets.token_hex(2).upper()}"
        )
        if not Attestation.select().where(Attestation.receipt == number).exists():
            return number
    raise RuntimeError("no free receipt number was found")


def is_own_name(actor: Actor, name: str, at: datetime) -> bool:
    """Tell whether ``name`` is the person's registered one: as written, its reading, or in Latin letters.

    Variants of a character (髙 and 高), width and spaces make no difference: not every keyboard has them.
    """
    detail = PersonDetail.latest(Moment.at(at), person=actor.person_id)
    if detail is None or not search_key(name):
        return False
    writings = (
        f"{detail.family_name or ''}{detail.given_name or ''}",
        f"{detail.family_kana or ''}{detail.given_kana or ''}",
        detail.romanised or "",
    )
    return search_key(name) in {search_key(writing) for writing in writings if writing}
