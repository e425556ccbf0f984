"""Opens each round of a rule that is due, once, and assigns it; who joins later is assigned too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from peewee import IntegrityError

from auditor import activity, calendars, clock, db
from auditor.access import Actor
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.notifications.actions import notify_many
from auditor.people.models import Employment, Membership
from auditor.training import audience, notices
from auditor.training.models import (
    Assignment,
    CourseState,
    TrainingRound,
    TrainingRule,
    TrainingRuleDetail,
)
from auditor.training.returning import due_after_leave

_log = logging.getLogger(__name__)
ROUND_OPENED = activity.event_type(
    "training.round_opened", _l("Training round opened"), "round", "rule", "version", "assigned"
)
JOINERS_ASSIGNED = activity.event_type(
    "training.joiners_assigned", _l("Training assigned to people who joined"), "round", "assigned"
)


@dataclass(frozen=True)
class _Open:
    """A rule whose course is offered: its terms over time and the version that a new round takes."""

    rule_id: int
    version_id: int
    terms: list[TrainingRuleDetail]  # oldest first; the last one stands

    def at(self, day: date) -> TrainingRuleDetail:
        """Return the terms of ``day``; before the first ones, the first."""
        standing = [row for row in self.terms if row.valid_from <= day]
        return standing[-1] if standing else self.terms[0]


@dataclass
class Carried:
    """What the job did: rounds opened plus persons assigned, the days of missed openings, rules set aside."""

    changed: int = 0
    missed: list[date] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    @property
    def said(self) -> Any:
        """Which rules were set aside, in words."""
        rules = ", ".join(map(str, self.broken))
        return _l("Training rules could not be carried out: %(rules)s", rules=rules) if rules else ""


def assign_due(actor: Actor, at: datetime, only_rule: int | None = None) -> int:
    """Carry out the rules and return rounds opened plus persons assigned.

    A rule that fails is set aside: the others are done first, then RuleBroken names it.
    """
    carried = carry_out(actor, at, only_rule)
    if carried.broken:
        raise RuleBroken(carried.said)
    return carried.changed


def carry_out(actor: Actor, at: datetime, only_rule: int | None = None) -> Carried:
    """Open every round whose day has come and assign it.

    The job may run late, twice or on two machines: a round is unique by rule and period, an assignment by
    round and person, and what is due is decided by dates. ``only_rule`` narrows it to one rule. A due date
    that falls on a day on which the company is closed moves to the next business day. Who is back from leave
    is given the rule's days again.
    """
    done = Carried()
    for rule in _open_rules(Moment.at(at)):
        if only_rule not in (None, rule.rule_id):
            continue
        try:
            _rounds_of(rule, actor, at, done)
            reached(FailPoint.RULE_DONE)
        except IntegrityError:
            continue  # another process is doing the same; what it leaves is found by the next run
        except Exception:
            _log.exception("training rule %s was set aside", rule.rule_id)
            done.broken.append(rule.rule_id)
    done.changed += due_after_leave(actor, at)
    return done


def _open_rules(moment: Moment) -> Iterator[_Open]:
    offered = {row.course_id: row.version_id for row in CourseState.standing(moment) if row.state == "open"}
    terms: dict[int, list[TrainingRuleDetail]] = {}
    replaced = {
        row.replaces_id
        for row in TrainingRuleDetail.select().where(
            TrainingRuleDetail.corrects, TrainingRuleDetail.recorded_at <= moment.instant
        )
    }
    known = (
        TrainingRuleDetail.select()
        .where(TrainingRuleDetail.recorded_at <= moment.instant)
        .order_by(TrainingRuleDetail.valid_from, TrainingRuleDetail.recorded_at, TrainingRuleDetail.id)
    )
    for row in known:
        if row.id not in replaced:
            terms.setdefault(row.rule_id, []).append(row)
    rules = TrainingRule.select().where(TrainingRule.id.in_(list(terms))).order_by(TrainingRule.id)
    # Read to the end: SQLite refuses to write, at once, beside a read that is still going on and that somebody
    # else has overtaken.
    for rule in list(rules):
        version = offered.get(rule.course_id)
        if version is not None:
            yield _Open(rule.id, version, terms[rule.id])


def due_periods(terms: list[TrainingRuleDetail], rule: _Open, today: date, opened: set[str]) -> list[date]:
    """Return the opening days up to ``today`` that have no round yet, oldest first."""
    days: set[date] = set()
    for row in terms:
        if row.first_opens_on > today:
            continue
        found = (
            calendars.occurrences(row.recurrence, row.first_opens_on, row.first_opens_on, today)
            if row.recurrence
            else [row.first_opens_on] * (not opened)
        )
        days.update(day for day in found if rule.at(day).id == row.id and row.active)
    return sorted(day for day in days if day.isoformat() not in opened)


def _rounds_of(rule: _Open, actor: Actor, at: datetime, done: Carried) -> None:
    opened = {row.period for row in TrainingRound.select().where(TrainingRound.rule == rule.rule_id)}
    today = clock.day_of(at)
    for day in due_periods(rule.terms, rule, today, opened):
        eve = day - timedelta(days=1)
        if opened and eve < today:
            # Who came while the round before ran was to be given that one: so do runs that are on time.
            done.changed += _assign_joiners(rule, actor, Moment.end_of(eve, at), at)
        terms = rule.at(day)
        done.changed += _open_round(rule, terms, day, actor, at)
        opened.add(day.isoformat())
        if max(day, clock.day_of(terms.recorded_at)) < today:
            done.missed.append(day)
        reached(FailPoint.ROUND_OPENED)
    done.changed += _assign_joiners(rule, actor, Moment.at(at), at)


def _open_round(rule: _Open, terms: TrainingRuleDetail, day: date, actor: Actor, at: datetime) -> int:
    """Open one round with everybody it was for on its day, whoever has left since included.

    What was known on the day itself decides, so that a late run assigns the same persons; of a rule made
    later, what was known then.
    """
    known = min(at, max(Moment.end_of(day, at).instant, terms.recorded_at))
    moment = Moment(day, known)
    persons = audience.members(terms.audience, moment)
    persons &= {row.person_id for row in audience.workers(Moment.at(known))}
    version = _offered_at(rule, known)
    due_on = calendars.business_day(day + timedelta(days=terms.due_days), closed=company.closed_days(moment))
    with activity.action(actor, at):
        opened = TrainingRound.create(
            rule=rule.rule_id,
            version=version,
            period=day.isoformat(),
            fiscal_year=company.fiscal_year_at(day, moment).label,
            opens_on=day,
            due_on=due_on,
            opened_at=at,
        )
        assigned = _assign(opened, dict.fromkeys(sorted(persons), due_on), at)
        activity.record(ROUND_OPENED, round=opened.id, rule=rule.rule_id, version=version, assigned=assigned)
    return 1 + assigned


def _offered_at(rule: _Open, known: datetime) -> int:
    """Return the version that was offered then; where the course was not, the one offered now."""
    course = TrainingRule.get_by_id(rule.rule_id).course_id
    state = CourseState.latest(Moment.at(known), course=course)
    return state.version_id if state and state.state == "open" and state.version_id else rule.version_id


def _assign_joiners(rule: _Open, actor: Actor, now: Moment, at: datetime) -> int:
    """Assign the latest round to whom the rule had come to mean by ``now`` since it opened."""
    terms = rule.at(now.day)
    if not (terms.active and terms.joiners):
        return 0
    running: TrainingRound | None = (
        TrainingRound.select()
        .where(TrainingRound.rule == rule.rule_id)
        .order_by(TrainingRound.opens_on.desc())
        .first()
    )
    if running is None or running.opens_on > now.day:
        return 0  # a clock that was put back: who was meant then is not whom this round is for
    have = {
        row[0] for row in db.tuples(Assignment.select(Assignment.person).where(Assignment.round == running))
    }
    missing = audience.members(terms.audience, now) - have
    if not missing:
        return 0
    since = _since(missing, now)
    earliest = clock.day_of(terms.recorded_at)
    closed = company.closed_days(now)
    dues = {}
    for person in sorted(missing):
        day = max(since[person], earliest) + timedelta(days=terms.due_days)
        dues[person] = max(running.due_on, calendars.business_day(day, closed=closed))
    with activity.action(actor, at):
        assigned = _assign(running, dues, at)
        activity.record(JOINERS_ASSIGNED, round=running.id, assigned=assigned)
    return assigned


def _since(persons: set[int], now: Moment) -> dict[int, date]:
    """Return the day from which each person counts as joined: true and known, by employment and posts."""
    found: dict[int, date] = dict.fromkeys(persons, date.min)
    for rows in (Employment.standing(now), Membership.standing(now).where(Membership.held)):
        for row in rows:
            if row.person_id in found:
                day = max(row.valid_from, clock.day_of(row.recorded_at))
                found[row.person_id] = max(found[row.person_id], day)
    return found


def _assign(opened: TrainingRound, dues: dict[int, date], at: datetime) -> int:
    assigned = Assignment.add_many(
        {"round": opened.id, "person": person, "assigned_at": at, "due_on": due_on}
        for person, due_on in dues.items()
    )
    rows = db.tuples(
        Assignment.select(Assignment.id, Assignment.person).where(
            Assignment.round == opened, Assignment.assigned_at == at
        )
    )
    notify_many([notices.assigned(assignment, person) for assignment, person in rows if person in dues], at)
    return assigned
