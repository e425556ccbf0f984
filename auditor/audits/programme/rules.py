"""The rules of a programme: what is checked by them, and how they are changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from auditor import activity, db
from auditor.access import Actor
from auditor.audits.programme import trail
from auditor.audits.programme.models import Programme, ProgrammeRule
from auditor.audits.programme.needs import Asked
from auditor.audits.programme.units import Planned
from auditor.audits.programme.words import Cycle
from auditor.audits.results import AUDITS, AuditKind
from auditor.catalogue.words import TARGETS
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _l

MOST_TIMES = 12
LONGEST_DUE = 180


@dataclass(frozen=True)
class Rule:
    """What a rule asks for; ``months`` are calendar months in which its checks may begin, empty: any."""

    kind: str
    subject_kinds: tuple[str, ...]
    subjects: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    cycle: str = Cycle.TIMES.value
    times: int = 1
    months: tuple[int, ...] = ()
    due_days: int = 14
    auditors: int = 1
    active: bool = True

    @property
    def audits(self) -> bool:
        """Tell whether it asks for audits; else for self-inspections."""
        return self.kind in AUDITS

    def reaches(self, planned: Planned) -> bool:
        """Tell whether the rule is about the subject."""
        if planned.subject.kind not in self.subject_kinds:
            return False
        return not self.subjects or planned.id in self.subjects

    def of(self, asked: Sequence[Asked]) -> list[Asked]:
        """Return those of the controls that the rule has checked."""
        return [one for one in asked if not self.categories or one.category in self.categories]


DEFAULTS = (
    Rule(AuditKind.OPERATION.value, ("department",)),
    Rule(AuditKind.CONFORMITY.value, ("company",), due_days=21),
    Rule(AuditKind.OPERATION.value, ("system", "area", "contractor")),
    Rule(
        AuditKind.SELF_INSPECTION.value,
        tuple(TARGETS),
        cycle=Cycle.FREQUENCY.value,
        due_days=20,
    ),
)


@dataclass(frozen=True)
class Standing:
    """A rule that stands, with the place that names it and the row it stands in."""

    place: int
    row: int
    rule: Rule


def rules_of(programme: Programme, moment: Moment) -> list[Standing]:
    """Return the rules in the order in which they were made: one query."""
    rows = ProgrammeRule.standing(moment, ProgrammeRule.programme == programme.id)
    return sorted((_standing(row) for row in rows), key=lambda one: one.place)


def rule_of(programme: Programme, place: int, moment: Moment) -> Standing:
    """Return one rule. Raises NotFound where there is none."""
    row = ProgrammeRule.latest(moment, programme=programme.id, place=place)
    if row is None:
        raise NotFound
    return _standing(row)


def _standing(row: ProgrammeRule) -> Standing:
    return Standing(
        row.place,
        row.id,
        Rule(
            row.kind,
            tuple(row.subject_kinds),
            tuple(row.subjects),
            tuple(row.categories),
            row.cycle,
            row.times,
            tuple(row.months),
            row.due_days,
            row.auditors,
            row.active,
        ),
    )


def add_rule(actor: Actor, at: datetime, programme: Programme, rule: Rule) -> int:
    """Add a rule and return its place. Raises RuleBroken as ``checked`` does."""
    checked(rule)
    with activity.action(actor, at):
        db.one_at_a_time(f"programme {programme.id}")
        places = ProgrammeRule.select(ProgrammeRule.place).where(ProgrammeRule.programme == programme.id)
        place = max((row.place for row in places), default=0) + 1
        write(actor, at, programme, place, rule)
        activity.record(trail.RULE_SET, programme=programme.id, place=place, active=rule.active)
    return place


def change_rule(
    actor: Actor, at: datetime, programme: Programme, place: int, rule: Rule, based_on: int
) -> None:
    """Change a rule; ``based_on`` is the row that was seen. What was proposed by it before stays.

    Raises RuleBroken as ``checked`` does, Stale when somebody else changed it meanwhile.
    """
    checked(rule)
    with activity.action(actor, at):
        stands = ProgrammeRule.latest(Moment.at(at), programme=programme.id, place=place)
        if stands is None:
            raise NotFound
        if stands.id != based_on:
            raise Stale(asdict(_standing(stands).rule), asdict(rule))
        write(actor, at, programme, place, rule, stands)
        activity.record(trail.RULE_SET, programme=programme.id, place=place, active=rule.active)


def write(
    actor: Actor,
    at: datetime,
    programme: Programme,
    place: int,
    rule: Rule,
    before: ProgrammeRule | None = None,
) -> None:
    """Write the row of a rule, inside the running action."""
    values: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(rule).items()
    }
    ProgrammeRule.write(at, actor.person_id, replaces=before, programme=programme.id, place=place, **values)


def checked(rule: Rule) -> None:
    """Raise RuleBroken for a rule that asks for nothing or for what there is not."""
    if rule.kind not in list(AuditKind):
        raise RuleBroken(_l("Choose what is done: an audit or a self-inspection."), "kind")
    if not rule.subject_kinds or not set(rule.subject_kinds) <= set(TARGETS):
        raise RuleBroken(_l("Choose at least one kind of subject."), "subject_kinds")
    if rule.cycle not in list(Cycle):
        raise RuleBroken(_l("Choose how often."), "cycle")
    if not 1 <= rule.times <= MOST_TIMES:
        raise RuleBroken(_l("A number of times from 1 to 12."), "times")
    if not 1 <= rule.due_days <= LONGEST_DUE:
        raise RuleBroken(_l("A number of days from 1 to 180."), "due_days")
    if not 1 <= rule.auditors <= 5:
        raise RuleBroken(_l("A number of auditors from 1 to 5."), "auditors")
    if not set(rule.months) <= set(range(1, 13)):
        raise RuleBroken(_l("Choose the months from the list."), "months")
