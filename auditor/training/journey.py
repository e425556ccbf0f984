"""How far a person has come with one course, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.dated import Moment
from auditor.training import reading
from auditor.training.models import (
    Assignment,
    Attestation,
    CourseVersion,
    QuizAttempt,
    QuizResult,
    ReadingPlace,
)


@dataclass(frozen=True)
class Journey:
    """One assignment's way: read, quiz, statement."""

    assignment: Assignment
    version: CourseVersion
    language: str
    sections_shown: int
    sections: int
    languages_read: list[str]
    attempts: list[tuple[QuizAttempt, QuizResult | None]]
    attestations: list[Attestation]

    @property
    def unfinished(self) -> QuizAttempt | None:
        """The attempt that is drawn and not handed in."""
        return next((attempt for attempt, result in self.attempts if result is None), None)

    @property
    def to_attest(self) -> QuizAttempt | None:
        """The latest passed attempt that carries no statement yet."""
        signed = {row.attempt_id for row in self.attestations}
        passed = [attempt for attempt, result in self.attempts if result and result.passed]
        return next((attempt for attempt in reversed(passed) if attempt.id not in signed), None)

    @property
    def attempts_left(self) -> int | None:
        """How many attempts may still be drawn; None when they are not limited."""
        limit = self.version.max_attempts
        return None if limit is None else max(0, limit - len(self.attempts))

    @property
    def step(self) -> str:
        """What comes next: read, attest, quiz, again (another attempt), stuck (none left) or done."""
        if self.to_attest is not None:
            return "attest"
        if self.unfinished is not None:
            return "quiz"
        if self.attestations:
            return "done"
        if not self.languages_read:
            return "read"
        if self.attempts_left == 0:
            return "stuck"
        return "again" if self.attempts else "quiz"


def of(assignment: Assignment, language: str, moment: Moment) -> Journey:
    """Return the journey of an assignment as its person sees it in ``language``."""
    version = reading.version_of(assignment, moment)
    place: ReadingPlace | None = ReadingPlace.get_or_none(
        (ReadingPlace.assignment == assignment.id)
        & (ReadingPlace.content_hash == reading.text_hash(version, language))
    )
    return Journey(
        assignment=assignment,
        version=version,
        language=language,
        sections_shown=place.sections if place else 0,
        sections=reading.section_count(version, language),
        languages_read=reading.languages_read(assignment.id, version),
        attempts=reading.attempts(assignment.id),
        attestations=reading.attestations(assignment.id),
    )
