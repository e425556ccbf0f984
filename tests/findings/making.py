"""Findings of the cast in every state, made through the application's own actions."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from auditor import activity, clock
from auditor.access import application
from auditor.audits.attaching import Link
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditState, ItemResult
from auditor.evidence.actions import About
from auditor.evidence.models import Evidence
from auditor.findings import actions, answering, doing, verifying
from auditor.findings.models import CorrectiveAction, Finding, FindingState
from auditor.findings.states import Grade
from tests.cast import NOW, Cast

AUDIT_MADE = activity.event_type("test.findings_audit_made", "Audit made", "audit")
BEGAN = datetime(2026, 7, 14, 1, 0, tzinfo=UTC)
DUE = date(2026, 12, 18)
TITLE = "異動した従業者の閲覧権限が残っている"


@dataclass
class Making:
    """Brings a finding of sales department 1 to a state; each step on the day after the one before."""

    cast: Cast
    folder: Path
    at: datetime = BEGAN

    def actor(self, name: str) -> Any:
        return self.cast.actor(name, self.at)

    def tomorrow(self) -> datetime:
        self.at += timedelta(days=1)
        return self.at

    def item(self, control: str = "TEC-01", number: str = "A26-03", result: str = "minor") -> AuditItem:
        """An item of an audit of sales department 1 by the auditor of the cast, with its result."""
        with activity.action(application("test"), self.at):
            audit = Audit.create(
                number=number,
                kind="operation",
                subject=self.cast.subject["D210"],
                version=self.cast.version,
                fiscal_year=2026,
                period_from=date(2026, 4, 1),
                period_to=date(2026, 6, 30),
                created_at=self.at,
                current_state="in_progress",
            )
            person = self.cast.person["auditor"]
            AuditState.write(self.at, None, audit=audit, state="in_progress")
            AuditAssignee.write(self.at, None, audit=audit, person=person, lead=True, held=True)
            item: AuditItem = AuditItem.create(
                audit=audit, control=self.cast.control[control], position=1, current_result=result
            )
            ItemResult.write(
                self.at, person, item=item, result=result, note="5名のうち3名の権限が残っていた。"
            )
            activity.record(AUDIT_MADE, audit=audit.id)
        return item

    def recorded(self, grade: Grade = Grade.MINOR, by: str = "administrator", **values: Any) -> Finding:
        given = {
            "title": TITLE,
            "facts": "3名の閲覧権限が104日間残っていた。\n閲覧の記録はない。",
            "department_id": self.cast.department["D210"],
            "subject_id": self.cast.subject["D210"],
            "due_on": DUE,
            **values,
        }
        return actions.record(self.actor(by), self.at, grade=grade, **given)

    def planned(self, finding: Finding, owner: str = "staff_of_sales") -> CorrectiveAction:
        """Correction, cause and one action."""
        head = self.actor("head_of_sales")
        answering.answer(
            head,
            self.tomorrow(),
            finding,
            cause="申請がないと始まらない。",
            correction="3名の権限を削除した。",
        )
        return answering.plan_action(
            head,
            self.at,
            finding,
            text="発令データを毎日取り込む",
            owner_id=self.cast.person[owner],
            due_on=date(2026, 12, 10),
        )

    def answered(self, grade: Grade = Grade.MINOR, **values: Any) -> Finding:
        finding = self.recorded(grade, **values)
        self.planned(finding)
        answering.submit(self.actor("head_of_sales"), self.tomorrow(), finding)
        return finding

    def acting(self, grade: Grade = Grade.MINOR, **values: Any) -> Finding:
        finding = self.answered(grade, **values)
        answering.approve_plan(
            self.actor("administrator"), self.tomorrow(), finding, "この計画で進めてください。"
        )
        return finding

    def verifying(self, grade: Grade = Grade.MINOR, **values: Any) -> Finding:
        finding = self.acting(grade, **values)
        self.done(finding)
        return finding

    def done(self, finding: Finding, by: str = "staff_of_sales") -> None:
        for planned in CorrectiveAction.select().where(CorrectiveAction.finding == finding.id):
            files = [(io.BytesIO(b"%PDF-1.7 stopped"), "停止の記録.pdf")]
            doing.mark_done(self.actor(by), self.tomorrow(), planned, "停止した。", files, self.folder)

    def valid_for(self, finding: Finding, days: int, name: str = "契約書") -> Evidence:
        """A link that shows the first action done and is valid so many days longer than the cast's today."""
        planned = CorrectiveAction.get(CorrectiveAction.finding == finding.id)
        link = Link(f"https://wiki.example.jp/{name}", name)
        about = About(date(2026, 1, 1), day(NOW) + timedelta(days=days))
        doing.give_link(self.cast.actor("staff_of_sales"), NOW, planned, link, about)
        kept: Evidence = Evidence.get(Evidence.name == name)
        return kept

    def effectiveness(self, grade: Grade = Grade.MINOR, **values: Any) -> Finding:
        finding = self.verifying(grade, **values)
        verifying.verify(
            self.actor("administrator"), self.tomorrow(), finding, accepted=True, comment="見た。"
        )
        return finding

    def confirming(self) -> Finding:
        finding = self.effectiveness(Grade.MAJOR)
        self.at = due_instant(finding)
        verifying.check_effectiveness(
            self.actor("administrator"), self.at, finding, effective=True, comment="再発なし。"
        )
        return finding


def due_instant(finding: Finding) -> datetime:
    """Nine in the morning, in Tokyo, of the day on which the effectiveness check falls due."""
    check = verifying.open_check(finding)
    assert check is not None
    return datetime(check.due_on.year, check.due_on.month, check.due_on.day, tzinfo=UTC)


def state(finding: Finding) -> str:
    """Where it stands, by the derived column, which must agree with the rows."""
    row = (
        FindingState.select()
        .where(FindingState.finding == finding.id)
        .order_by(FindingState.id.desc())
        .first()
    )
    stored = str(Finding.get_by_id(finding.id).current_state)
    assert row is not None and row.state == stored
    return stored


def day(instant: datetime) -> date:
    return clock.day_of(instant)
