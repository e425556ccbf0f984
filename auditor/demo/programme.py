"""The programme of the demo year: planned in March, approved, changed since; next year's is not begun."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from auditor.audits.models import Audit
from auditor.audits.programme import approval, editing, opening, planning
from auditor.audits.programme.models import Programme, ProgrammeEntry, ProgrammeEntryDetail
from auditor.audits.programme.queries import Terms
from auditor.audits.programme.rules import DEFAULTS, Rule
from auditor.calendars import add_months
from auditor.catalogue import queries as catalogue
from auditor.dated import Moment
from auditor.demo.audits import HEAD_OF_AUDIT, Audits
from auditor.demo.stage import Stage

_REPRESENTATIVE = "000001"
_BEGUN, _SUBMITTED, _APPROVED = date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 18)
_NOT_NEEDED = ("D010", "physical", "役員室では紙の個人データを保管していないため。")
_GAPS = (
    "自己点検を計画に入れるのは翌年度からとします。本年度は、各部署が月次の点検表で行い、監査で確認します。"
)
_MOVED = "年末の繁忙期と重なるため、法務室の希望により2週間後にします。"
_ADDED = "10月1日の組織変更で新設されたマーケティング部を加えます。"


class Plan:
    """The plan and what became of it; ``audits`` are those that the story tells of."""

    def __init__(self, stage: Stage, audits: Audits) -> None:
        self.stage = stage
        self.audits = audits
        self.told = [
            one for one in audits.told["audits"] if one["key"].startswith("T") and "series" not in one
        ]
        self.entries: dict[str, int] = {}

    def enter(self) -> None:
        """Put the steps into the chronicle."""
        self.stage.on(_BEGUN, self._begin, 10)
        self.stage.on(_SUBMITTED, self._submit, 16)
        self.stage.on(_APPROVED, self._approve, 11)
        self.stage.on(date(2026, 9, 10), self._move, 14)
        self.stage.on(date(2026, 10, 2), self._add, 10)
        for one in self.told:
            assigned = one.get("assigned", one["starts"] - timedelta(days=24))
            self.stage.on(assigned, partial(self._link, one), 11, 30)

    @property
    def programme(self) -> Programme:
        found: Programme = Programme.get(Programme.fiscal_year == self.stage.calendar.year.label)
        return found

    def _rules(self) -> tuple[Rule, ...]:
        """Audits that the story does not tell of come late in the year; self-inspections only next year."""
        late = tuple(add_months(self.stage.calendar.first, ahead).month for ahead in (9, 10))
        return tuple(
            replace(rule, months=late) if rule.audits else replace(rule, active=False) for rule in DEFAULTS
        )

    def _begin(self, at: datetime) -> None:
        stage, year = self.stage, self.stage.calendar.year
        actor = stage.actor(HEAD_OF_AUDIT, at)
        programme = planning.begin(actor, at, year, Terms(audit_lead_days=14), self._rules())
        for one in self.told:
            self._plan(one, programme, at)
        planning.apply_rules(actor, at + timedelta(minutes=20), programme, year)
        code, category, reason = _NOT_NEEDED
        subject = stage.subject(code).id
        planning.set_cell(
            actor, at + timedelta(minutes=40), programme, subject, category, False, reason, None
        )

    def _plan(self, one: dict[str, Any], programme: Programme, at: datetime) -> None:
        stage, calendar = self.stage, self.stage.calendar
        subject = stage.subject(one["subject"])
        left_out = catalogue.does_not_apply(stage.version.catalogue_id, subject.id, Moment.at(at))
        codes = tuple(code for code in self.audits.told["controls"][one["set"]] if code not in left_out)
        names = [one["changed"]["from"]] if "changed" in one else one["auditors"]
        kept = [name for name in names if name not in one.get("override", {})]
        people = tuple(stage.person(self.audits.told["people"][name]) for name in kept)
        wanted = editing.Wanted(calendar.workday(one["starts"]), calendar.workday(one["due"]), codes, people)
        before = set(_ids(programme))
        editing.add_by_hand(
            stage.actor(HEAD_OF_AUDIT, at), at, programme, calendar.year, subject, one.get("kind", "operation"),
            stage.version.catalogue_id, wanted,
        )  # fmt: skip
        (self.entries[one["key"]],) = set(_ids(programme)) - before

    def _submit(self, at: datetime) -> None:
        actor, programme = self.stage.actor(HEAD_OF_AUDIT, at), self.programme
        approval.submit(actor, at, programme, self.stage.calendar.year, _GAPS)

    def _approve(self, at: datetime) -> None:
        approval.approve(
            self.stage.actor(_REPRESENTATIVE, at), at, self.programme, "計画どおり進めてください。"
        )

    def _move(self, at: datetime) -> None:
        programme, subject = self.programme, self.stage.subject("D140")
        entry = ProgrammeEntry.get(ProgrammeEntry.programme == programme, ProgrammeEntry.subject == subject)
        actor = self.stage.actor(HEAD_OF_AUDIT, at)
        editing.move(actor, at, programme, self.stage.calendar.year, [entry.id], _MOVED, weeks=2)

    def _add(self, at: datetime) -> None:
        actor = self.stage.actor(HEAD_OF_AUDIT, at)
        planning.apply_rules(actor, at, self.programme, self.stage.calendar.year, _ADDED)

    def _link(self, one: dict[str, Any], at: datetime) -> None:
        entry: ProgrammeEntry = ProgrammeEntry.get_by_id(self.entries[one["key"]])
        audit: Audit = Audit.get_by_id(self.audits.made[one["key"]])
        opening.take_as(self.stage.actor(HEAD_OF_AUDIT, at), at, self.programme, entry, audit)


def _ids(programme: Programme) -> list[int]:
    rows = ProgrammeEntryDetail.select(ProgrammeEntryDetail.entry).join(ProgrammeEntry)
    return [row.entry_id for row in rows.where(ProgrammeEntry.programme == programme.id)]
