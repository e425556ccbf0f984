"""What every request asks about whoever makes it: the session, the person, what makes them an actor; one query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from peewee import JOIN, SQL, ModelSelect

from auditor import activity, clock
from auditor.accounts import queries
from auditor.accounts.models import Credential, Preference, Session
from auditor.accounts.queries import Fact, token_hash, union_of_facts
from auditor.dated import Moment
from auditor.people.models import PersonDetail
from auditor.prepared import Prepared, instant


@dataclass(frozen=True)
class OpenSession:
    """A session that has neither ended nor expired, with what every request asks about its person."""

    id: int
    person_id: int
    started_at: datetime
    seen_at: datetime
    must_change: bool
    language: str
    theme: str
    details: tuple[Any, ...]  # of the person, as people.shown_name reads them
    latest: datetime | None  # that the log tells of (activity.keep_time)
    facts: tuple[Fact, ...]  # of which queries.actor_of makes the actor


_OWN = 12  # columns of the statement before those of a fact


def session_of(token: str, at: datetime) -> OpenSession | None:
    """Return the session that ``token`` opens, if it has neither ended nor expired: one query."""
    moment = Moment.at(at)
    rows = _statement(tuple(queries.auditor_checks)).rows(
        token_hash=token_hash(token),
        day=moment.day,
        instant=moment.instant,
        until=clock.machine() + clock.PATIENCE,
    )
    if not rows:
        return None
    number, person_id, started_at, seen_at, must_change, language, theme, latest, *details = rows[0][:_OWN]
    started, seen = instant(started_at), instant(seen_at)
    if started is None or seen is None:
        return None
    facts = tuple(Fact(*row[_OWN:]) for row in rows if row[_OWN] is not None)
    return OpenSession(
        number, person_id, started, seen, bool(must_change), language or "", theme or "",
        tuple(details), instant(latest), facts,
    )  # fmt: skip


@cache
def _statement(checks: tuple[Callable[[Any], ModelSelect[Any]], ...]) -> Prepared:
    def build(token_hash: str, day: date, instant: datetime, until: datetime) -> ModelSelect[Any]:
        moment = Moment(day, instant)
        mine = Session.alias("mine")
        person = mine.select(mine.person).where(mine.token_hash == token_hash)
        fact = union_of_facts(person, moment, checks).alias("fact")
        return (
            Session.select(
                Session.id,
                Session.person,
                Session.started_at,
                Session.seen_at,
                Credential.must_change,
                Preference.language,
                Preference.theme,
                activity.latest_until(until).alias("latest"),
                PersonDetail.family_name,
                PersonDetail.given_name,
                PersonDetail.romanised,
                PersonDetail.erased_at,
                fact.c.what,
                fact.c.person_id,
                fact.c.department_id,
                fact.c.word,
            )
            .join_from(Session, Credential, JOIN.LEFT_OUTER, on=(Credential.person == Session.person))
            .join_from(Session, Preference, JOIN.LEFT_OUTER, on=(Preference.person == Session.person))
            .join_from(
                Session,
                PersonDetail,
                JOIN.LEFT_OUTER,
                on=PersonDetail.id == PersonDetail.latest_id(moment, person=person),
            )
            .join_from(Session, fact, JOIN.LEFT_OUTER, on=SQL("1 = 1"))
            .where(Session.token_hash == token_hash, Session.ended_at.is_null(), Session.expires_at > instant)
        )

    return Prepared(build, token_hash=str, day=date, instant=datetime, until=datetime)
