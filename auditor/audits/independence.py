"""Who is independent of what: the pure rule (design §3.3), day by day over the audited period.

Own units. Sizes are division > department > section > team, and ``own_level`` (by default department) is
the largest size of a unit that is one's own as a whole. For a unit U that a person belongs to, take the
chain U, parent of U, … to the top, and in it the highest unit that is of ``own_level`` or smaller. That unit
and everything below it are own. Where the chain has no such unit (U and all above it are larger), only U
itself is own: a post directly in a division does not make all its departments own.
Concurrent posts count like main ones. The hierarchy is that of the day looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from auditor.people.kinds import UnitLevel
from auditor.timelines import Timeline

_SIZES = {level.value: size for size, level in enumerate(UnitLevel)}  # 0 is the largest


class Ground(StrEnum):
    """Why somebody is not independent."""

    OWN_UNIT = "own_unit"  # the audited department is the person's own
    SUBJECT_OWNER = "subject_owner"  # the unit responsible for the subject is
    CONTROL_OWNER_UNIT = "control_owner_unit"  # the unit responsible for a control is
    CONTROL_OWNER = "control_owner"  # the person is responsible for a control
    ADMINISTRATOR = "administrator"  # the administrator does not audit


@dataclass(frozen=True)
class Conflict:
    """One reason: the person's ``unit`` on the days ``first``..``last``, and what it is own to."""

    ground: Ground
    first: date
    last: date
    unit: int | None = None
    target: int | None = None  # the department audited or responsible
    codes: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """Return the conflict as ids and dates, for a row that keeps it."""
        return {
            "ground": self.ground.value,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "unit": self.unit,
            "target": self.target,
            "codes": list(self.codes),
        }

    def about(self) -> list[tuple[Any, ...]]:
        """Return what it is about, whatever the days: one key a control, or one in all."""
        return [(self.ground, self.unit, self.target, code) for code in self.codes or ("",)]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Conflict:
        """Return the conflict that ``stored`` keeps."""
        return cls(
            Ground(stored["ground"]),
            date.fromisoformat(stored["first"]),
            date.fromisoformat(stored["last"]),
            stored["unit"],
            stored["target"],
            tuple(stored["codes"]),
        )


