"""What a person does with the own course: read and answer. Always in the person's own session."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, db
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.prepared import Prepared
from auditor.training import quiz, reading
from auditor.training.models import (
    Assignment,
    ContentShown,
    CourseVersion,
    Question,
    QuizAttempt,
    QuizDraft,
    QuizResult,
    ReadingPlace,
)

CONTENT_SHOWN = activity.event_type(
    "training.content_shown", _l("Course content shown"), "assignment", "version", "language", "hash", "part"
)
QUIZ_DRAWN = activity.event_type("training.quiz_drawn", _l("Quiz drawn"), "assignment", "attempt", "number")
QUIZ_MARKED = activity.event_type(
    "training.quiz_marked", _l("Quiz marked"), "assignment", "attempt", "correct", "asked", "passed"
)


def show(actor: Actor, assignment: Assignment, language: str, number: int, at: datetime) -> int:
    """Note that section ``number`` of the text is being shown; returns the section that may be shown.

    Sections come one after the other: who asks for a later one gets the next that was not shown yet. The
    first showing pins the version and is a counted row.
    """
    own_only(actor, assignment)
    version = reading.version_of(assignment, Moment.at(at))
    text_hash = reading.text_hash(version, language)
    if not reading.was_shown(assignment.id, "content", language, text_hash):
        _note_shown(actor, assignment, version, language, "content", at)
    total = reading.section_count(version, language)
    place = _place(assignment, text_hash, at)
    shown = max(1, min(number, place.sections + 1, total))
    if shown > place.sections:
        with db.transaction():
            ReadingPlace.update(sections=shown, read_at=at).where(
                ReadingPlace.id == place.id, ReadingPlace.sections < shown
            ).execute()
    return shown


def _place(assignment: Assignment, text_hash: str, at: datetime) -> ReadingPlace:
    key = {"assignment": assignment.id, "content_hash": text_hash}
    there = _places.models(ReadingPlace, **key)
    if not there:
        with db.transaction():
            ReadingPlace.insert(**key, sections=0, read_at=at).on_conflict_ignore().execute()
        there = _places.models(ReadingPlace, **key)
    return there[0]


_places = Prepared(
    lambda assignment, content_hash: ReadingPlace.select().where(
        ReadingPlace.assignment == assignment, ReadingPlace.content_hash == content_hash
    ),
    assignment=int,
    content_hash=str,
)


def _note_shown(
    actor: Actor, assignment: Assignment, version: CourseVersion, language: str, part: str, at: datetime
) -> None:
    text_hash = reading.text_hash(version, language)
    with activity.action(actor, at):
        ContentShown.create(
            assignment=assignment.id,
            version=version.id,
            language=language,
            content_hash=text_hash,
            shown_at=at,
            part=part,
        )
        activity.record(
            CONTENT_SHOWN,
            assignment=assignment.id,
            version=version.id,
            language=language,
            hash=text_hash,
            part=part,
        )


def finish_reading(actor: Actor, assignment: Assignment, language: str, at: datetime) -> None:
    """Note that the person has read to the end. Raises RuleBroken while a section was not shown."""
    own_only(actor, assignment)
    version = reading.version_of(assignment, Moment.at(at))
    text_hash = reading.text_hash(version, language)
    place = ReadingPlace.get_or_none(
        (ReadingPlace.assignment == assignment.id) & (ReadingPlace.content_hash == text_hash)
    )
    if place is None or place.sections < reading.section_count(version, language):
        raise RuleBroken(_l("Some pages have not been shown to you yet. Please read on from there."))
    if not reading.was_shown(assignment.id, "end", language, text_hash):
        _note_shown(actor, assignment, version, language, "end", at)


def start_quiz(
    actor: Actor, assignment: Assignment, language: str, at: datetime, chance: random.Random | None = None
) -> QuizAttempt:
    """Return the attempt that is not handed in yet; draws a new one when there is none.

    Raises RuleBroken before the text was read to the end, or when no attempt is left.
    """
    own_only(actor, assignment)
    version = reading.version_of(assignment, Moment.at(at))
    if not reading.languages_read(assignment.id, version):
        raise RuleBroken(_l("Read the course to the end first; then the quiz opens."))
    attempts = reading.attempts(assignment.id)
    unfinished = [attempt for attempt, result in attempts if result is None]
    if unfinished:
        return unfinished[0]
    if version.max_attempts is not None and len(attempts) >= version.max_attempts:
        raise RuleBroken(_l("All attempts are used up. Please ask the administrator how to go on."))
    pool = list(Question.select().where(Question.version == version).order_by(Question.id))
    drawn = quiz.draw(pool, version.questions_asked, chance or random.SystemRandom())
    number = len(attempts) + 1
    try:
        with activity.action(actor, at):
            attempt: QuizAttempt = QuizAttempt.create(
                assignment=assignment.id,
                version=version.id,
                number=number,
                language=language,
                drawn=drawn,
                started_at=at,
            )
            activity.record(QUIZ_DRAWN, assignment=assignment.id, attempt=attempt.id, number=number)
    except IntegrityError:  # the second of two clicks: the first one's quiz is the quiz
        attempt = QuizAttempt.get(QuizAttempt.assignment == assignment.id, QuizAttempt.number == number)
    return attempt


def save_answer(
    actor: Actor,
    assignment: Assignment,
    attempt: QuizAttempt,
    question_id: int,
    chosen: Sequence[str],
    at: datetime,
) -> None:
    """Keep the answer to one question of an attempt that is not handed in; counts for nothing yet."""
    own_only(actor, assignment)
    drawn = {entry["question"]: entry["choices"] for entry in attempt.drawn}
    if attempt.assignment_id != assignment.id or question_id not in drawn:
        raise NotFound
    with db.transaction():
        if _results.rows(attempt_id=attempt.id):
            return
        drafts = _drafts.models(QuizDraft, attempt_id=attempt.id)
        if not drafts:
            QuizDraft.insert(attempt=attempt.id, answers={}, saved_at=at).on_conflict_ignore().execute()
            drafts = _drafts.models(QuizDraft, attempt_id=attempt.id)
        (draft,) = drafts
        kept = [choice for choice in drawn[question_id] if choice in chosen]
        answers = {**draft.answers, str(question_id): kept}
        QuizDraft.update(answers=answers, saved_at=at).where(QuizDraft.id == draft.id).execute()
        reached(FailPoint.QUIZ_ANSWER_WRITTEN)


def _draft_held(attempt_id: int) -> Any:
    query = QuizDraft.select().where(QuizDraft.attempt == attempt_id)
    return query if db.is_sqlite() else query.for_update()


_drafts = Prepared(_draft_held, attempt_id=int)
_results = Prepared(
    lambda attempt_id: QuizResult.select(QuizResult.id).where(QuizResult.attempt == attempt_id),
    attempt_id=int,
)


def submit_quiz(actor: Actor, assignment: Assignment, attempt: QuizAttempt, at: datetime) -> QuizResult:
    """Mark the kept answers and return the result; of two clicks, or on a reload, the one there is.

    Raises RuleBroken while a question is not answered.
    """
    own_only(actor, assignment)
    if attempt.assignment_id != assignment.id:
        raise NotFound
    there: QuizResult | None = QuizResult.get_or_none(QuizResult.attempt == attempt.id)
    if there is not None:
        return there
    answers = reading.answers_of(attempt.id)
    questions = reading.questions_of(attempt)
    open_ones = [str(i) for i, question in enumerate(questions, 1) if not answers.get(str(question.id))]
    if open_ones:
        raise RuleBroken(
            _l(
                "Questions without an answer: %(numbers)s. Please answer them first.",
                numbers=", ".join(open_ones),
            )
        )
    correct = quiz.mark(questions, answers)
    passed = quiz.passes(correct, len(questions), attempt.version.pass_percent)
    try:
        with activity.action(actor, at):
            result: QuizResult = QuizResult.create(
                attempt=attempt.id,
                answers=answers,
                correct=correct,
                asked=len(questions),
                passed=passed,
                submitted_at=at,
            )
            QuizDraft.delete().where(QuizDraft.attempt == attempt.id).execute()
            activity.record(
                QUIZ_MARKED,
                assignment=assignment.id,
                attempt=attempt.id,
                correct=correct,
                asked=len(questions),
                passed=passed,
            )
    except IntegrityError:
        result = QuizResult.get(QuizResult.attempt == attempt.id)
    return result


def own_only(actor: Actor, assignment: Assignment) -> None:
    """Raise NotFound for anybody but the person: nobody takes a course in another's name."""
    if actor.person_id is None or assignment.person_id != actor.person_id:
        raise NotFound
