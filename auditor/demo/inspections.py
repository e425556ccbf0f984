"""The self-inspections of the demo year: opened by the programme, answered by the departments, confirmed, late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from auditor import db
from auditor.access import Actor, application
from auditor.accounts.queries import actor_for
from auditor.audits.assigning import NewAudit
from auditor.audits.attaching import Link
from auditor.audits.conducting import Answer
from auditor.audits.inspections import answering, deciding, people, preparing, proving
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.models import Audit, AuditItem, AuditPlan, ItemResult
from auditor.audits.programme import opening
from auditor.audits.programme.models import ProgrammeEntry, ProgrammeEntryDetail
from auditor.audits.results import AuditKind, Result, State
from auditor.calendars import add_business_days, add_months, business_day
from auditor.catalogue.models import Control, Subject
from auditor.dated import Moment
from auditor.demo.audits import HEAD_OF_AUDIT
from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage, told
from auditor.evidence.actions import About
from auditor.evidence.models import Evidence
from auditor.findings import actions as findings
from auditor.findings.states import Grade

_SUBMITTED = ("submitted", "returned", "confirmed")
_AGAIN = 5  # business days until somebody tries once more, where nobody was responsible


@dataclass(frozen=True)
class _Case:
    """One self-inspection; ``month`` counts from the begin of the year, ``last`` is the round due before today."""

    audit_id: int
    code: str
    month: int
    last: bool
    reaches: str
    place: int
    starts_on: date
    due_on: date


class Inspections:
    """What becomes of the self-inspections of the programme, as ``data/inspections.yaml`` tells."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told = told("inspections")
        self._actors: dict[int, Actor] = {}

    def enter(self) -> None:
        """Put the opening of each month into the chronicle; what becomes of each one follows then."""
        year, calendar = self.stage.calendar.year, self.stage.calendar
        for ahead in range(12):
            opens = business_day(add_months(year.first, ahead) - timedelta(days=7))
            self.stage.chronicle.add(calendar.instant(opens, 7), self._open)
        # What the reorganisation adds to the plan.
        added = business_day(calendar.middle + timedelta(days=1))
        self.stage.chronicle.add(calendar.instant(added, 11), self._open)
        self.stage.on(self.told["twice"]["assigned"], self._assign_twice, 9, 15)

    def _open(self, at: datetime) -> None:
        opened = opening.open_planned(application("scheduler"), at).audit_ids
        cases = [one for one in self._cases(opened) if one.starts_on <= self.stage.calendar.today]
        for case in cases:
            self._follow(case, at)
        for due in sorted({one.due_on for one in cases}):
            done = [one for one in cases if one.due_on == due and one.reaches == "confirmed"]
            self._at(due + timedelta(days=1), 11, partial(self._confirm, done))

    def _cases(self, audit_ids: Sequence[int]) -> Iterable[_Case]:
        """Return the self-inspections among the audits in the order of their subjects."""
        inspected = Audit.id.in_(list(audit_ids)) & (Audit.kind == AuditKind.SELF_INSPECTION.value)
        audits = Audit.select(Audit, Subject).join(Subject).where(inspected).order_by(Subject.code)
        plans = {row.audit_id: row for row in AuditPlan.select().where(AuditPlan.audit.in_(list(audit_ids)))}
        for place, audit in enumerate(audits):
            plan, code = plans[audit.id], str(audit.subject.code)
            last = _month(plan.starts_on) == self._last_round
            if plan.due_on >= self.stage.calendar.today:
                usual = self.told["running"][place % len(self.told["running"])]
                reaches = self.told["running_at"].get(code, usual)
            else:
                reaches = self.told["last_round"].get(code, "confirmed") if last else "confirmed"
            month = (plan.starts_on.month - self.stage.calendar.first.month) % 12 + 1
            yield _Case(audit.id, code, month, last, reaches, place, plan.starts_on, plan.due_on)

    @cached_property
    def _last_round(self) -> tuple[int, int]:
        """The month in which the last self-inspections began that were due before today."""
        planned = ProgrammeEntryDetail.select(ProgrammeEntryDetail.starts_on).join(ProgrammeEntry)
        ended = planned.where(
            ProgrammeEntry.kind == AuditKind.SELF_INSPECTION.value,
            ProgrammeEntryDetail.due_on < self.stage.calendar.today,
        )
        return _month(max(day for (day,) in db.tuples(ended)))

    def _at(self, day: date, hour: int, step: Any) -> None:
        self.stage.chronicle.add(self.stage.calendar.instant(business_day(day), hour), step)

    def _follow(self, case: _Case, at: datetime) -> None:
        if case.reaches != "planned":
            opened = Moment.at(at).day + timedelta(days=1)
            day = max(case.starts_on + timedelta(days=1 + case.place % 10), opened)
            self._at(day, 9 + case.place % 7, partial(self._answer, case))

    def _answer(self, case: _Case, at: datetime) -> None:
        """Answer every item, or about half of them where it stays open; then hand it in."""
        audit = _audit(case)
        found = people.answering([audit], Moment.at(at))[audit.id]
        if not found:  # as in the days of a reorganisation
            later = add_business_days(Moment.at(at).day, _AGAIN)
            if later <= case.due_on:
                self._at(later, 9, partial(self._answer, case))
            return
        actor = self._actors.setdefault(found[0], actor_for(found[0], at))
        items = {row.id: row for row in _items(case)}
        wanted = list(items.values())
        if case.reaches == "in_progress":
            wanted = wanted[: (len(wanted) + 1) // 2]
        answers = {item.id: self._said(case, item, place) for place, item in enumerate(wanted)}
        answering.record_all(actor, at, items, answers)
        if case.code in self.told["running_at"] and (case.last or case.due_on >= self.stage.calendar.today):
            self._show_certificate(actor, wanted[0], at)
        if case.reaches in _SUBMITTED:
            deciding.submit(actor, at, _audit(case), self.told["comments"]["submitted"])
        if case.reaches == "returned":
            self._at(Moment.at(at).day + timedelta(days=2), 14, partial(self._send_back, case))

    def _show_certificate(self, actor: Actor, item: AuditItem, at: datetime) -> None:
        """Attach a certificate that soon expires; the next round uses it again, where it waits to be replaced."""
        told_of = self.told["certificate"]
        known = Evidence.get_or_none(Evidence.name == told_of["title"])
        if known is not None:
            proving.attach_known(actor, at, item, [known.id])
            return
        expires = self.stage.calendar.today + timedelta(days=told_of["days"])
        about = About(Moment.at(at).day, expires, told_of["source"], told_of["shows"])
        proving.attach_link(actor, at, item, Link(told_of["url"], told_of["title"]), about)

    def _said(self, case: _Case, item: AuditItem, place: int) -> Answer:
        notes = self.told["notes"]
        if wrong := self._wrong(case, item):
            return Answer(Result(wrong["grade"]), wrong["note"])
        return Answer(Result.CONFORM, notes[(place + case.place + case.month) % len(notes)])

    def _wrong(self, case: _Case, item: AuditItem) -> dict[str, Any] | None:
        keys = [f"{case.month}:{case.code}:{item.control.code}"]
        keys += [f"last:{case.code}:{item.control.code}"] if case.last else []
        found: dict[str, Any] | None = next(
            (self.told["wrong"][key] for key in keys if key in self.told["wrong"]), None
        )
        return found

    def _confirm(self, cases: Sequence[_Case], at: datetime) -> None:
        """Confirm a round together; the head of audit what the administrator answered."""
        for case in cases:
            for item in _without_finding(case, at):
                self._record_finding(case, item, at)
        wanted = [case.audit_id for case in cases]
        for number in (ADMINISTRATOR, HEAD_OF_AUDIT):
            deciding.confirm_many(self.stage.actor(number, at), at, wanted)
        left = Audit.select(Audit, Subject).join(Subject).where(Audit.id.in_(wanted))
        for audit in left.where(Audit.current_state == State.SUBMITTED.value):
            deciding.confirm(self.stage.actor(ADMINISTRATOR, at), at, audit)

    def _record_finding(self, case: _Case, item: AuditItem, at: datetime) -> None:
        wrong = self._wrong(case, item) or {}
        latest = ItemResult.latest(Moment.at(at), item=item.id)
        findings.record(
            self.stage.actor(ADMINISTRATOR, at), at, title=wrong["title"], facts=wrong["note"],
            grade=Grade(wrong["grade"]), department_id=self.stage.subject(case.code).department_id or 0,
            due_on=self.stage.calendar.workday(wrong["due"]), item=item,
            found_on=latest.valid_from if latest else None,
        )  # fmt: skip

    def _send_back(self, case: _Case, at: datetime) -> None:
        comment = self.told["comments"]["returned"]
        deciding.send_back(self.stage.actor(ADMINISTRATOR, at), at, _audit(case), comment)

    def _assign_twice(self, at: datetime) -> None:
        """Assign by hand what the programme has already, and cancel it when that is noticed."""
        one, calendar = self.told["twice"], self.stage.calendar
        subject = self.stage.subject(one["subject"])
        fitting = Control.select().where(
            Control.version == self.stage.version, Control.target == subject.kind
        )
        first = add_months(Moment.at(at).day.replace(day=1), -1)
        new = NewAudit(
            subject_id=subject.id,
            kind=AuditKind.SELF_INSPECTION.value,
            version_id=self.stage.version.id,
            control_ids=tuple(sorted(preparing.often_enough(list(fitting), one["frequency"]))),
            period_from=first,
            period_to=add_months(first, 1) - timedelta(days=1),
            starts_on=Moment.at(at).day,
            due_on=max(calendar.workday(one["due"]), Moment.at(at).day),
        )
        (audit,) = open_inspections(self.stage.actor(ADMINISTRATOR, at), at, [new])
        self.stage.chronicle.add(at + timedelta(hours=4), partial(self._cancel, audit.id))

    def _cancel(self, audit_id: int, at: datetime) -> None:
        audit = Audit.select(Audit, Subject).join(Subject).where(Audit.id == audit_id).get()
        actor = self.stage.actor(ADMINISTRATOR, at)
        deciding.cancel(actor, at, audit, self.told["comments"]["cancelled"])


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _audit(case: _Case) -> Audit:
    found: Audit = Audit.select(Audit, Subject).join(Subject).where(Audit.id == case.audit_id).get()
    return found


def _items(case: _Case) -> list[AuditItem]:
    rows = AuditItem.select(AuditItem, Control).join(Control).where(AuditItem.audit == case.audit_id)
    return list(rows.order_by(AuditItem.position))


def _without_finding(case: _Case, at: datetime) -> list[AuditItem]:
    """Return the items with a nonconformity that no finding names."""
    lacking = deciding.readiness(case.audit_id, Moment.at(at)).without_finding
    if not lacking:
        return []
    rows = AuditItem.select(AuditItem, Audit, Control).join(Audit).switch(AuditItem).join(Control)
    return list(rows.where(AuditItem.id.in_(lacking)))
