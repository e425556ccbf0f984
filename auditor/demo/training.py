"""The yearly training of the demo company: last year's round completed, this year's on its way."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from auditor import db
from auditor.access import Actor, Role, application
from auditor.calendars import add_months
from auditor.dated import Moment
from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage
from auditor.people.models import Employment, Person, PersonDetail
from auditor.training import actions, courses, reading, states
from auditor.training.courses import content_hash
from auditor.training.models import Assignment, CourseVersion, QuizResult, TrainingRound

_OPENS, _DUE_DAYS = date(2026, 10, 13), 30
_LATE = date(2026, 12, 11)  # what the warehouse was given in its busy season
_WAREHOUSE = "D420"
_ALWAYS_LATE = 13  # of a hundred
ENGLISH = {"008115", "008421", "008002"}
# What the people of the sign-in table owe: they are the ones who try it out.
_UNFINISHED = {"003870": "begun", "008115": "not begun", "030001": "not begun", "007960": "not begun"}


class Training:
    """Opens the rounds and has everybody take the course, or not, on days that a seed decides."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.opens = stage.calendar.day(_OPENS)
        self.last_opens = add_months(self.opens, -12)
        self.never_begun: list[int] = []

    def enter(self) -> None:
        """Put course, rule, both rounds and what the administrator did about some people into the chronicle."""
        on, chronicle, calendar = self.stage.on, self.stage.chronicle, self.stage.calendar
        on(date(2025, 3, 25), self._import, 10)
        chronicle.add(calendar.instant(self.last_opens, 6, 30), partial(self._open, True))
        on(date(2026, 9, 28), self._improve, 15)
        # Whoever joins is assigned by the job; twice a month is enough to tell it.
        for month in range(1, 13):
            chronicle.add(calendar.instant(add_months(self.last_opens, month), 6, 45), self._assign)
        chronicle.add(calendar.instant(self.opens, 6, 30), partial(self._open, False))
        on(date(2026, 10, 27), self._exempt, 11)
        on(date(2026, 11, 2), self._extend, 14)
        chronicle.add(calendar.now - timedelta(hours=1), self._assign)

    def _import(self, at: datetime) -> None:
        setup = application("demo")
        version = actions.import_course(setup, _shorter(), at)
        actions.open_course(setup, version, at)
        terms = actions.Terms(actions.EVERYONE, self.last_opens, _DUE_DAYS, "FREQ=YEARLY")
        actions.create_rule(setup, version.course_id, terms, at)

    def _improve(self, at: datetime) -> None:
        """Bring in this year's version, which is longer."""
        administrator = self.stage.actor(ADMINISTRATOR, at)
        version = actions.import_course(administrator, courses.PERSONAL_INFORMATION_BASICS, at)
        actions.open_course(administrator, version, at)

    def _assign(self, at: datetime) -> None:
        actions.assign_due(application("scheduler"), at)

    def _open(self, last: bool, at: datetime) -> None:
        self._assign(at)
        opened = TrainingRound.select().order_by(TrainingRound.id.desc()).get()
        on_leave = {row.person_id for row in Employment.standing(Moment.at(at)) if row.status == "on_leave"}
        rows = (
            Assignment.select(Assignment.id, Person.id, Person.employee_number)
            .join(Person)
            .where(Assignment.round == opened)
            .order_by(Person.employee_number)
        )
        chance = random.Random(opened.id)  # nothing secret is drawn  # noqa: S311  # nosec B311
        for assignment_id, person_id, number in db.tuples(rows):
            away = person_id in on_leave
            self._enter_person(assignment_id, person_id, number, at, chance, last, away)

    def _enter_person(
        self, assignment_id: int, person_id: int, number: str, at: datetime, chance: random.Random,
        last: bool, away: bool,
    ) -> None:  # fmt: skip
        days = min(int(chance.expovariate(1 / 9)) + 1, 33)
        throw, minute = chance.randrange(100), chance.randrange(540)
        if away:
            return
        step = partial(self._take, assignment_id, person_id, number)
        # Nine in the morning to six in the evening, in the company's zone.
        when = at + timedelta(days=days, hours=2, minutes=30 + minute)
        if not last:
            wanted = _UNFINISHED.get(number)
            if wanted == "not begun" or (wanted is None and throw < 9):
                self.never_begun += [assignment_id] if wanted is None else []
                return
            if wanted == "begun" or throw < _ALWAYS_LATE:
                step = partial(self._read_only, assignment_id, person_id, number)
        self.stage.chronicle.add(when, step)

    def _take(self, assignment_id: int, person_id: int, number: str, at: datetime) -> None:
        """Have a person read to the end, pass the quiz (some at the second attempt) and attest."""
        assignment: Assignment = Assignment.get_by_id(assignment_id)
        actor = Actor(person_id, frozenset({Role.EMPLOYEE}))
        language = "en" if number in ENGLISH else "ja"
        version = reading.version_of(assignment, Moment.at(at))
        for section in range(reading.section_count(version, language)):
            actions.show(actor, assignment, language, section + 1, at + timedelta(minutes=section))
        read = at + timedelta(minutes=14)
        actions.finish_reading(actor, assignment, language, read)
        chance = random.Random(assignment_id)  # nothing secret either  # noqa: S311  # nosec B311
        if chance.randrange(100) < 12:
            self._quiz(actor, assignment, language, read, chance, right=False)
        passed = self._quiz(actor, assignment, language, read + timedelta(minutes=9), chance, right=True)
        self._attest(actor, assignment, passed, version, language, read + timedelta(minutes=20))

    def _quiz(
        self, actor: Actor, assignment: Assignment, language: str, at: datetime, chance: random.Random, right: bool
    ) -> QuizResult:  # fmt: skip
        attempt = actions.start_quiz(actor, assignment, language, at, chance)
        later = at + timedelta(minutes=6)
        for place, question in enumerate(reading.questions_of(attempt)):
            chosen = [
                choice["id"] for choice in question.choices if choice["correct"] is (right or place % 2 == 0)
            ]
            actions.save_answer(
                actor, assignment, attempt, question.id, chosen[:1] if not right else chosen, later
            )
        return actions.submit_quiz(actor, assignment, attempt, later)

    def _attest(
        self, actor: Actor, assignment: Assignment, passed: QuizResult, version: CourseVersion, language: str,
        at: datetime,
    ) -> None:  # fmt: skip
        wording = version.attestation_ja if language == "ja" else version.attestation_en
        shown = {"wording": content_hash(wording), "content": reading.text_hash(version, language)}
        detail = PersonDetail.latest(Moment.at(at), person=actor.person_id)
        name = f"{detail.family_name}{detail.given_name}" if detail else ""
        actions.attest(actor, assignment, passed.attempt, language, shown, True, name, at)

    def _read_only(self, assignment_id: int, person_id: int, number: str, at: datetime) -> None:
        """Have a person begin to read and be called away."""
        assignment = Assignment.get_by_id(assignment_id)
        language = "en" if number in ENGLISH else "ja"
        for section in (1, 2, 3):
            actions.show(Actor(person_id, frozenset({Role.EMPLOYEE})), assignment, language, section, at)

    def _exempt(self, at: datetime) -> None:
        """Exempt two who took the same training elsewhere, and from last year's whoever was on leave then."""
        administrator = self.stage.actor(ADMINISTRATOR, at)
        reasons = (
            "出向先の会社で同じ内容の研修を修了しており、修了証の写しを確認したため。",
            "外部の研修で同じ内容を受けており、修了証の写しを確認したため。",
        )
        for assignment_id, reason in zip(self.never_begun, reasons, strict=False):
            actions.exempt(administrator, Assignment.get_by_id(assignment_id), reason, at)
        first = TrainingRound.select().order_by(TrainingRound.id).get()
        back = [row.person_id for row in Employment.standing(Moment.at(at)) if row.status == "active"]
        missed = Assignment.completed_at.is_null() & Assignment.person.in_(back)
        for assignment in Assignment.select().where(Assignment.round == first, missed):
            reason = "休業からの復帰後に、今年度の教育を受けるため。"
            actions.exempt(administrator, assignment, reason, at)

    def _extend(self, at: datetime) -> None:
        """Give the warehouse, in its busy season, until December."""
        opened = TrainingRound.select().order_by(TrainingRound.id.desc()).get()
        units = {self.stage.department(code) for code in (_WAREHOUSE, "D421", "D422")}
        actions.change_due_of_departments(
            self.stage.actor(ADMINISTRATOR, at), opened.id, units, self.stage.calendar.workday(_LATE),
            "年末の出荷の繁忙期に当たり、受講の時間を取れないため。", at,
        )  # fmt: skip
        late = [
            row
            for row in map(states.standing, states.of_round(opened.id, Moment.at(at)).tuples())
            if row.assignment_id
        ]
        asked = [row.assignment_id for row in late if row.state in states.OWED and row.assignment_id]
        actions.remind(self.stage.actor(ADMINISTRATOR, at), opened.id, asked, at)


def _shorter() -> courses.CourseFile:
    """Return the course as it was in its first year: the first sections, and half as many questions."""
    file = courses.load(courses.PERSONAL_INFORMATION_BASICS)
    return replace(
        file,
        version_label="2025.1",
        minutes=6,
        questions_per_attempt=5,
        content_ja=_beginning(file.content_ja),
        content_en=_beginning(file.content_en),
    )


def _beginning(text: str) -> str:
    return "\n## ".join(text.split("\n## ")[:4]) + "\n"
