"""No sequence of transfers, ownerships, reorganisations, assignments and approvals lets a person audit the own unit unseen.

A machine does what people do, in any order, on days to come and days gone by. Beside it stands a model that
knows nothing of the product's rule: it keeps what was said, and looks at every single day. Whenever the hourly
job has run, every day on which somebody audits the own unit is told by an override or an exception on record.

AUDITOR_LONG=1 runs it for many sequences.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from auditor import activity, db, events
from auditor.access import Actor, application
from auditor.accounts.queries import actor_for
from auditor.audits import actions, queries
from auditor.audits.actions import Appointee, NewAudit, Outcome
from auditor.audits.exceptions import unsettled
from auditor.audits.models import Audit, AuditAssignee, IndependenceException
from auditor.audits.results import EDITABLE, State
from auditor.catalogue import subjects, using
from auditor.catalogue.models import Category, Control, Subject
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.people import actions as people
from auditor.people import histories, units
from auditor.people.models import Membership
from auditor.people.units import Unit
from tests.audits.making import answer_all
from tests.bed.absence import examples
from tests.cast import CAST_MADE, NOW, START, Cast

LONG = os.environ.get("AUDITOR_LONG") == "1"
SYSTEM = application("test")
PERSONS = ("auditor", "second_auditor", "without_mail", "head_of_other", "staff_of_sales")
UNITS = ("D110", "D130", "D200", "D210", "D211", "D220")
HOME = {
    "auditor": "D220", "second_auditor": "D130", "without_mail": "D220", "head_of_other": "D220",
    "staff_of_sales": "D211",
}  # fmt: skip
SIZES = ("team", "section", "department", "division")
LEVEL = {"D100": "division", "D200": "division", "D211": "section"}
PARENT = {"D110": "D100", "D120": "D100", "D130": "D100", "D210": "D200", "D211": "D210", "D220": "D200"}
CODES = {"department": "ORG-01", "company": "POL-01", "contractor": "OUT-01"}
SUBJECTS = ("D210", "D211", "D220", "company", "C-01")

days = st.integers(0, 330).map(lambda n: date(2026, 3, 20) + timedelta(days=n))
persons = st.sampled_from(PERSONS)
some_units = st.sampled_from(UNITS)


@dataclass
class Said:
    """What was said of one thing, from which day on; of one day the last word counts."""

    words: list[tuple[date, int, Any]] = field(default_factory=list)

    def say(self, day: date, value: Any) -> None:
        self.words.append((day, len(self.words), value))

    def on(self, day: date) -> Any:
        known = [word for word in self.words if word[0] <= day]
        return max(known, key=lambda word: word[:2])[2] if known else None


class Undone(Exception):
    """Ends the transaction of a sequence."""


class World:
    """The model: posts, hierarchy, owners as they were said; nothing of it comes from the product."""

    def __init__(self) -> None:
        self.posts: dict[tuple[str, str], Said] = defaultdict(Said)  # (held, main)
        self.parents: dict[str, Said] = defaultdict(Said)
        self.owners: dict[str, Said] = defaultdict(Said)  # (unit, person)
        self.responsible = Said()
        self.own_level = "department"
        for person, unit in HOME.items():
            self.posts[person, unit].say(START, (True, True))
        for unit in (*PARENT, "D100", "D200"):
            self.parents[unit].say(START, PARENT.get(unit))

    def held(self, person: str, day: date) -> list[str]:
        return [
            unit for (who, unit), said in self.posts.items() if who == person and (said.on(day) or [0])[0]
        ]

    def above(self, unit: str, day: date) -> list[str]:
        chain = [unit]
        while (parent := self.parents[chain[-1]].on(day)) is not None:
            chain.append(parent)
        return chain

    def own(self, person: str, day: date, level: str | None) -> set[str]:
        """The units the person may not audit on one day, as the first lines of the rule say it."""
        found: set[str] = set()
        for unit in self.held(person, day):
            found.add(unit)
            small = [
                one
                for one in self.above(unit, day)
                if SIZES.index(LEVEL.get(one, "department")) <= SIZES.index(level or self.own_level)
            ]
            if small:
                found |= {one for one in (*UNITS, "D120") if small[-1] in self.above(one, day)}
        return found

    def speaks_against(self, person: str, subject: str, day: date, level: str | None = None) -> bool:
        kind = subject if subject == "company" else "contractor" if subject == "C-01" else "department"
        unit, owner = self.owners[CODES[kind]].on(day) or (None, None)
        if owner == person:
            return True
        asked = [subject] if kind == "department" else []
        if kind == "contractor":
            asked = [self.responsible.on(day)]
        if kind == "company":
            asked = [unit] if unit else self.held(owner, day) if owner else []
        return any(one in self.own(person, day, level) for one in asked if one)


class Company(RuleBasedStateMachine):
    """What people do with the product, each said to the model as well; undone at the end of a sequence."""

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast, self.at, self.world = cast, NOW, World()
        self.about: dict[int, str] = {}  # subject by audit
        self.levels: dict[int, str] = {}  # by approved audit: the size of unit that was one's own then
        self.undo: Any = None

    @initialize()
    def founded(self) -> None:
        """Not in __init__: hypothesis makes one machine only to look at it."""
        cast = self.cast
        self.undo = db.database.atomic()
        self.undo.__enter__()
        self.contractor = subjects.add_subject(
            SYSTEM, "contractor", "C-01", "委託先", "", cast.department["D220"], NOW, START
        )
        self.world.responsible.say(START, "D220")
        self.subject = {**cast.subject, "C-01": self.contractor.id}
        self.names = {one: name for name, one in cast.person.items()}
        with activity.action(SYSTEM, NOW):
            self.subject["company"] = Subject.get(Subject.kind == "company").id
            self.control = {"company": cast.control["POL-01"], "department": cast.control["ORG-01"]}
            self.control["contractor"] = Control.create(
                version=cast.version, category=Category.get(Category.key == "organizational"), code="OUT-01",
                target="contractor", basis="measure", frequency="annual", title_ja="委託", title_en="Contractors",
                question_ja="？", question_en="?", details={}, position=99,
            ).id  # fmt: skip
            activity.record(CAST_MADE, persons=0)

    def teardown(self) -> None:
        if self.undo is None:
            return
        try:
            self.the_job_runs()
        finally:
            self.undo.__exit__(Undone, Undone(), None)

    def later(self) -> datetime:
        self.at += timedelta(minutes=7)
        return self.at

    def tip(self, name: str) -> str:
        return histories.tip_of(self.cast.person[name])

    # ---- the roster ----

    @rule(name=persons, unit=some_units, day=days)
    def transfer(self, name: str, unit: str, day: date) -> None:
        main = [one for one in UNITS if (self.world.posts[name, one].on(day) or (0, 0)) == (True, True)]
        people.transfer(
            SYSTEM, self.cast.person[name], self.cast.department[unit], "", day, self.later(), self.tip(name)
        )
        for one in main:
            if one != unit:
                self.world.posts[name, one].say(day, (False, True))
        self.world.posts[name, unit].say(day, (True, True))

    @rule(name=persons, unit=some_units, day=days, held=st.booleans())
    def concurrent_post(self, name: str, unit: str, day: date, held: bool) -> None:
        act = people.add_concurrent if held else people.end_concurrent
        args = self.cast.person[name], self.cast.department[unit]
        try:
            if held:
                people.add_concurrent(SYSTEM, *args, "", day, self.later(), self.tip(name))
            else:
                people.end_concurrent(SYSTEM, *args, day, self.later(), self.tip(name))
        except RuleBroken:
            assert act in (people.add_concurrent, people.end_concurrent)
            return
        self.world.posts[name, unit].say(day, (held, False))

    @rule(name=persons, unit=some_units, told=st.booleans())
    def post_recorded_in_error_is_corrected(self, name: str, unit: str, told: bool) -> None:
        """As an import writes it: the last row never was true."""
        key = {"person": self.cast.person[name], "department": self.cast.department[unit]}
        last = Membership.select().where(*(getattr(Membership, k) == v for k, v in key.items()))
        row = last.order_by(Membership.id.desc()).first()
        if row is None or not row.held:
            return
        at = self.later()
        with activity.action(SYSTEM, at):
            Membership.write(
                at, None, row.valid_from, replaces=row, corrects=True, held=False, main=row.main, **key
            )
            activity.record(CAST_MADE, persons=1)
            if told:
                events.tell(events.MembershipChanged(SYSTEM, at, key["person"]))
        said = self.world.posts[name, unit]
        said.words = [word for word in said.words if word != max(said.words, key=lambda w: w[1])]
        said.words.append((row.valid_from, 10_000 + len(said.words), (False, row.main)))

    @rule(
        unit=st.sampled_from(("D130", "D210", "D211", "D220")),
        parent=st.sampled_from((*UNITS, "D100")),
        day=days,
    )
    def reorganise(self, unit: str, parent: str, day: date) -> None:
        row = units.last_row(self.cast.department[unit])
        assert row is not None
        new = Unit(row.name, row.name_en, row.kind, row.level, self.cast.department[parent], row.site, True)
        try:
            units.change_department(SYSTEM, self.cast.department[unit], new, day, self.later(), row.id)
        except RuleBroken:
            return  # a circle
        self.world.parents[unit].say(day, parent)

    # ---- who answers for what ----

    @rule(
        code=st.sampled_from(sorted(CODES.values())),
        unit=st.none() | some_units,
        name=st.none() | persons,
        day=days.filter(lambda day: day >= START),
    )
    def control_owner(self, code: str, unit: str | None, name: str | None, day: date) -> None:
        department = self.cast.department[unit] if unit else None
        person = self.cast.person[name] if name else None
        using.set_owner(SYSTEM, self.cast.catalogue, code, department, person, day, self.later())
        self.world.owners[code].say(day, (unit, name))

    @rule(unit=st.none() | some_units, day=days)
    def subject_owner(self, unit: str | None, day: date) -> None:
        department = self.cast.department[unit] if unit else None
        subjects.change_subject(SYSTEM, self.contractor, "委託先", "", department, self.later(), day)
        self.world.responsible.say(day, unit)

    @rule(level=st.sampled_from(("division", "department", "section")))
    def own_level(self, level: str) -> None:
        at = self.later()
        set_setting(SYSTEM, "own_unit_level", level, Moment.at(at).day, at)
        self.world.own_level = level

    # ---- audits ----

    @rule(
        subject=st.sampled_from(SUBJECTS),
        names=st.lists(persons, min_size=1, max_size=2, unique=True),
        begins=st.integers(0, 200),
        lasts=st.integers(0, 80),
        by=st.sampled_from(("administrator", "head_of_audit")),
        reason=st.sampled_from(("", "他にいない")),
    )
    def assign(self, subject: str, names: list[str], begins: int, lasts: int, by: str, reason: str) -> None:
        first = START + timedelta(days=begins)
        kind = subject if subject == "company" else "contractor" if subject == "C-01" else "department"
        at = self.later()
        new = NewAudit(
            self.subject[subject], "operation", self.cast.version, (self.control[kind],), first,
            first + timedelta(days=lasts), date(2026, 12, 1), date(2026, 12, 11),
            tuple(Appointee(self.cast.person[name], False, reason) for name in names),
        )  # fmt: skip
        try:
            audit = actions.assign(self.actor(by), at, new)
        except RuleBroken:
            return
        self.about[audit.id] = subject
        self.nobody_is_let_in(audit)

    @precondition(lambda self: self.about)
    @rule(place=st.integers(0, 9), name=persons)
    def change_auditors(self, place: int, name: str) -> None:
        audit = self.audit(place)
        held = queries.auditors([audit.id], Moment.at(self.at)).get(audit.id, [])
        try:
            actions.change_auditors(
                self.actor("head_of_audit"), self.later(), audit, [Appointee(self.cast.person[name])],
                [row.id for row in held],
            )  # fmt: skip
        except RuleBroken:
            return
        if name not in {self.names[row.person_id] for row in held}:
            self.nobody_is_let_in(audit)

    @precondition(lambda self: self.about)
    @rule(place=st.integers(0, 9), far=st.sampled_from(("submit", "approve", "close")))
    def carry_out(self, place: int, far: str) -> None:
        audit = self.audit(place)
        held = queries.auditors([audit.id], Moment.at(self.at)).get(audit.id, [])
        try:
            if State(audit.current_state) in EDITABLE and held:
                name = self.names[held[0].person_id]
                answer_all(self.cast, audit, by=name, at=self.later())
                actions.submit(self.actor(name), self.later(), Audit.get_by_id(audit.id))
            if far != "submit":
                actions.approve(self.actor("head_of_audit"), self.later(), Audit.get_by_id(audit.id))
                self.levels[audit.id] = self.world.own_level
            if far == "close":
                actions.close_finished(SYSTEM, self.later())
        except (RuleBroken, Stale):
            return  # a broken independence is to be settled first, or it is approved already

    @precondition(lambda self: self.levels)
    @rule(place=st.integers(0, 9))
    def reopen(self, place: int) -> None:
        """As the head of audit does to replace who was not independent after all."""
        ids = sorted(self.levels)
        audit = Audit.get_by_id(ids[place % len(ids)])
        actions.reopen(self.actor("head_of_audit"), self.later(), audit, "監査員を替える")
        del self.levels[audit.id]

    @rule(place=st.integers(0, 9), outcome=st.sampled_from(list(Outcome)))
    def settle(self, place: int, outcome: Outcome) -> None:
        rows = list(unsettled(Moment.at(self.at)).order_by(IndependenceException.id))
        if rows:
            try:
                actions.settle(
                    self.actor("head_of_audit"), self.later(), rows[place % len(rows)], outcome, "確認した"
                )
            except RuleBroken:
                return  # said to be replaced, and still named

    @rule()
    def the_job_runs(self) -> None:
        """The property: whoever audits the own unit on some day is told of, that day included."""
        actions.recheck_independence(SYSTEM, self.later())
        for audit_id, subject in self.about.items():
            audit = Audit.get_by_id(audit_id)
            if audit.current_state == State.CANCELLED:
                continue
            for post in self.posts(audit):
                missing = self.against(audit, subject, self.names[post.person_id]) - self.told(post)
                assert not missing, (
                    f"{self.names[post.person_id]} audits {subject}: nothing on record for {sorted(missing)[:3]}"
                )

    # ---- what the checks ask ----

    def nobody_is_let_in(self, audit: Audit) -> None:
        """Who was just named without an override is independent on every day, as far as anybody knows."""
        for post in self.posts(audit):
            found = self.against(audit, self.about[audit.id], self.names[post.person_id])
            assert not found, (
                f"{self.names[post.person_id]} was let in to {self.about[audit.id]}: {sorted(found)[:3]}"
            )

    def posts(self, audit: Audit) -> list[AuditAssignee]:
        held = queries.auditors([audit.id], Moment.at(self.at)).get(audit.id, [])
        return [row for row in held if row.overridden_by is None]

    def against(self, audit: Audit, subject: str, name: str) -> set[date]:
        length = (audit.period_to - audit.period_from).days + 1
        every = (audit.period_from + timedelta(days=n) for n in range(length))
        level = self.levels.get(audit.id)
        return {day for day in every if self.world.speaks_against(name, subject, day, level)}

    def told(self, post: AuditAssignee) -> set[date]:
        found: set[date] = set()
        for row in IndependenceException.select().where(
            IndependenceException.audit == post.audit_id, IndependenceException.person == post.person_id
        ):
            for one in row.reason:
                first, last = date.fromisoformat(one["first"]), date.fromisoformat(one["last"])
                found |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
        return found

    def audit(self, place: int) -> Audit:
        ids = sorted(self.about)
        found: Audit = (
            Audit.select(Audit, Subject).join(Subject).where(Audit.id == ids[place % len(ids)]).get()
        )
        return found

    def actor(self, name: str) -> Actor:
        return actor_for(self.cast.person[name], self.at)


def test_no_sequence_lets_a_person_audit_the_own_unit_unseen(cast: Cast) -> None:
    many = (
        settings(max_examples=int(os.environ.get("AUDITOR_SEQUENCES", "2000")), stateful_step_count=40)
        if LONG
        else settings(max_examples=examples(5, 15), stateful_step_count=15)
    )
    run_state_machine_as_test(lambda: Company(cast), settings=settings(many, deadline=None, print_blob=True))
