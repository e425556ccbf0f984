"""Bringing courses in, offering and retiring them, and saying who owes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dateutil.rrule import rrulestr

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _l
from auditor.training import courses
from auditor.training.courses import CourseFile, content_hash
from auditor.training.models import (
    Course,
    CourseState,
    CourseVersion,
    Question,
    TrainingRule,
    TrainingRuleDetail,
)

COURSE_IMPORTED = activity.event_type(
    "training.course_imported", _l("Course version added"), "course", "version", "number", "questions"
)
COURSE_STATE_SET = activity.event_type(
    "training.course_state_set", _l("Course opened or retired"), "course", "version", "state"
)
RULE_CREATED = activity.event_type(
    "training.rule_created", _l("Training rule created"), "rule", "course", "detail"
)
RULE_CHANGED = activity.event_type(
    "training.rule_changed", _l("Training rule changed"), "rule", "detail", "replaces"
)

EVERYONE: dict[str, Any] = {"everyone": True}


def departments(ids: Sequence[int]) -> dict[str, Any]:
    """Return the audience of these departments with everything below them."""
    return {"departments": sorted(set(ids))}


@dataclass(frozen=True)
class Terms:
    """The terms of a rule. ``recurrence`` is an RFC 5545 rule; empty means once."""

    audience: dict[str, Any]
    first_opens_on: date
    due_days: int
    recurrence: str = ""
    joiners: bool = True
    active: bool = True


def import_course(actor: Actor, course: CourseFile | Path, at: datetime) -> CourseVersion:
    """Return the version with the content of ``course``: a new one, or the latest if nothing differs.

    Raises CourseRefused with every problem of a folder.
    """
    file = courses.load(course) if isinstance(course, Path) else course
    with activity.action(actor, at):
        owner = Course.get_or_none(Course.key == file.key) or Course.create(key=file.key)
        latest: CourseVersion | None = (
            CourseVersion.select()
            .where(CourseVersion.course == owner)
            .order_by(CourseVersion.number.desc())
            .first()
        )
        if latest is not None and _as_stored(latest) == _as_written(file):
            return latest
        number = 1 if latest is None else latest.number + 1
        version: CourseVersion = CourseVersion.create(
            course=owner, number=number, created_at=at, **_columns(file)
        )
        Question.add_many({"version": version.id, **question} for question in _questions(file))
        activity.record(
            COURSE_IMPORTED,
            course=owner.id,
            version=version.id,
            number=number,
            questions=len(file.questions),
        )
    return version


def _columns(file: CourseFile) -> dict[str, Any]:
    return {
        "version_label": file.version_label,
        "title_ja": file.title_ja,
        "title_en": file.title_en,
        "minutes": file.minutes,
        "content_ja": file.content_ja,
        "content_en": file.content_en,
        "hash_ja": content_hash(file.content_ja),
        "hash_en": content_hash(file.content_en),
        "attestation_ja": file.attestation_ja,
        "attestation_en": file.attestation_en,
        "pass_percent": file.pass_percent,
        "questions_asked": file.questions_per_attempt,
        "max_attempts": file.max_attempts,
    }


def _questions(file: CourseFile) -> list[dict[str, Any]]:
    return [
        {
            "key": question.key,
            "topic": question.topic,
            "kind": question.kind,
            "text_ja": question.text_ja,
            "text_en": question.text_en,
            "choices": [
                {"id": choice.id, "ja": choice.text_ja, "en": choice.text_en, "correct": choice.correct}
                for choice in question.choices
            ],
            "explanation_ja": question.explanation_ja,
            "explanation_en": question.explanation_en,
        }
        for question in file.questions
    ]


def _as_written(file: CourseFile) -> str:
    return db.canonical([_columns(file), _questions(file)])


def _as_stored(version: CourseVersion) -> str:
    pool = list(Question.select().where(Question.version == version).order_by(Question.id))
    names = ("key", "topic", "kind", "text_ja", "text_en", "choices", "explanation_ja", "explanation_en")
    columns = [name for name in CourseVersion._meta.fields if name not in _NOT_WRITTEN]
    return db.canonical(
        [
            {name: getattr(version, name) for name in columns},
            [{name: getattr(question, name) for name in names} for question in pool],
        ]
    )


_NOT_WRITTEN = {"id", "action", "course", "number", "created_at"}


def open_course(
    actor: Actor, version: CourseVersion, at: datetime, replaces: int | None = None
) -> CourseState:
    """Offer a course in this version: rounds open, and who starts to read from now on reads it.

    ``replaces`` is the id of the state its author saw; raises Stale when another stands meanwhile.
    """
    return _set_state(actor, version.course_id, "open", version.id, at, replaces)


def retire(actor: Actor, course_id: int, at: datetime, replaces: int | None = None) -> CourseState:
    """Stop offering a course: no round opens any more; what is assigned stays owed."""
    return _set_state(actor, course_id, "retired", None, at, replaces)


def _set_state(
    actor: Actor, course_id: int, state: str, version_id: int | None, at: datetime, seen: int | None
) -> CourseState:
    with activity.action(actor, at):
        standing = CourseState.latest(Moment.at(at), course=course_id)
        mine: dict[str, Any] = {"state": state, "version": version_id}
        if standing is not None and (standing.state, standing.version_id) == (state, version_id):
            return standing  # the second of two clicks
        if seen is not None and (standing is None or standing.id != seen):
            raise Stale({"state": standing.state if standing else ""}, mine)
        row = CourseState.write(at, actor.person_id, replaces=standing, course=course_id, **mine)
        activity.record(COURSE_STATE_SET, course=course_id, version=version_id, state=state)
    return row


def create_rule(actor: Actor, course_id: int, terms: Terms, at: datetime) -> TrainingRule:
    """Have a course owed from ``terms.first_opens_on`` on. Raises RuleBroken for terms that cannot be.

    A rule with the same terms that is in force is returned: a second one would assign everybody twice.
    """
    check_terms(terms)
    if not Course.select().where(Course.id == course_id).exists():
        raise NotFound
    with activity.action(actor, at):
        db.one_at_a_time(f"rule of course {course_id}")
        twin = _in_force(course_id, terms, at)
        if twin is not None:
            return twin
        rule: TrainingRule = TrainingRule.create(course=course_id, created_at=at)
        detail = TrainingRuleDetail.write(
            at,
            actor.person_id,
            valid_from=min(terms.first_opens_on, clock.day_of(at)),
            rule=rule,
            **vars(terms),
        )
        activity.record(RULE_CREATED, rule=rule.id, course=course_id, detail=detail.id)
    return rule


def _in_force(course_id: int, terms: Terms, at: datetime) -> TrainingRule | None:
    """Return the rule of the course that has exactly these terms."""
    rules = TrainingRule.select(TrainingRule.id).where(TrainingRule.course == course_id)
    for row in TrainingRuleDetail.standing(Moment.at(at), TrainingRuleDetail.rule.in_(rules)):
        if all(getattr(row, name) == value for name, value in vars(terms).items()):
            found: TrainingRule = row.rule
            return found
    return None


def change_rule(actor: Actor, rule_id: int, terms: Terms, at: datetime, replaces: int) -> TrainingRuleDetail:
    """Change the terms of a rule from today on; rounds that have opened stay as they are.

    ``replaces`` is the id of the terms its author saw. Raises Stale when others stand meanwhile.
    """
    check_terms(terms)
    standing = TrainingRuleDetail.latest(Moment.at(at), rule=rule_id)
    if standing is None:
        raise NotFound
    mine = dict(vars(terms))
    if standing.id != replaces:
        if all(getattr(standing, name) == value for name, value in mine.items()):
            return standing  # the second of two clicks
        raise Stale({name: getattr(standing, name) for name in mine}, mine)
    with activity.action(actor, at):
        row = TrainingRuleDetail.write(at, actor.person_id, replaces=standing, rule=rule_id, **mine)
        activity.record(RULE_CHANGED, rule=rule_id, detail=row.id, replaces=standing.id)
    return row


def check_terms(terms: Terms) -> None:
    """Raise RuleBroken, naming the field, for terms that cannot be carried out."""
    if not terms.audience.get("everyone") and not terms.audience.get("departments"):
        raise RuleBroken(_l("Choose at least one department, or everyone."), "audience")
    if not 1 <= terms.due_days <= 365:
        raise RuleBroken(_l("Enter between 1 and 365 days."), "due_days")
    if not terms.recurrence:
        return
    try:
        series = rrulestr(
            terms.recurrence, dtstart=datetime.combine(terms.first_opens_on, datetime.min.time())
        )
        first = series[0]
    except (ValueError, TypeError, IndexError) as error:
        raise RuleBroken(_l("This recurrence cannot be read."), "recurrence") from error
    second = series.after(first)
    if second is not None and second - first < timedelta(days=7):
        raise RuleBroken(_l("A course recurs at most once a week."), "recurrence")
    if "MONTHLY" in terms.recurrence.upper() and terms.first_opens_on.day > 28:
        raise RuleBroken(_l("Not every month has this day: choose a day up to the 28th."), "first_opens_on")
