"""A course that the cast owes: offered, with a rule for everyone, assigned on 1 November."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auditor.access import application
from auditor.config import Settings
from auditor.training import actions, courses, reading
from auditor.training.models import Assignment, Attestation, CourseVersion, QuizAttempt, TrainingRound
from tests.bed.pictures import Pictures
from tests.cast import NOW, Cast

OPENS = date(2026, 11, 1)
OPENED = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
SCHEDULER = application("scheduler")


@dataclass
class Owed:
    """The course of the tests and what can be done with it in a line."""

    cast: Cast
    version: CourseVersion
    round: TrainingRound

    def of(self, name: str) -> Assignment:
        """Return the assignment of a person of the cast, as its own session reads it."""
        row = Assignment.get(
            (Assignment.round == self.round.id) & (Assignment.person == self.cast.person[name])
        )
        return reading.own(self.cast.actor(name), row.id)

    def read(self, name: str, language: str = "ja", at: datetime = NOW) -> None:
        """Show the person every section and note that they came to the end."""
        actor, assignment = self.cast.actor(name), self.of(name)
        for number in range(1, reading.section_count(self.version, language) + 1):
            actions.show(actor, assignment, language, number, at)
        actions.finish_reading(actor, assignment, language, at)

    def answer(self, name: str, right: int = 10, at: datetime = NOW) -> QuizAttempt:
        """Draw an attempt, answer ``right`` of its questions right, hand it in."""
        actor, assignment = self.cast.actor(name), self.of(name)
        attempt = actions.start_quiz(actor, assignment, "ja", at)
        for place, question in enumerate(reading.questions_of(attempt)):
            chosen = [one["id"] for one in question.choices if one["correct"] == (place < right)]
            actions.save_answer(actor, assignment, attempt, question.id, chosen, at)
        actions.submit_quiz(actor, assignment, attempt, at)
        return attempt

    def sign(
        self, who: str, attempt: QuizAttempt, language: str = "ja", at: datetime = NOW, **changed: Any
    ) -> Attestation:
        """Sign the statement as its page would have it."""
        wording = self.version.attestation_ja if language == "ja" else self.version.attestation_en
        values = {
            "shown": {
                "wording": courses.content_hash(wording),
                "content": reading.text_hash(self.version, language),
            },
            "agreed": True,
            "name": self.name(who),
            **changed,
        }
        return actions.attest(self.cast.actor(who), self.of(who), attempt, language, at=at, **values)

    def complete(self, name: str, at: datetime = NOW) -> Attestation:
        """Take the whole course."""
        self.read(name, at=at)
        return self.sign(name, self.answer(name, at=at), at=at)

    def name(self, name: str) -> str:
        """Return the registered name of a person of the cast."""
        from auditor.dated import Moment
        from auditor.people import queries as people

        return people.name(self.cast.person[name], Moment.at(NOW))


def _offered(cast: Cast) -> CourseVersion:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    made = actions.import_course(cast.actor("administrator"), courses.PERSONAL_INFORMATION_BASICS, at)
    actions.open_course(cast.actor("administrator"), made, at)
    return made


def _owed(cast: Cast) -> tuple[CourseVersion, TrainingRound]:
    version = _offered(cast)
    terms = actions.Terms(actions.EVERYONE, OPENS, 30)
    rule = actions.create_rule(cast.actor("administrator"), version.course_id, terms, OPENED)
    actions.assign_due(SCHEDULER, OPENED)
    return version, TrainingRound.get(TrainingRound.rule == rule.id)


@pytest.fixture
def version(cast: Cast, settings: Settings, pictures: Pictures) -> CourseVersion:
    """The basic course, offered since 1 October."""
    return pictures.begin("course offered", settings, lambda: _offered(cast))


@pytest.fixture
def owed(cast: Cast, settings: Settings, pictures: Pictures) -> Owed:
    """Everyone owes it from 1 November, for 30 days."""
    return Owed(cast, *pictures.begin("course owed", settings, lambda: _owed(cast)))
