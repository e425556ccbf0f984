"""When reminders go and to whom: one dated rule for each kind of thing, and what holds where there is none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from auditor import activity, db
from auditor.access import Actor
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l
from auditor.notifications import kinds
from auditor.worklist.models import ReminderRule

RULE_CHANGED = activity.event_type(
    "worklist.reminder_rule_changed", _l("Rule of reminders changed"), "about", "valid_from"
)
MOST = 30  # reminders of one thing, whatever a rule says
FURTHEST = 365  # days from a due date


@dataclass(frozen=True)
class Kind:
    """A kind of thing that people are reminded of, by the name of its notice.

    ``escalates``: whether somebody above is told too when it stays late; of training they have a kind of their own.
    ``with_head``: whether it is of a department, whose head is then one of them.
    """

    notice: str
    label: Any
    escalates: bool = True
    with_head: bool = True

    @property
    def above(self) -> tuple[str, ...]:
        """The terms that say when somebody above is told too, of those that this kind has."""
        if not self.escalates:
            return ()
        return ABOVE if self.with_head else ABOVE[1:]


ABOVE = ("head_after", "administrator_after", "head_of_audit_after")
KINDS = (
    Kind("audit_due", _l("Audit to be submitted"), with_head=False),
    Kind("audit_notice_due", _l("Answer to an audit notice")),
    Kind("audit_facts_due", _l("Facts of an audit to be confirmed")),
    Kind("inspection_due", _l("Self-inspection to be submitted")),
    Kind("finding_due", _l("Answer to a finding")),
    Kind("verification_due", _l("Plan to be approved, actions to be verified")),
    Kind("action_due", _l("Corrective action")),
    Kind("effectiveness_due", _l("Effectiveness check")),
    Kind("evidence_due", _l("Evidence whose validity ends")),
    Kind("training_due", _l("Training, to whom it is assigned"), escalates=False),
    Kind("training_team_due", _l("Training of the own departments, to their heads"), escalates=False),
    Kind("training_round_due", _l("Training of the company, to the administrators"), escalates=False),
)


@dataclass(frozen=True)
class Terms:
    """What a rule says. Steps are days left until the due date: positive before it, negative after it.

    ``steps`` None: as the company's settings say. ``head_after`` and its kin: days late from which that person is
    told too, None for never. ``repeat_days``: after the last step again and again, None for not. ``most``: how
    many reminders of one thing there are at most.
    """

    active: bool = True
    steps: tuple[int, ...] | None = None
    to_person: bool = True
    head_after: int | None = 3
    administrator_after: int | None = 7
    head_of_audit_after: int | None = None
    repeat_days: int | None = None
    most: int = 10


def known() -> list[Kind]:
    """Return the kinds that somebody is told of, in the order of the table."""
    return [kind for kind in KINDS if kind.notice in kinds.registered()]


def kind_of(notice: str) -> Kind | None:
    """Return the kind of that name."""
    return next((kind for kind in known() if kind.notice == notice), None)


def sequence(terms: Terms, common: Collection[int]) -> list[int]:
    """Return the steps of one thing, the earliest first, repetitions included, no more than the rule allows."""
    if not terms.active:
        return []
    steps = sorted(set(common if terms.steps is None else terms.steps), reverse=True)
    if terms.repeat_days and steps:
        last = min(steps[-1], 0)
        steps += [last - terms.repeat_days * time for time in range(1, terms.most + 1)]
    return steps[: terms.most]


def reached(steps: list[int], left: int) -> int | None:
    """Return the most urgent of the steps that has come with ``left`` days left; None before the first."""
    passed = [step for step in steps if left <= step]
    return passed[-1] if passed else None


def terms_at(moment: Moment) -> dict[str, Terms]:
    """Return the rules that stand, by kind; a kind without one has no entry: one query."""
    return {row.kind: terms_of(row) for row in ReminderRule.standing(moment)}


def terms_of(row: ReminderRule) -> Terms:
    """Return what one row says."""
    return Terms(
        active=row.active,
        steps=None if row.steps is None else tuple(row.steps),
        to_person=row.to_person,
        head_after=row.head_after,
        administrator_after=row.administrator_after,
        head_of_audit_after=row.head_of_audit_after,
        repeat_days=row.repeat_days,
        most=row.most,
    )


def common_steps(moment: Moment) -> list[int]:
    """Return the days of the company's settings."""
    return list(company.setting("reminder_days", moment))


def last_row(kind: str) -> ReminderRule | None:
    """Return the last row written for a kind, whatever day it holds from: the next one replaces it."""
    rows = ReminderRule.select().where(ReminderRule.kind == kind)
    found: ReminderRule | None = rows.order_by(ReminderRule.id.desc()).first()
    return found


def set_rule(
    actor: Actor, kind: str, terms: Terms, valid_from: date, at: datetime, replaces: int | None
) -> bool:
    """Have a rule hold from ``valid_from`` on; returns whether anything is different from what stands that day.

    ``replaces`` is the id of the row its author saw, None for none. Raises RuleBroken for terms that cannot be,
    Stale when somebody changed the rule meanwhile.
    """
    _check(kind, terms, valid_from, Moment.at(at).day)
    with activity.action(actor, at):
        db.one_at_a_time(f"reminder rule {kind}")  # the first row of a kind replaces none
        last = last_row(kind)
        if (last.id if last else None) != replaces:
            raise Stale(asdict(terms_of(last)) if last else {}, asdict(terms))
        if terms_at(Moment(valid_from, at)).get(kind, Terms()) == terms:
            return False
        ReminderRule.write(at, actor.person_id, valid_from, replaces=last, kind=kind, **_columns(terms))
        activity.record(RULE_CHANGED, about=kind, valid_from=valid_from.isoformat())
    return True


def _columns(terms: Terms) -> dict[str, Any]:
    return {**asdict(terms), "steps": None if terms.steps is None else list(terms.steps)}


def _check(kind: str, terms: Terms, valid_from: date, today: date) -> None:
    if valid_from < today:
        raise RuleBroken(_l("Choose today or a later day: what was sent was sent."), "valid_from")
    if terms.steps is not None and not terms.steps:
        raise RuleBroken(
            _l("Enter at least one day, or leave the field empty for the days of the settings."), "steps"
        )
    if any(abs(step) > FURTHEST for step in terms.steps or ()):
        raise RuleBroken(_l("Enter days from -%(count)s to %(count)s.", count=FURTHEST), "steps")
    if terms.active and not _reads(kind, terms):
        raise RuleBroken(
            _l("With these entries nobody would be reminded. Choose somebody, or switch the reminders off."),
            "to_person",
        )


def _reads(kind: str, terms: Terms) -> bool:
    """Tell whether anybody would be told at all."""
    found = kind_of(kind)
    above = found.above if found else ABOVE
    return terms.to_person or any(getattr(terms, name) is not None for name in above)
