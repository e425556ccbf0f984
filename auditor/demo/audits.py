"""The audits of the demo years: assigned, conducted, submitted, approved, returned, cancelled, overdue."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from auditor.access import Actor, application
from auditor.audits import actions, attaching, queries, recurrence
from auditor.audits.actions import Answer, Appointee, NewAudit, Recurrence
from auditor.audits.concluding import conclude
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditItem,
    AuditSeries,
    IndependenceException,
    ItemEvidence,
    ItemResult,
)
from auditor.audits.outside import Outsider
from auditor.audits.results import AUDITS, Result
from auditor.calendars import add_months, business_day
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Control
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.demo import papers
from auditor.demo.company import ADMINISTRATOR
from auditor.demo.dialogues import Dialogues
from auditor.demo.stage import Stage, told
from auditor.evidence.actions import About

HEAD_OF_AUDIT = "001874"
_ADMINISTRATORS_OWN = ("D120", "SYS-HR", "CON-PAY")  # which the head of audit assigns alone
_FAR = ("submitted", "approved", "returned")
_WORK_BEGINS = 9
Found = Callable[[Audit, AuditItem, str, datetime], None]  # told of each item that is not as it should be


class Audits:
    """The audits that ``data/audits.yaml`` tells of; ``wrong`` maps AUDIT:CONTROL to the grade
    and the note of what is found there."""

    def __init__(self, stage: Stage, wrong: dict[str, tuple[str, str]], found: Found) -> None:
        self.stage = stage
        self.wrong = wrong
        self.found = found
        self.told = told("audits")
        self.made: dict[str, int] = {}
        self.dialogues = Dialogues(stage, self._audit)

    def enter(self) -> None:
        """Put every audit with its steps into the chronicle."""
        for one in self.told["audits"]:
            if one.get("series"):
                self.stage.on(one["starts"] - timedelta(days=25), partial(self._open_series, one), 7)
            else:
                assigned = one.get("assigned", one["starts"] - timedelta(days=24))
                self.stage.on(assigned, partial(self._assign, one), 11)
            if "moved" in one:
                self.stage.on(one["moved"]["day"], partial(self._move, one), 15)
            if "changed" in one:
                self.stage.on(one["changed"]["day"], partial(self._change, one), 15)
            self.dialogues.enter(one)
            self._enter_work(one)

        self.stage.on(self.told["next"]["day"], self._move_next, 15, 30)

    def _enter_work(self, one: dict[str, Any]) -> None:
        reaches = one["reaches"]
        if reaches == "cancelled":
            self.stage.on(one["starts"] - timedelta(days=6), partial(self._cancel, one), 13)
        if reaches in ("in_progress", *_FAR):
            self.stage.on(one["starts"], partial(self._begin, one), _WORK_BEGINS, 30)
        if reaches in _FAR:
            done = one["due"] - timedelta(days=1)
            self.stage.on(done, partial(self._submit, one), 16, 40)
        if reaches == "approved":
            self.stage.on(one["due"] + timedelta(days=6), partial(self._approve, one), 11, 20)
        if reaches == "returned":
            self.stage.on(one["due"] + timedelta(days=4), partial(self._return, one), 14, 5)

    def _person(self, name: str) -> str:
        number: str = self.told["people"][name]
        return number

    def _assign(self, one: dict[str, Any], at: datetime) -> None:
        override = one.get("override", {})
        by = HEAD_OF_AUDIT if override or one["subject"] in _ADMINISTRATORS_OWN else ADMINISTRATOR
        names = [one["changed"]["from"]] if "changed" in one else one["auditors"]
        auditors = tuple(
            Appointee(self.stage.person(self._person(name)), place == 0, override.get(name, ""))
            for place, name in enumerate(names)
        )
        new = replace(self._terms(one, at), auditors=auditors)
        actor = self.stage.actor(by, at)
        if one.get("yearly"):
            audit = actions.assign_recurring(actor, at, new, Recurrence("FREQ=YEARLY"))
        else:
            audit = actions.assign(actor, at, new)
        self._keep(one, audit)

    def _terms(self, one: dict[str, Any], at: datetime) -> NewAudit:
        stage, calendar = self.stage, self.stage.calendar
        starts = calendar.workday(one["starts"])
        year = add_months(calendar.first, 0 if one["key"].startswith("T") else -12)
        subject = stage.subject(one["subject"])
        left_out = catalogue.does_not_apply(stage.version.catalogue_id, subject.id, Moment.at(at))
        codes = [code for code in self.told["controls"][one["set"]] if code not in left_out]
        return NewAudit(
            subject_id=subject.id,
            kind=one.get("kind", "operation"),
            version_id=stage.version.id,
            control_ids=tuple(stage.controls[code] for code in codes),
            period_from=year,
            period_to=min(starts, add_months(year, 12) - timedelta(days=1)),
            starts_on=starts,
            due_on=calendar.workday(one["due"]),
        )

    def _open_series(self, one: dict[str, Any], at: datetime) -> None:
        actions.open_due(application("scheduler"), at)
        audit = Audit.get(
            Audit.series_of.is_null(False),
            Audit.fiscal_year == self.stage.calendar.year.label,
            Audit.kind.in_(AUDITS),
        )
        self._keep(one, audit)

    def _move_next(self, at: datetime) -> None:
        """Agree on other dates for the next audit of the yearly one."""
        told_of, calendar = self.told["next"], self.stage.calendar
        actor = self.stage.actor(ADMINISTRATOR, at)
        series = AuditSeries.get()
        course = recurrence.courses(Moment.at(at), [series.id])[series.id]
        key, _day = next(course.dates(add_months(calendar.today, 12)))
        starts = business_day(add_months(calendar.workday(told_of["starts"]), 12))
        dates = starts, business_day(starts + timedelta(days=11))
        actions.move_occurrence(actor, at, series.id, key, dates, told_of["reason"], None)

    def _keep(self, one: dict[str, Any], audit: Audit) -> None:
        self.made[one["key"]] = audit.id
        self.stage.numbers[one["key"]] = audit.number

    def _audit(self, one: dict[str, Any]) -> Audit:
        found: Audit = Audit.get_by_id(self.made[one["key"]])
        return found

    def _move(self, one: dict[str, Any], at: datetime) -> None:
        audit, moved, calendar = self._audit(one), one["moved"], self.stage.calendar
        seen = queries.plan_of(audit.id, Moment.at(at)).id
        actions.move_plan(
            self.stage.actor(ADMINISTRATOR, at), at, audit, calendar.workday(moved["starts"]),
            calendar.workday(moved["due"]), moved["reason"], seen,
        )  # fmt: skip

    def _change(self, one: dict[str, Any], at: datetime) -> None:
        audit = self._audit(one)
        rows = AuditAssignee.standing(Moment.at(at), AuditAssignee.audit == audit.id)
        seen = [row.id for row in rows if row.held]
        wanted = [Appointee(self.stage.person(self._person(name))) for name in one["auditors"]]
        actor = self.stage.actor(ADMINISTRATOR, at)
        actions.change_auditors(actor, at, audit, wanted, seen)
        if "settled" in one["changed"]:
            broken = IndependenceException.get(IndependenceException.audit == audit.id)
            actions.settle(actor, at, broken, actions.Outcome.REPLACED, one["changed"]["settled"])

    def _begin(self, one: dict[str, Any], at: datetime) -> None:
        """Spread the items over the days until the audit is submitted, or until today."""
        items = self._items(one)
        calendar = self.stage.calendar
        ends = calendar.at(one["due"] - timedelta(days=1), 15)
        if one["reaches"] == "in_progress":
            items = items[: (len(items) + 1) // 2]
            ends = calendar.now - timedelta(hours=2)
        # Working hours only: five a day from the morning on, several days where there is time.
        days = [day for day in range((ends - at).days + 1) if (at + timedelta(days=day)).weekday() < 5]
        for place, (item, code) in enumerate(items):
            day = days[place * len(days) // len(items)]
            when = min(at + timedelta(days=day, minutes=17 * (place % 20)), ends)
            self.stage.chronicle.add(max(when, at), partial(self._check, one, item, code, place))

    def _items(self, one: dict[str, Any]) -> list[tuple[AuditItem, str]]:
        rows = (
            AuditItem.select(AuditItem, Control)
            .join(Control)
            .where(AuditItem.audit == self.made[one["key"]])
            .order_by(AuditItem.position)
        )
        return [(item, item.control.code) for item in rows]

    def _check(self, one: dict[str, Any], item: AuditItem, code: str, place: int, at: datetime) -> None:
        auditors = one["auditors"]
        # Whoever audits with an override only reads; the results are the lead's.
        name = auditors[0] if one.get("override") else auditors[place % len(auditors)]
        actor = self.stage.actor(self._person(name), at)
        told_of = self.wrong.get(f"{one['key']}:{code}")
        result = Result(told_of[0]) if told_of else self._usual(one, code, place)
        note, reason = told_of[1] if told_of else self._words(code, place), ""
        if result is Result.NOT_APPLICABLE:
            note, reason = "", self.told["not_applicable"]
        if result is Result.NOT_CHECKED:
            note = "担当者が不在で、期間内に確かめられなかった。次回に確認する。"
        seen = ItemResult.latest(Moment.at(at), item=item.id)
        actions.record_result(actor, at, item, Answer(result, note, reason, seen.id if seen else None))
        self._evidence(one, item, code, place, actor, at)
        if told_of:
            self.found(Audit.get_by_id(item.audit_id), item, f"{one['key']}:{code}", at)

    def _evidence(
        self, one: dict[str, Any], item: AuditItem, code: str, place: int, actor: Actor, at: datetime
    ) -> None:
        """Attach a file to every ninth item; to few a link, a newer version, a certificate that soon expires."""
        folder, label = self.stage.evidence, f"{one['key']} {code}"
        name, content = papers.paper(label, place)
        if place % 9 == 4:
            actions.attach(actor, at, folder, item, io.BytesIO(content), name, About(source=papers.GIVEN_BY))
        if place == 1:
            attaching.attach_link(actor, at, item, attaching.Link(*papers.RULES), About())
        if place == 2 and one["reaches"] == "in_progress":
            expires = self.stage.calendar.today + timedelta(days=16)
            about = About(Moment.at(at).day, expires, papers.CONTRACTOR, papers.CERTIFICATE_SHOWS)
            certificate = papers.certificate(label)
            actions.attach(actor, at, folder, item, io.BytesIO(certificate[1]), certificate[0], about)
        if place == 4 and one["reaches"] in ("in_progress", "approved"):
            held = ItemEvidence.select().where(ItemEvidence.item == item.id, ItemEvidence.held).get()
            newer = attaching.File(io.BytesIO(papers.paper(f"{label} 2", place)[1]), name)
            about = About(source=papers.GIVEN_BY, note=papers.CORRECTED)
            attaching.replace(actor, at, folder, item, held.evidence_id, newer, about)

    @staticmethod
    def _usual(one: dict[str, Any], code: str, place: int) -> Result:
        """Return what an item shows where nothing is told of it: conforming, now and then not applicable."""
        throw = sum(map(ord, one["key"] + code)) % 29
        if throw == 3:
            return Result.NOT_APPLICABLE
        return Result.NOT_CHECKED if throw == 11 and place else Result.CONFORM

    def _words(self, code: str, place: int) -> str:
        texts = self.told["notes"].get(code.partition("-")[0], [""])
        return str(texts[(place + int(code[-2:])) % len(texts)])

    def _submit(self, one: dict[str, Any], at: datetime) -> None:
        lead = self.stage.actor(self._person(one["auditors"][0]), at)
        self._conclude(one, lead, at)
        reason = self.dialogues.before_submission(one, at)
        actions.submit(lead, at, self._audit(one), "全項目を確認しました。承認をお願いします。", reason)

    def _conclude(self, one: dict[str, Any], lead: Actor, at: datetime) -> None:
        """Write the texts of the report, by what kind of subject it is and whether something was wrong."""
        subject = one["subject"] if one["subject"] == "company" else self.stage.subject(one["subject"]).kind
        texts = dict(self.told["conclusions"][subject])
        wrong = any(key.startswith(f"{one['key']}:") for key in self.wrong)
        texts["opinion"] += self.told["conclusions"]["wrong" if wrong else "right"]
        conclude(lead, at, self._audit(one), texts)

    def _approve(self, one: dict[str, Any], at: datetime) -> None:
        actor, day = self.stage.actor(HEAD_OF_AUDIT, at), Moment.at(at).day
        told_of = one.get("outside")  # the head of audit carried it out: a person from outside approved
        outsider = told_of and Outsider(told_of["name"], told_of["organisation"], day, told_of["paper"])
        if told_of:
            administrator = self.stage.actor(ADMINISTRATOR, at)
            set_setting(administrator, "outside_verifier", told_of["name"], day, at)
        actions.approve(actor, at, self._audit(one), "内容を確認し、承認します。", outsider)
        actions.close_finished(application("scheduler"), at)
        if told_of:
            set_setting(administrator, "outside_verifier", "", day + timedelta(days=1), at)

    def _return(self, one: dict[str, Any], at: datetime) -> None:
        actions.send_back(self.stage.actor(HEAD_OF_AUDIT, at), at, self._audit(one), one["comment"])

    def _cancel(self, one: dict[str, Any], at: datetime) -> None:
        actions.cancel(self.stage.actor(HEAD_OF_AUDIT, at), at, self._audit(one), one["comment"])
