"""What the rules of a programme propose beyond what is planned already.

Proposing again adds only what is missing: an entry keeps its key for ever, so what a person moved, changed or
skipped is never proposed a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from auditor.audits.programme.board import Board, Row
from auditor.audits.programme.coverage import MONTHS_OF_YEAR, Check, Code
from auditor.audits.programme.needs import Asked, months_before
from auditor.audits.programme.rules import Rule, Standing
from auditor.audits.programme.spreading import due_after, month_of, open_days, spread
from auditor.audits.programme.words import Cycle
from auditor.audits.results import AUDITS, AuditKind
from auditor.calendars import FiscalYear, add_business_days, add_months
from auditor.catalogue.subjects import COMPANY

_NOTICE = 10  # business days: nobody is to audit tomorrow


@dataclass(frozen=True)
class Proposed:
    """A check that would be added to the plan."""

    key: str
    subject_id: int
    catalogue_id: int
    kind: str
    rule: int | None
    rule_on: date
    starts_on: date
    due_on: date
    codes: tuple[str, ...]
    auditors: int = 1  # how many are wanted
    people: tuple[int, ...] = ()
    by_hand: bool = False

    def check(self) -> Check:
        """Return it as a check of the plan."""
        codes = frozenset((self.catalogue_id, code) for code in self.codes)
        return Check(self.subject_id, codes, self.kind, self.starts_on, self.due_on, "planned")


@dataclass
class _Plan:
    """What a year has so far, while proposals are added to it."""

    year: FiscalYear
    today: date
    closed: Collection[date]
    keys: Collection[str]
    audited: dict[int, Counter[Code]] = field(default_factory=dict)  # by subject: how often by audits
    inspected: dict[int, dict[Code, set[tuple[int, int]]]] = field(default_factory=dict)  # in which months
    added: list[Proposed] = field(default_factory=list)

    def take(self, check: Check) -> None:
        if check.kind in AUDITS:
            self.audited.setdefault(check.subject_id, Counter()).update(check.codes)
        else:
            months = self.inspected.setdefault(check.subject_id, {})
            for code in check.codes:
                months.setdefault(code, set()).add(check.month)

    def add(self, one: Proposed) -> None:
        if one.key not in self.keys:
            self.added.append(one)
            self.take(one.check())


def proposed(
    board: Board, rules: Iterable[Standing], keys: Collection[str], today: date, closed: Collection[date]
) -> list[Proposed]:
    """Return what the rules ask for and the plan does not have; nobody is named yet.

    ``keys`` are those of all entries the programme ever had, ``today`` the day from which checks can begin.
    """
    plan = _Plan(board.year, today, closed, keys)
    for check in board.checks:
        plan.take(check)
    active = [one for one in rules if one.rule.active]
    for one in sorted(active, key=lambda one: (one.rule.cycle == Cycle.FREQUENCY, one.place)):
        reached = [row for row in board.rows if one.rule.reaches(row.planned)]
        if one.rule.cycle == Cycle.TIMES:
            _by_times(plan, one, reached, board)
        else:
            _by_frequency(plan, one, reached, board)
    return plan.added


def _by_times(plan: _Plan, one: Standing, reached: list[Row], board: Board) -> None:
    rule = one.rule
    for place, row in enumerate(reached):
        earliest = max(plan.year.first, row.planned.first)
        if plan.today >= plan.year.first:
            earliest = max(earliest, add_business_days(plan.today, _NOTICE, plan.closed))
        days = open_days(plan.year, rule.months, earliest, rule.due_days, plan.closed)
        for nth in range(rule.times):
            starts = spread(days, place, len(reached), nth, rule.times)
            due = due_after(starts, rule.due_days, plan.year, plan.closed)
            for catalogue, codes in _by_catalogue(rule.of(_asked(board, row))).items():
                missing = [
                    code for code in codes if not _often_enough(plan, rule, row, (catalogue, code), nth)
                ]
                if missing:
                    key = f"{one.place}:{row.planned.id}:{catalogue}:{nth}"
                    plan.add(_made(one, row, catalogue, missing, key, (starts, starts, due)))


def _often_enough(plan: _Plan, rule: Rule, row: Row, code: Code, nth: int) -> bool:
    if rule.audits:
        return plan.audited.get(row.planned.id, Counter())[code] > nth
    return len(plan.inspected.get(row.planned.id, {}).get(code, ())) > nth


def _by_frequency(plan: _Plan, one: Standing, reached: list[Row], board: Board) -> None:
    """Have each control checked in the last month of each of its periods; a yearly one that an audit checks, not."""
    for row in reached:
        asked = one.rule.of(_asked(board, row))
        from_month = months_before(max(row.planned.first, plan.today), plan.year)
        for ahead in range(from_month, plan.year.months):
            dates = month_of(plan.year, ahead, one.rule.due_days, plan.closed)
            if dates[2] < plan.today:
                continue
            dates = (dates[0], max(dates[1], min(plan.today, dates[2])), dates[2])
            due = [control for control in asked if _is_due(plan, row, control, ahead, dates[1])]
            for catalogue, codes in _by_catalogue(due).items():
                key = f"{one.place}:{row.planned.id}:{catalogue}:m{ahead}"
                plan.add(_made(one, row, catalogue, codes, key, dates))


def _is_due(plan: _Plan, row: Row, control: Asked, ahead: int, day: date) -> bool:
    if (ahead + 1) % control.every:
        return False
    if control.every >= MONTHS_OF_YEAR and plan.audited.get(row.planned.id, Counter())[control.code]:
        return False
    months = plan.inspected.get(row.planned.id, {}).get(control.code, set())
    return (day.year, day.month) not in months


def _asked(board: Board, row: Row) -> list[Asked]:
    not_needed = {category for category, cell in row.cells.items() if not cell.counted}
    asked = board.demand.asked_of(row.planned.id, row.planned.subject.kind)
    return [one for one in asked if one.category not in not_needed]


def _by_catalogue(asked: Iterable[Asked]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in asked:
        found.setdefault(one.code[0], []).append(one.code[1])
    return found


def _made(
    one: Standing, row: Row, catalogue: int, codes: list[str], key: str, dates: tuple[date, date, date]
) -> Proposed:
    rule_on, starts, due = dates
    wanted = one.rule.auditors if one.rule.audits else 0
    return Proposed(
        key, row.planned.id, catalogue, one.rule.kind, one.place, rule_on, starts, due, tuple(codes), wanted
    )


def closing_gaps(
    board: Board, rows: Iterable[Row], today: date, closed: Collection[date], mark: str, category: str = ""
) -> list[Proposed]:
    """Return the checks that close the gaps of ``rows``, in the months that are still to come.

    Controls that are due once a year are audited, the others inspected by the department itself. ``category``
    narrows to one; ``mark`` makes the keys those of this one plan.
    """
    found = []
    for row in rows:
        for (ahead, catalogue, audited), codes in sorted(_lacking(board, row, today, category).items()):
            kind = AuditKind.SELF_INSPECTION
            if audited:
                kind = AuditKind.CONFORMITY if row.planned.subject.kind == COMPANY else AuditKind.OPERATION
            rule_on, starts, due = month_of(board.year, ahead, 20, closed)
            if starts < today:
                starts = add_business_days(today, 1, closed)
                due = max(due, add_business_days(starts, 5, closed))
            found.append(
                Proposed(
                    f"gap:{mark}:{row.planned.id}:{catalogue}:{kind.value[:1]}{ahead}",
                    row.planned.id,
                    catalogue,
                    kind.value,
                    None,
                    rule_on,
                    starts,
                    due,
                    tuple(codes),
                    int(audited),
                    by_hand=True,
                )
            )
    return found


def _lacking(board: Board, row: Row, today: date, category: str) -> dict[tuple[int, int, bool], list[str]]:
    """Return the codes to be checked by month, catalogue, and whether by an audit."""
    wanted = {code for key, cell in row.cells.items() if category in ("", key) for code in cell.uncovered}
    have: dict[Code, set[tuple[int, int]]] = {}
    for check in row.checks:
        for code in check.codes & wanted:
            have.setdefault(code, set()).add(check.month)
    first = months_before(max(row.planned.first, today), board.year)
    found: dict[tuple[int, int, bool], list[str]] = {}
    for need in row.needs:
        if need.code in wanted:
            months = _free_months(board.year, need.times, need.every, have.get(need.code, set()), first)
            for ahead in months:
                yearly = need.every >= MONTHS_OF_YEAR
                found.setdefault((ahead, need.code[0], yearly), []).append(need.code[1])
    return found


def _free_months(
    year: FiscalYear, times: int, every: int, have: Collection[tuple[int, int]], first: int
) -> list[int]:
    """Return the months, counted from the begin of the year, in which the checks that are missing can be done."""
    free = [ahead for ahead in range(first, year.months) if _named(year, ahead) not in have]
    # The last months of the periods first, since that is when the control is due.
    free.sort(key=lambda ahead: ((ahead + 1) % every != 0, ahead))
    return sorted(free[: max(0, times - len(have))])


def _named(year: FiscalYear, ahead: int) -> tuple[int, int]:
    day = add_months(year.first, ahead)
    return day.year, day.month


def with_people(found: Iterable[Proposed], people: Mapping[str, tuple[int, ...]]) -> list[Proposed]:
    """Return the proposals with who carries each out, by key."""
    return [replace(one, people=people.get(one.key, ())) for one in found]
