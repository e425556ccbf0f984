"""The programme of the demo year: planned in March, approved, changed since; next year's is not begun."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from auditor.audits.models import Audit
from auditor.audits.programme import approval, editing, opening, planning
from auditor.audits.programme.models import (
    Programme,
    ProgrammeEntry,
    ProgrammeEntryDetail,
    ProgrammeOpening,
)
from auditor.audits.programme.needs import months_before
from auditor.audits.programme.queries import Terms
from auditor.audits.programme.rules import DEFAULTS, Rule, change_rule, rules_of
from auditor.audits.results import AUDITS
from auditor.calendars import add_months, business_day
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.demo.audits import HEAD_OF_AUDIT, Audits
from auditor.demo.roster_units import MARKETING
from auditor.demo.stage import Stage

_REPRESENTATIVE = "000001"
_BEGUN, _SUBMITTED, _APPROVED = date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 18)
_NOT_NEEDED = (
    ("D010", "physical", "役員室では紙の個人データを保管していないため。"),
    ("D140", "technical", "法務室では個人データを扱う情報システムを使っていないため。"),
    ("SYS-WEB", "physical", "機器は委託先のデータセンターにあり、委託先の監査で確かめるため。"),
    ("SYS-DWH", "external", "個人情報保護委員会に届け出る外国への提供を、分析基盤では行わないため。"),
)
_SUBMITS = "すべての部署、システム、区域、委託先を計画に入れました。自己点検は管理策の頻度に合わせています。"
_LONG = 30
_MOVED_SUBJECT, _MOVED = "SYS-DWH", "年末の繁忙期と重なるため、経営企画部の希望により2週間後にします。"
_ADDED = "10月1日の組織変更で新設されたマーケティング部を加えます。"
_CLOSED = "法務室の監査を取りやめたため、そこで見る予定だった項目を年度内に改めて確かめます。"


class Plan:
    """The plan and what became of it; ``audits`` are those that the story tells of."""

    def __init__(self, stage: Stage, audits: Audits) -> None:
        self.stage = stage
        self.audits = audits
        self.told = [
            one
            for one in audits.told["audits"]
            if one["key"].startswith("T") and "series" not in one and self._this_year(one)
        ]
        self.entries: dict[str, int] = {}

    def enter(self) -> None:
        """Put the steps into the chronicle."""
        self.stage.on(_BEGUN, self._begin, 10)
        self.stage.on(_SUBMITTED, self._submit, 16)
        self.stage.on(_APPROVED, self._approve, 11)
        self.stage.on(date(2026, 9, 10), self._move, 14)
        reorganised = business_day(self.stage.calendar.middle + timedelta(days=1))
        self.stage.chronicle.add(self.stage.calendar.instant(reorganised, 10), self._add)
        self.stage.on(date(2026, 10, 5), self._close, 15)
        for one in self.told:
            assigned = one.get("assigned", one["starts"] - timedelta(days=24))
            self.stage.on(assigned, partial(self._link, one), 11, 30)

    def _this_year(self, one: dict[str, Any]) -> bool:
        """Tell whether the audit lies in the year: told near its end, what is to come is of the next."""
        return self.stage.calendar.workday(one["starts"]) in self.stage.calendar.year

    @property
    def programme(self) -> Programme:
        found: Programme = Programme.get(Programme.fiscal_year == self.stage.calendar.year.label)
        return found

    def _rules(self) -> tuple[Rule, ...]:
        """Have audited, after today, what the story tells of no audit of; and inspected what its controls ask for."""
        calendar = self.stage.calendar
        today = months_before(calendar.today, calendar.year)
        late = tuple(add_months(calendar.first, min(today + ahead, 11)).month for ahead in (1, 2))
        known = {one["subject"] for one in self.told} | {
            one["subject"] for one in self.audits.told["audits"] if "series" in one
        }
        return tuple(self._rule(rule, tuple(sorted(set(late))), known) for rule in DEFAULTS)

    @staticmethod
    def _rule(rule: Rule, months: tuple[int, ...], known: Collection[str]) -> Rule:
        if not rule.audits:
            return rule
        others = Subject.select(Subject.id).where(
            Subject.kind.in_(rule.subject_kinds), Subject.code.not_in(list(known))
        )
        subjects = tuple(sorted(row.id for row in others))
        # In the last month of the year nothing is due before it ends.
        days = _LONG if len(months) == 1 else rule.due_days
        return replace(rule, months=months, subjects=subjects, due_days=days, active=bool(subjects))

    def _begin(self, at: datetime) -> None:
        stage, year = self.stage, self.stage.calendar.year
        actor = stage.actor(HEAD_OF_AUDIT, at)
        programme = planning.begin(actor, at, year, Terms(audit_lead_days=14), self._rules())
        for code, category, reason in _NOT_NEEDED:
            subject = stage.subject(code).id
            planning.set_cell(actor, at, programme, subject, category, False, reason, None)
        for one in self.told:
            self._plan(one, programme, at)
        planning.apply_rules(actor, at + timedelta(minutes=20), programme, year)

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
        approval.submit(actor, at, programme, self.stage.calendar.year, _SUBMITS)

    def _approve(self, at: datetime) -> None:
        approval.approve(
            self.stage.actor(_REPRESENTATIVE, at), at, self.programme, "計画どおり進めてください。"
        )

    def _move(self, at: datetime) -> None:
        """Move the audit of a system, which the rule asks for, by two weeks."""
        programme, subject = self.programme, self.stage.subject(_MOVED_SUBJECT)
        entry = ProgrammeEntry.get(
            ProgrammeEntry.programme == programme, ProgrammeEntry.subject == subject, ProgrammeEntry.kind.in_(AUDITS)
        )  # fmt: skip
        actor = self.stage.actor(HEAD_OF_AUDIT, at)
        editing.move(actor, at, programme, self.stage.calendar.year, [entry.id], _MOVED, weeks=2)

    def _add(self, at: datetime) -> None:
        """Have the new department audited and inspected as the others are."""
        actor, programme = self.stage.actor(HEAD_OF_AUDIT, at), self.programme
        first = rules_of(programme, Moment.at(at))[0]
        subjects = (*first.rule.subjects, self.stage.subject(MARKETING.code).id)
        change_rule(actor, at, programme, first.place, replace(first.rule, subjects=subjects), first.row)
        planning.apply_rules(actor, at, programme, self.stage.calendar.year, _ADDED)

    def _close(self, at: datetime) -> None:
        """Plan once more what a cancelled audit was to check."""
        actor, programme, year = self.stage.actor(HEAD_OF_AUDIT, at), self.programme, self.stage.calendar.year
        subject = self.stage.subject("D140").id
        if planning.offer_for_gaps(programme, year, at, subject).found:
            planning.close_gaps(actor, at, programme, year, subject, reason=_CLOSED)

    def _link(self, one: dict[str, Any], at: datetime) -> None:
        entry: ProgrammeEntry = ProgrammeEntry.get_by_id(self.entries[one["key"]])
        if ProgrammeOpening.select().where(ProgrammeOpening.entry == entry).exists():
            return
        audit: Audit = Audit.get_by_id(self.audits.made[one["key"]])
        opening.take_as(self.stage.actor(HEAD_OF_AUDIT, at), at, self.programme, entry, audit)


def _ids(programme: Programme) -> list[int]:
    rows = ProgrammeEntryDetail.select(ProgrammeEntryDetail.entry).join(ProgrammeEntry)
    return [row.entry_id for row in rows.where(ProgrammeEntry.programme == programme.id)]
