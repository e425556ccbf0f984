"""The company that the load benchmark works in: the demo, with a morning's work for many people at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from auditor import activity, clock, create_app, db, open_database
from auditor.access import Actor, application
from auditor.accounts import actions as accounts
from auditor.accounts import passwords
from auditor.accounts.queries import actor_for
from auditor.audits import applying
from auditor.audits.actions import Appointee, NewAudit, assign
from auditor.audits.models import Audit, AuditItem
from auditor.catalogue.models import Catalogue, CatalogueVersion, Subject
from auditor.config import Settings
from auditor.dated import Moment
from auditor.demo.build import build
from auditor.demo.stage import CONTROLS
from auditor.errors import RuleBroken
from auditor.people.models import Department, DepartmentHead, Person
from auditor.training import actions as training
from auditor.training import reading
from auditor.training.models import Assignment, Course, Question, TrainingRound

ADMINISTRATOR = "002215"
PASSWORD = "a-morning-of-many-2026"
TEAM = 5  # auditors of one audit
SCHEDULER = application("scheduler")
LET_IN = activity.event_type("load.people_let_in", "People let in", "count")


@dataclass
class Worker:
    """One person of the morning: how they sign in, and the items that are theirs to save."""

    number: str
    course: str  # the address of the course that they owe
    items: list[str] = field(default_factory=list)  # addresses of items
    shared: str = ""  # the address of an item that others save too


@dataclass
class Morning:
    """What the crowd has to know."""

    workers: list[Worker]
    right: dict[str, list[str]]  # the text of a question, in either language: its right choices

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def prepare(settings: Settings, people: int, now: datetime) -> Morning:
    """Make the demo company and the morning of ``people`` in the empty database of ``settings``."""
    open_database(settings)
    app = create_app(settings)
    with app.app_context(), db.connected():
        if db.is_sqlite():
            db.database.execute_sql("PRAGMA synchronous = 0")  # thrown away when it is cut off
        build(settings, now)
        owing = _owe_a_course(now)
        chosen = _people(people, owing, Moment.at(now))
        _let_in(list(chosen), now)
        _begin_the_course({person_id: owing[person_id] for person_id in chosen}, now)
        workers = [Worker(number, f"/training/{owing[one]}") for one, number in chosen.items()]
        _give_audits(dict(zip(chosen, workers, strict=True)), now)
        morning = Morning(workers, _right_answers())
        db.database.execute_sql("ANALYZE")
    db.let_go()
    return morning


def _people(count: int, owing: Iterable[int], moment: Moment) -> dict[int, str]:
    """Return ``count`` of who owes the course, with their numbers; heads and the administrator stay out of it."""
    heads = {row.person_id for row in DepartmentHead.standing(moment)}
    query = (
        Person.select(Person.id, Person.employee_number)
        .where(Person.id.in_(list(owing)), Person.employee_number != ADMINISTRATOR)
        .order_by(Person.id)
    )
    free = [row for row in db.tuples(query) if row[0] not in heads]
    if len(free) < count:
        raise SystemExit(f"The demo company has {len(free)} people for this; ask for at most as many.")
    return dict(random.Random(3).sample(free, count))


def _let_in(persons: Iterable[int], now: datetime) -> None:
    """Give each the same password, hashed once at full cost; every sign-in checks it at full cost."""
    stored = passwords.hashed(PASSWORD)
    with activity.action(SCHEDULER, now):
        for person_id in persons:
            accounts.store_hash(person_id, stored, now)
        activity.record(LET_IN, count=len(list(persons)))


def _owe_a_course(now: datetime) -> dict[int, int]:
    """Have everyone owe the course once more; returns the assignment of each."""
    administrator = _actor(ADMINISTRATOR, now)
    opens = clock.day_of(now)
    course = Course.get()
    terms = training.Terms(training.EVERYONE, opens, 30, joiners=False)
    rule = training.create_rule(administrator, course.id, terms, now)
    training.assign_due(SCHEDULER, now)
    opened = TrainingRound.get(TrainingRound.rule == rule.id)
    owed = Assignment.select().where(Assignment.round == opened.id)
    return {row.person_id: row.id for row in owed}


def _begin_the_course(owing: dict[int, int], now: datetime) -> None:
    """Leave a quarter at its beginning; the others have read it, have begun its quiz, or have passed it."""
    for place, (person_id, assignment_id) in enumerate(owing.items()):
        actor = actor_for(person_id, now)
        assignment = reading.own(actor, assignment_id)
        if place % 4:
            version = reading.version_of(assignment, Moment.at(now))
            for number in range(1, reading.section_count(version, "ja") + 1):
                training.show(actor, assignment, "ja", number, now)
            training.finish_reading(actor, assignment, "ja", now)
        if place % 4 >= 2:
            _answer(actor, assignment, now, hand_in=place % 4 == 3)


def _answer(actor: Actor, assignment: Assignment, now: datetime, hand_in: bool) -> None:
    """Answer the quiz right, and hand it in or leave its last two questions."""
    attempt = training.start_quiz(actor, assignment, "ja", now)
    questions = reading.questions_of(attempt)
    for question in questions if hand_in else questions[:-2]:
        right = [one["id"] for one in question.choices if one["correct"]]
        training.save_answer(actor, assignment, attempt, question.id, right, now)
    if hand_in:
        training.submit_quiz(actor, assignment, attempt, now)


def _right_answers() -> dict[str, list[str]]:
    """Return the right choices by the text of the question, in either language: some read English."""
    return {
        str(text).strip(): [choice["id"] for choice in one.choices if choice["correct"]]
        for one in Question.select()
        for text in (one.text_ja, one.text_en)
    }


def _give_audits(workers: dict[int, Worker], now: datetime) -> None:
    """Have every team audit a department that is not their own, each a share of the items and one in common."""
    administrator = _actor(ADMINISTRATOR, now)
    version = CatalogueVersion.select().join(Catalogue).where(Catalogue.key == CONTROLS).get()
    subjects = list(
        Subject.select().where(Subject.department.in_(Department.select(Department.id))).order_by(Subject.id)
    )
    waiting = list(workers)
    for turn, subject in enumerate(_over_and_over(subjects, 40)):
        team = waiting[:TEAM]
        if not team:
            return
        audit = _assigned(administrator, subject, version.id, team, now)
        if audit is None:
            waiting = waiting[TEAM:] + team if turn % 2 else waiting[1:] + waiting[:1]
            continue
        waiting = waiting[len(team) :]
        items = AuditItem.select().where(AuditItem.audit == audit.id).order_by(AuditItem.position)
        addresses = [f"/audits/{audit.id}/items/{item.id}" for item in items]
        for place, person_id in enumerate(team):
            workers[person_id].items = addresses[1 + place :: TEAM]
            workers[person_id].shared = addresses[0]
    raise SystemExit(f"{len(waiting)} people found nothing that they may audit.")


def _over_and_over(subjects: list[Subject], times: int) -> Iterator[Subject]:
    for _ in range(times):
        yield from subjects


def _assigned(
    actor: Actor, subject: Subject, version_id: int, team: list[int], now: datetime
) -> Audit | None:
    today = clock.day_of(now)
    controls = applying.fitting(version_id, subject, Moment.at(now)).controls
    if not controls:
        return None
    new = NewAudit(
        subject_id=subject.id,
        kind="operation",
        version_id=version_id,
        control_ids=tuple(one.id for one in controls),
        period_from=date(today.year, today.month, 1),
        period_to=today,
        starts_on=today,
        due_on=today + timedelta(days=30),
        auditors=tuple(Appointee(one) for one in team),
    )
    try:
        return assign(actor, now, new)
    except RuleBroken:
        return None  # not independent


def _actor(number: str, now: datetime) -> Actor:
    return actor_for(Person.get(Person.employee_number == number).id, now)
