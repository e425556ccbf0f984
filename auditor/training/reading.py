"""Reads of one person's way through a course: version, what was shown, attempts, answers, receipts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.prepared import Prepared
from auditor.training import text
from auditor.training.models import (
    Assignment,
    Attestation,
    ContentShown,
    CourseState,
    CourseVersion,
    Question,
    QuizAttempt,
    QuizDraft,
    QuizResult,
    TrainingRound,
    TrainingRule,
)

LANGUAGES = ("ja", "en")


def own(actor: Actor, assignment_id: int) -> Assignment:
    """Return an assignment of the actor. Raises NotFound for every other one, whoever asks."""
    row: Assignment | None = (
        Assignment.select(Assignment, TrainingRound, TrainingRule, CourseVersion)
        .join(TrainingRound)
        .join(TrainingRule)
        .switch(TrainingRound)
        .join(CourseVersion)
        .where(Assignment.id == assignment_id, Assignment.person == actor.person_id)
        .first()
    )
    if row is None or not actor.may(Permission.TRAINING_TAKE):
        raise NotFound
    return row


def version_of(assignment: Assignment, moment: Moment) -> CourseVersion:
    """Return the version that the person reads: the one first shown, else the one offered now."""
    pinned = _first_shown.rows(assignment_id=assignment.id)
    if pinned:
        return _version(*pinned[0])
    state = CourseState.latest(moment, course=assignment.round.rule.course_id)
    offered = (state.version_id if state is not None else None) or assignment.round.version_id
    return _version(*_named.rows(version_id=offered)[0])


_first_shown = Prepared(
    lambda assignment_id: (
        ContentShown.select(CourseVersion.id, CourseVersion.action)
        .join(CourseVersion)
        .where(ContentShown.assignment == assignment_id)
        .order_by(ContentShown.id)
        .limit(1)
    ),
    assignment_id=int,
)
_named = Prepared(
    lambda version_id: CourseVersion.select(CourseVersion.id, CourseVersion.action).where(
        CourseVersion.id == version_id
    ),
    version_id=int,
)


@lru_cache(maxsize=16)
def _version(number: int, _action: str) -> CourseVersion:
    """Return a version; it is never changed, and who takes a course asks for its long texts at every click.

    The action that wrote it tells it from one with the same number in another database.
    """
    found: CourseVersion = CourseVersion.get_by_id(number)
    return found


def text_of(version: CourseVersion, language: str) -> str:
    """Return the text of a version in a language."""
    return str(version.content_ja if language == "ja" else version.content_en)


def text_hash(version: CourseVersion, language: str) -> str:
    """Return the hash of that text."""
    return str(version.hash_ja if language == "ja" else version.hash_en)


def section_count(version: CourseVersion, language: str) -> int:
    """Return how many sections the text has."""
    return len(text.sections(text_of(version, language)))


def was_shown(assignment_id: int, part: str, language: str, content_hash: str) -> bool:
    """Tell whether the server showed this text to the person of the assignment."""
    return bool(
        _shown.rows(assignment_id=assignment_id, part=part, language=language, content_hash=content_hash)
    )


def _shown_with(assignment_id: int, part: str, language: str, content_hash: str) -> Any:
    return (
        ContentShown.select(ContentShown.id)
        .where(
            ContentShown.assignment == assignment_id,
            ContentShown.part == part,
            ContentShown.language == language,
            ContentShown.content_hash == content_hash,
        )
        .limit(1)
    )


_shown = Prepared(_shown_with, assignment_id=int, part=str, language=str, content_hash=str)


def languages_read(assignment_id: int, version: CourseVersion) -> list[str]:
    """Return the languages in which this version was read to its end, the latest first."""
    rows = (
        ContentShown.select(ContentShown.language, ContentShown.content_hash)
        .where(
            ContentShown.assignment == assignment_id,
            ContentShown.version == version.id,
            ContentShown.part == "end",
        )
        .order_by(ContentShown.id.desc())
    )
    return [row.language for row in rows if row.content_hash == text_hash(version, row.language)]


def attempts(assignment_id: int) -> list[tuple[QuizAttempt, QuizResult | None]]:
    """Return the attempts with their results, first to last: two queries."""
    rows = list(
        QuizAttempt.select().where(QuizAttempt.assignment == assignment_id).order_by(QuizAttempt.number)
    )
    results = {
        result.attempt_id: result
        for result in QuizResult.select().where(QuizResult.attempt.in_([row.id for row in rows]))
    }
    return [(row, results.get(row.id)) for row in rows]


def attempt_numbered(assignment: Assignment, number: int) -> tuple[QuizAttempt, QuizResult | None]:
    """Return one attempt and its result. Raises NotFound."""
    for attempt, result in attempts(assignment.id):
        if attempt.number == number:
            return attempt, result
    raise NotFound


def questions_of(attempt: QuizAttempt) -> list[Question]:
    """Return the questions in the order drawn: one query."""
    ids = [entry["question"] for entry in attempt.drawn]
    rows = {row.id: row for row in Question.select().where(Question.id.in_(ids))}
    return [rows[question_id] for question_id in ids]


def answers_of(attempt_id: int) -> dict[str, list[str]]:
    """Return what has been answered so far of an attempt that is not handed in."""
    draft: QuizDraft | None = QuizDraft.get_or_none(QuizDraft.attempt == attempt_id)
    answers: dict[str, list[str]] = draft.answers if draft is not None else {}
    return answers


def attestations(assignment_id: int) -> list[Attestation]:
    """Return the statements given for an assignment, the latest first."""
    return list(
        Attestation.select(Attestation, CourseVersion)
        .join(CourseVersion)
        .where(Attestation.assignment == assignment_id)
        .order_by(Attestation.id.desc())
    )
