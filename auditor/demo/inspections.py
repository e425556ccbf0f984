"""The self-inspections of the demo year: assigned in rounds, answered by the departments, confirmed, late, returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from auditor.access import Actor
from auditor.accounts.queries import actor_for
from auditor.audits.assigning import Appointee, NewAudit
from auditor.audits.conducting import Answer, record_result
from auditor.audits.inspections import deciding, people, preparing, queries
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.results import Result, State
from auditor.audits.series import RULES, Recurrence
from auditor.catalogue.models import Control, Subject
from auditor.dated import Moment
from auditor.demo.audits import HEAD_OF_AUDIT
from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage, told
from auditor.findings import actions as findings
from auditor.findings.states import Grade

_ANSWERED = ("submitted", "returned", "confirmed")
_BEGUN = ("in_progress", *_ANSWERED)


@dataclass(frozen=True)
class _Case:
    """One self-inspection of a round."""

    round: dict[str, Any]
    code: str
    audit_id: int
    place: int

    @property
    def reaches(self) -> str:
        return str(self.round.get("otherwise", {}).get(self.code, self.round["reaches"]))


class Inspections:
    """The rounds that ``data/inspections.yaml`` tells of."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told = told("inspections")
        self._actors: dict[int, Actor] = {}

    def enter(self) -> None:
        """Put every round into the chronicle; what becomes of each follows when it is assigned."""
        for one in self.told["rounds"]:
            self.stage.on(one["assigned"], partial(self._assign, one), 9, 15)

    def _assign(self, one: dict[str, Any], at: datetime) -> None:
        news = [self._new(one, code, at) for code in one["subjects"]]
        recurrence = Recurrence(RULES["quarterly"], preparing.LEAD_DAYS) if one.get("quarterly") else None
        opened = open_inspections(self.stage.actor(ADMINISTRATOR, at), at, news, recurrence)
        for place, (code, audit) in enumerate(zip(one["subjects"], opened, strict=True)):
            self._follow(_Case(one, code, audit.id, place))

    def _new(self, one: dict[str, Any], code: str, at: datetime) -> NewAudit:
        stage, calendar = self.stage, self.stage.calendar
        subject = stage.subject(code)
        frequency = one.get("frequencies", {}).get(code, one["frequency"])
        controls = list(
            Control.select().where(Control.version == stage.version, Control.target == subject.kind)
        )
        named = self.told["named"].get(code)
        answers = self._responsible(stage.subject(named), at) if named else None
        return NewAudit(
            subject_id=subject.id,
            kind="self_inspection",
            version_id=stage.version.id,
            control_ids=tuple(sorted(preparing.often_enough(controls, frequency))),
            period_from=calendar.day(one["from"]),
            period_to=calendar.day(one["to"]),
            starts_on=calendar.workday(one["assigned"]),
            due_on=calendar.workday(one["due"]),
            auditors=(Appointee(answers),) if answers else (),
        )

    def _responsible(self, subject: Subject, at: datetime) -> int:
        return people.respondents([subject], Moment.at(at))[subject.id][0]

    def _follow(self, case: _Case) -> None:
        stage, one = self.stage, case.round
        if case.reaches == "cancelled":
            stage.on(one["assigned"] + timedelta(days=2), partial(self._cancel, case), 13)
        if case.reaches in _BEGUN:
            begins = min(one["assigned"] + timedelta(days=2 + case.place % 4), one["due"])
            stage.on(begins, partial(self._answer, case), 9 + case.place % 7, 5)
        if case.reaches == "confirmed":
            stage.on(one["due"] + timedelta(days=1), partial(self._confirm, case), 11, case.place)
        if case.reaches == "returned":
            stage.on(one["due"] + timedelta(days=3), partial(self._send_back, case), 14)

    def _actor(self, case: _Case, at: datetime) -> Actor | None:
        """Return who answers; None on days on which nobody is responsible, as after a reorganisation."""
        audit = self._audit(case)
        answering = people.answering([audit], Moment.at(at))[audit.id]
        if not answering:
            return None
        person = answering[0]
        if person not in self._actors:
            self._actors[person] = actor_for(person, at)
        return self._actors[person]

    @staticmethod
    def _audit(case: _Case) -> Audit:
        found: Audit = Audit.select(Audit, Subject).join(Subject).where(Audit.id == case.audit_id).get()
        return found

    def _answer(self, case: _Case, at: datetime) -> None:
        """Answer the items one after the other, about half of them where it stays open; then hand it in."""
        items = list(
            AuditItem.select(AuditItem, Control)
            .join(Control)
            .where(AuditItem.audit == case.audit_id)
            .order_by(AuditItem.position)
        )
        wanted = items[: (len(items) + 1) // 2] if case.reaches == "in_progress" else items
        actor = self._actor(case, at)
        if actor is None:
            return  # it stays open, and late
        for place, item in enumerate(wanted):
            when = min(at + timedelta(minutes=2 * place), self.stage.calendar.now)
            self.stage.chronicle.add(when, partial(self._record, case, actor, item, place))
        if case.reaches in _ANSWERED:
            when = min(at + timedelta(minutes=2 * len(items) + 5), self.stage.calendar.now)
            self.stage.chronicle.add(when, partial(self._submit, case, actor))

    def _record(self, case: _Case, actor: Actor, item: AuditItem, place: int, at: datetime) -> None:
        wrong = self._wrong(case, item)
        notes = self.told["notes"]
        note = notes[(place + case.place) % len(notes)]
        result, said = (Result(wrong["grade"]), wrong["note"]) if wrong else (Result.CONFORM, note)
        record_result(actor, at, item, Answer(result, said))

    def _wrong(self, case: _Case, item: AuditItem) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.told["wrong"].get(
            f"{case.round['key']}:{case.code}:{item.control.code}"
        )
        return found

    def _submit(self, case: _Case, actor: Actor, at: datetime) -> None:
        deciding.submit(actor, at, self._audit(case), self.told["comments"]["submitted"])

    def _decider(self, case: _Case, at: datetime) -> Actor:
        """Return the administrator, or where the administrator answered the head of audit."""
        answered = queries.answered_by([case.audit_id])[case.audit_id]
        own = self.stage.person(ADMINISTRATOR) in answered
        return self.stage.actor(HEAD_OF_AUDIT if own else ADMINISTRATOR, at)

    def _confirm(self, case: _Case, at: datetime) -> None:
        audit, actor = self._audit(case), self._decider(case, at)
        if audit.current_state != State.SUBMITTED:
            return
        for item in self._items_without_finding(case, at):
            self._record_finding(case, item, actor, at)
        deciding.confirm(actor, at, audit)

    @staticmethod
    def _items_without_finding(case: _Case, at: datetime) -> Iterable[AuditItem]:
        lacking = deciding.readiness(case.audit_id, Moment.at(at)).without_finding
        return AuditItem.select(AuditItem, Audit, Control).join(Audit).switch(AuditItem).join(Control).where(
            AuditItem.id.in_(lacking)
        )  # fmt: skip

    def _record_finding(self, case: _Case, item: AuditItem, actor: Actor, at: datetime) -> None:
        wrong = self._wrong(case, item) or {}
        latest = ItemResult.latest(Moment.at(at), item=item.id)
        subject = self.stage.subject(case.code)
        findings.record(
            actor, at, title=wrong["title"], facts=wrong["note"], grade=Grade(wrong["grade"]),
            department_id=subject.department_id or 0, due_on=self.stage.calendar.workday(wrong["due"]), item=item,
            found_on=latest.valid_from if latest else None,
        )  # fmt: skip

    def _send_back(self, case: _Case, at: datetime) -> None:
        if self._audit(case).current_state != State.SUBMITTED:
            return
        deciding.send_back(self._decider(case, at), at, self._audit(case), self.told["comments"]["returned"])

    def _cancel(self, case: _Case, at: datetime) -> None:
        actor = self.stage.actor(ADMINISTRATOR, at)
        deciding.cancel(actor, at, self._audit(case), self.told["comments"]["cancelled"])