def not_covered(conflicts: Iterable[Conflict], known: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Return the conflicts with a day, a unit or a control that none of ``known`` tells of.

    A conflict that became shorter, or was split by a change of something else, is no new one.
    """
    told: dict[tuple[Any, ...], list[tuple[date, date]]] = {}
    for one in known:
        for key in one.about():
            told.setdefault(key, []).append((one.first, one.last))
    return tuple(
        one
        for one in conflicts
        if not all(_within(one.first, one.last, told.get(key, [])) for key in one.about())
    )


def _within(first: date, last: date, spans: Iterable[tuple[date, date]]) -> bool:
    """Tell whether every day of ``first``..``last`` lies in one of the spans."""
    for start, end in sorted(spans):
        if start <= first <= end:
            first = end + timedelta(days=1)
    return first > last


@dataclass(frozen=True)
class Verdict:
    """Whether a person may audit, and if not, why."""

    person_id: int
    conflicts: tuple[Conflict, ...] = ()

    @property
    def independent(self) -> bool:
        return not self.conflicts


@dataclass(frozen=True)
class Unit:
    """Where a department hangs and how large it is."""

    parent: int | None
    level: str


@dataclass(frozen=True)
class Facts:
    """All that a judgement looks at, each thing over time."""

    memberships: Mapping[tuple[int, int], Timeline[bool]]  # (person, department): held
    units: Mapping[int, Timeline[Unit]]
    own_level: str = UnitLevel.DEPARTMENT.value
    department: int | None = None  # the audited one, if the subject is a department
    company_wide: bool = False  # then own are the units of the controls' owners
    subject_owner: Timeline[int | None] = field(default_factory=lambda: Timeline([]))
    owners: Mapping[str, Timeline[tuple[int | None, int | None]]] = field(default_factory=dict)
    administrators: frozenset[int] = frozenset()  # who may not audit for being administrator

    @cached_property
    def posts(self) -> dict[int, list[tuple[int, Timeline[bool]]]]:
        """The memberships by person."""
        found: dict[int, list[tuple[int, Timeline[bool]]]] = {}
        for (person, unit), held in self.memberships.items():
            found.setdefault(person, []).append((unit, held))
        return found

    def timelines(self) -> list[Timeline[Any]]:
        return [*self.memberships.values(), *self.units.values(), self.subject_owner, *self.owners.values()]


def own_units(
    unit: int, units: Mapping[int, Unit], own_level: str, below: Mapping[int, list[int]] | None = None
) -> frozenset[int]:
    """Return the units that are own to somebody who belongs to ``unit`` (definition above).

    ``below`` are the units directly below each, where the caller asks for many.
    """
    chain = [unit]
    while (here := units.get(chain[-1])) and here.parent is not None and here.parent not in chain:
        chain.append(here.parent)
    small = [one for one in chain if one in units and _size(units[one].level) >= _size(own_level)]
    if not small:
        return frozenset({unit})
    return frozenset(_with_below(small[-1], _below(units) if below is None else below) | {unit})


def judge(
    person_ids: Iterable[int],
    first: date,
    last: date,
    facts: Facts,
    owned_on: dict[date, Owned] | None = None,
) -> dict[int, Verdict]:
    """Return the verdict on each person over ``first``..``last``, both days included.

    ``owned_on`` is kept by who judges many audits by the same hierarchy: what was found out about a day.
    """
    owned_on = {} if owned_on is None else owned_on
    persons = list(dict.fromkeys(person_ids))
    runs: dict[int, dict[tuple[Any, ...], list[list[date]]]] = {person: {} for person in persons}
    for start, end in _spans(first, last, facts):
        if start not in owned_on:
            units = {one: row for one, line in facts.units.items() if (row := line.on(start)) is not None}
            owned_on[start] = Owned(units, facts.own_level)
        owned = owned_on[start]
        for person in persons:
            for key in _grounds(person, start, facts, owned):
                _lengthen(runs[person].setdefault(key, []), start, end)
    return {person: Verdict(person, _conflicts(runs[person])) for person in persons}


class Owned(dict[int, frozenset[int]]):
    """Which units are own to who belongs to a unit, on one day; each found out once."""

    def __init__(self, units: Mapping[int, Unit], own_level: str) -> None:
        super().__init__()
        self.units, self.own_level, self.below = units, own_level, _below(units)

    def __missing__(self, unit: int) -> frozenset[int]:
        self[unit] = own_units(unit, self.units, self.own_level, self.below)
        return self[unit]


def _grounds(person: int, day: date, facts: Facts, owned: Owned) -> list[tuple[Any, ...]]:
    """Return (ground, unit, target, code) for everything that speaks against the person on ``day``."""
    found: list[tuple[Any, ...]] = []
    if person in facts.administrators:
        found.append((Ground.ADMINISTRATOR, None, None, ""))
    targets: list[tuple[Ground, int, str]] = []
    if facts.department is not None:
        targets.append((Ground.OWN_UNIT, facts.department, ""))
    if (responsible := facts.subject_owner.on(day)) is not None:
        targets.append((Ground.SUBJECT_OWNER, responsible, ""))
    for code, line in facts.owners.items():
        department, owner = line.on(day) or (None, None)
        if owner == person:
            found.append((Ground.CONTROL_OWNER, None, None, code))
        if facts.company_wide:
            units_of_owner = _posts(owner, day, facts) if department is None else [department]
            targets += [(Ground.CONTROL_OWNER_UNIT, unit, code) for unit in units_of_owner]
    for unit in _posts(person, day, facts) if targets else ():
        found += [(ground, unit, target, code) for ground, target, code in targets if target in owned[unit]]
    return found


def _posts(person: int | None, day: date, facts: Facts) -> list[int]:
    return [unit for unit, held in facts.posts.get(person or 0, ()) if held.on(day)]


def _spans(first: date, last: date, facts: Facts) -> list[tuple[date, date]]:
    """Cut the period where anything changes: within a span every day is alike."""
    cuts = {first} | {day for line in facts.timelines() for day in line.days if first < day <= last}
    starts = sorted(cuts)
    ends = [day - timedelta(days=1) for day in starts[1:]] + [last]
    return list(zip(starts, ends, strict=True))


def _lengthen(run: list[list[date]], start: date, end: date) -> None:
    if run and run[-1][1] == start - timedelta(days=1):
        run[-1][1] = end
    else:
        run.append([start, end])


def _conflicts(runs: Mapping[tuple[Any, ...], list[list[date]]]) -> tuple[Conflict, ...]:
    """Put the controls of one owner into one conflict, the earliest first."""
    codes: dict[tuple[Any, ...], list[str]] = {}
    for (ground, unit, target, code), spans in runs.items():
        for start, end in spans:
            codes.setdefault((ground, start, end, unit, target), []).append(code)
    found = [
        Conflict(ground, start, end, unit, target, tuple(sorted(filter(None, named))))
        for (ground, start, end, unit, target), named in codes.items()
    ]
    return tuple(sorted(found, key=lambda one: (list(Ground).index(one.ground), one.first)))


def _below(units: Mapping[int, Unit]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, row in units.items():
        if row.parent is not None:
            found.setdefault(row.parent, []).append(one)
    return found


def _with_below(top: int, below: Mapping[int, list[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [top]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += below.get(here, [])
    return found


def _size(level: str) -> int:
    """Return the place of a size; one that is not known counts as the smallest, which is the stricter."""
    return _SIZES.get(level, len(_SIZES))
