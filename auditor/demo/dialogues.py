"""What auditors and audited departments say to each other in the demo year: notices, answers, confirmed facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from auditor.access import Actor
from auditor.accounts.queries import actor_for
from auditor.audits import auditees, facts, letters, proposal, queries
from auditor.audits.letters import Reply
from auditor.audits.models import Audit, AuditNotice
from auditor.audits.results import EDITABLE, State
from auditor.calendars import business_day
from auditor.dated import Moment
from auditor.demo.stage import Stage

_NOTICE_BEFORE = timedelta(days=10)
# Audits whose story differs: who wishes for another day (and gets it or not), who has not answered yet.
_WISHED_AND_GOT = {"T18"}
_WISHED_AND_NOT = {"T25"}
_WISHES_NOW = {"T19"}
_SILENT = {"T17"}
_OBJECTS = {"T11"}
_SKIPS = {"T14"}  # submitted without the confirmation, with the reason
_CONFIRMED_NOW = {"T15"}
SKIPPED = "監査対象が全社に及び、事実確認の相手となる部門責任者が定まっていないため。"


class Dialogues:
    """The notices and facts of this year's audits; ``audit`` finds the one a line of the story is about."""

    def __init__(self, stage: Stage, audit: Any) -> None:
        self.stage = stage
        self.audit = audit

    def enter(self, one: dict[str, Any]) -> None:
        """Put the notice of an audit and the confirmation of its facts into the chronicle."""
        if not one["key"].startswith("T") or one["reaches"] == "cancelled" or "moved" in one:
            return
        self.stage.on(one["starts"] - _NOTICE_BEFORE, partial(self._notify, one), 13, 10)
        if one["key"] in _CONFIRMED_NOW:
            self.stage.chronicle.add(self.stage.calendar.now - timedelta(minutes=90), partial(self._ask, one))

    def before_submission(self, one: dict[str, Any], at: datetime) -> str:
        """Have the facts confirmed that are not; returns the reason where the audit is submitted without that."""
        audit = self.audit(one)
        if one["key"] in _SKIPS:
            return SKIPPED if facts.of(audit.id, Moment.at(at)).unconfirmed else ""
        if one["key"].startswith("T"):
            self._ask(one, at - timedelta(minutes=90))
        return ""

    def _notify(self, one: dict[str, Any], at: datetime) -> None:
        audit = self.audit(one)
        head = self._head(audit, at)
        if head is None or State(audit.current_state) not in EDITABLE:
            return
        letter = proposal.proposed(audit, Moment.at(at), "ja")
        row = letters.send(self._lead(audit, at), at, audit, letter, 0)
        answered = at + timedelta(days=1, hours=3)
        key = one["key"]
        if key in _SILENT:
            return
        if key in _WISHED_AND_GOT | _WISHED_AND_NOT | _WISHES_NOW:
            self.stage.chronicle.add(answered, partial(self._wish, one, row))
        else:
            self.stage.chronicle.add(answered, partial(self._acknowledge, row))

    def _acknowledge(self, row: AuditNotice, at: datetime) -> None:
        audit = Audit.get_by_id(row.audit_id)
        head = self._head(audit, at)
        latest = AuditNotice.latest(Moment.at(at), audit=audit.id)
        if head is not None and latest == row and State(audit.current_state) in EDITABLE:
            letters.answer(
                head, at, row, Reply.ACKNOWLEDGED, comment="承知しました。当日は責任者が立ち会います。"
            )

    def _wish(self, one: dict[str, Any], row: AuditNotice, at: datetime) -> None:
        audit = Audit.get_by_id(row.audit_id)
        head = self._head(audit, at)
        if head is None or State(audit.current_state) not in EDITABLE:
            return
        day = business_day(max(row.visit_on, Moment.at(at).day) + timedelta(days=2))
        letters.answer(
            head, at, row, Reply.OTHER_DATES, day, "当日は棚卸しのため、立ち会える者がおりません。"
        )
        if one["key"] in _WISHED_AND_GOT:
            self.stage.chronicle.add(at + timedelta(hours=4), partial(self._change, row, day))
        if one["key"] in _WISHED_AND_NOT:
            self.stage.chronicle.add(at + timedelta(hours=4), partial(self._keep, row))

    def _change(self, row: AuditNotice, day: Any, at: datetime) -> None:
        audit = Audit.get_by_id(row.audit_id)
        if State(audit.current_state) in EDITABLE and day >= Moment.at(at).day:
            letter = replace(letters.letter_of(row), visit_on=day, remark="ご希望により実施日を改めました。")
            newer = letters.send(self._lead(audit, at), at, audit, letter, row.id)
            self.stage.chronicle.add(at + timedelta(hours=2), partial(self._acknowledge, newer))

    def _keep(self, row: AuditNotice, at: datetime) -> None:
        audit = Audit.get_by_id(row.audit_id)
        if State(audit.current_state) in EDITABLE:
            letters.keep_dates(
                self._lead(audit, at),
                at,
                row,
                "監査員の日程がほかに取れないため、代理の方の立会いでお願いします。",
            )
            self.stage.chronicle.add(at + timedelta(hours=2), partial(self._acknowledge, row))

    def _ask(self, one: dict[str, Any], at: datetime) -> None:
        audit = self.audit(one)
        head = self._head(audit, at)
        if head is None or not facts.of(audit.id, Moment.at(at)).unconfirmed:
            return
        lead = self._lead(audit, at)
        facts.ask(lead, at, audit, "記載に誤りがないか、ご確認ください。")
        if one["key"] in _OBJECTS:
            self._say(audit, head, at + timedelta(minutes=30), first=False)
            facts.ask(lead, at + timedelta(minutes=60), audit, "写しを添えました。改めてご確認ください。")
        self._say(audit, head, at + timedelta(minutes=80), first=True)

    def _say(self, audit: Audit, head: Actor, at: datetime, first: bool) -> None:
        """Confirm everything asked about, or object to the first one."""
        standing = facts.of(audit.id, Moment.at(at))
        if standing.request is not None and standing.waiting:
            given = {fact.row.id: (True, "") for fact in standing.waiting}
            if not first:
                given[standing.waiting[0].row.id] = (False, "対象の件数が手元の記録と違います。")
            facts.answer(head, at, audit, standing.request.id, given)

    def _head(self, audit: Audit, at: datetime) -> Actor | None:
        head = auditees.head_of(audit.subject, Moment.at(at))
        return actor_for(head, at) if head is not None else None

    def _lead(self, audit: Audit, at: datetime) -> Actor:
        posts = queries.auditors([audit.id], Moment.at(at))[audit.id]
        return actor_for(posts[0].person_id, at)
