"""The register of auditors (監査員名簿): who is qualified, since when, until when and by what."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from peewee import ModelSelect

from auditor import activity
from auditor.access import Actor
from auditor.audits import trail
from auditor.audits.models import AuditorQualification
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, _l
from auditor.people import queries as people

SOON = timedelta(days=60)  # before its last day a qualification is on the worklist
LONGEST_GROUNDS = 500
ONLY_REGISTERED = "only_registered_auditors"  # the setting


class Standing(StrEnum):
    """How a qualification stands on a day."""

    VALID = "valid"
    EXPIRING = "expiring"  # valid, and its last day is near
    COMING = "coming"  # from a later day on
    LAPSED = "lapsed"  # its last day has passed, and nobody has renewed or ended it
    ENDED = "ended"


@dataclass(frozen=True)
class Qualified:
    """Since when and until when somebody is registered; no last day means until it is ended."""

    since: date
    until: date | None

    def on(self, day: date) -> bool:
        """Tell whether it holds on ``day``."""
        return self.since <= day and (self.until is None or day <= self.until)


def standing(row: AuditorQualification, today: date) -> Standing:
    """Return how the qualification stands on ``today``."""
    if row.until is not None and row.until < today:
        return Standing.LAPSED if row.held else Standing.ENDED
    if row.since > today:
        return Standing.COMING
    near = row.until is not None and row.until <= today + SOON
    return Standing.EXPIRING if near else Standing.VALID


def enter(
    actor: Actor, at: datetime, person_id: int, since: date, until: date | None, grounds: str
) -> AuditorQualification:
    """Register the person as auditor, for the first time or again after an end.

    Raises RuleBroken for somebody who does not work here, days out of order, no grounds, and for somebody
    who is registered already.
    """
    moment = Moment.at(at)
    if not people.is_working(person_id, moment):
        raise RuleBroken(_l("Choose somebody on the roster who has not left."), "person")
    before = AuditorQualification.latest(moment, person=person_id)
    if before is not None and standing(before, moment.day) is not Standing.ENDED:
        raise RuleBroken(
            _l("This person is in the register already. Renew the registration there."), "person"
        )
    values = {"since": since, "until": until, "grounds": _checked(since, until, grounds), "held": True}
    return _write(actor, at, person_id, before, values)


def renew(
    actor: Actor, at: datetime, person_id: int, until: date | None, grounds: str, based_on: int
) -> AuditorQualification:
    """Give the qualification another last day and say by what; ``based_on`` is the id of the row that was seen.

    Raises NotFound for somebody who was never registered, RuleBroken for a day before the first and no grounds.
    """
    before = entry(person_id, Moment.at(at))
    values = {
        "since": before.since,
        "until": until,
        "grounds": _checked(before.since, until, grounds),
        "held": True,
    }
    return _write(actor, at, person_id, before, values, based_on)


def end(
    actor: Actor, at: datetime, person_id: int, last_day: date, reason: str, based_on: int
) -> AuditorQualification:
    """End the registration with ``last_day``; audits that the person already carries out stay theirs.

    Raises NotFound for somebody who was never registered, RuleBroken for a day before the first, a day after
    the last one, and no reason.
    """
    before = entry(person_id, Moment.at(at))
    reason = _written(reason, _l("Write why the registration ends."))
    if last_day < before.since or (before.until is not None and last_day > before.until):
        raise RuleBroken(_l("Enter a day on which the registration holds. To prolong it, renew it."), "until")
    values = {"since": before.since, "until": last_day, "grounds": reason, "held": False}
    return _write(actor, at, person_id, before, values, based_on)


def _checked(since: date, until: date | None, grounds: str) -> str:
    if until is not None and until < since:
        raise RuleBroken(_l("The registration ends before it begins. Correct one of the two dates."), "until")
    return _written(grounds, _l("Write by what the person is qualified: a course, a certificate."))


def _written(text: str, missing: Any) -> str:
    text = text.strip()
    if not text:
        raise RuleBroken(missing, "grounds")
    if len(text) > LONGEST_GROUNDS:
        raise RuleBroken(_l("Use at most %(count)s characters.", count=LONGEST_GROUNDS), "grounds")
    return text


def _write(
    actor: Actor,
    at: datetime,
    person_id: int,
    before: AuditorQualification | None,
    values: dict[str, Any],
    based_on: int | None = None,
) -> AuditorQualification:
    with activity.action(actor, at):
        if before is not None and based_on not in (None, before.id):
            raise Stale(
                {name: getattr(before, name) for name in values}
                | {"by": before.recorded_by, "at": before.recorded_at, "row": before.id},
                values,
            )
        row = AuditorQualification.write(at, actor.person_id, replaces=before, person=person_id, **values)
        activity.record(trail.REGISTER_CHANGED, person=person_id, held=row.held, row=row.id)
    return row


def entry(person_id: int, moment: Moment) -> AuditorQualification:
    """Return what the register says of the person at ``moment``. Raises NotFound where it says nothing."""
    row = AuditorQualification.latest(moment, person=person_id)
    if row is None:
        raise NotFound
    return row


def entries(moment: Moment, tab: str = "all") -> ModelSelect[AuditorQualification]:
    """Return the entries that stand at ``moment``, those that end first on top; ``tab`` narrows them.

    "registered" leaves who is or will be, "attention" whose last day is near or has passed, "ended" the rest.
    """
    rows = AuditorQualification.standing(moment)
    until, today = AuditorQualification.until, moment.day
    ended = until.is_null(False) & (until < today)
    if tab == "registered":
        rows = rows.where(~ended)
    elif tab == "attention":
        rows = rows.where(AuditorQualification.held, until.is_null(False), until <= today + SOON)
    elif tab == "ended":
        rows = rows.where(ended)
    return rows.order_by(until.is_null(), until, AuditorQualification.id)


def qualified(person_ids: Collection[int] | None, moment: Moment) -> dict[int, Qualified]:
    """Return since when and until when each person is registered, of all where None is asked: one query."""
    where = [] if person_ids is None else [AuditorQualification.person.in_(list(person_ids))]
    rows = AuditorQualification.standing(moment, *where)
    return {row.person_id: Qualified(row.since, row.until) for row in rows}


def namable(person_ids: Iterable[int], day: date, moment: Moment) -> set[int]:
    """Return those who may be named for an audit that starts on ``day``: everybody, unless only the registered may."""
    persons = set(person_ids)
    if not company.setting(ONLY_REGISTERED, moment):
        return persons
    return {one for one, known in qualified(persons, moment).items() if known.on(day)}


def check_registered(person_ids: Collection[int], day: date, moment: Moment) -> None:
    """Raise RuleBroken where only registered auditors may be named and one of the persons is not, on ``day``."""
    missing = sorted(set(person_ids) - namable(person_ids, day, moment))
    if missing:
        raise RuleBroken(
            _(
                "%(person)s is not registered as auditor on %(day)s. Only registered auditors may be named (settings). Choose somebody else, or have the register completed first.",
                person=_(", ").join(people.names(missing, moment).values()),
                day=day.isoformat(),
            ),
            "auditors",
        )
