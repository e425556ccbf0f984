"""Figures: each is the count of rows that the reader can open, and says how to count them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Where = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Count:
    """The rows of a table whose columns have these values, or the sum of one column over them."""

    table: str
    where: Where
    sum_of: str = ""

    def also(self, **where: Any) -> Count:
        """Return the same count narrowed further."""
        return Count(self.table, (*self.where, *where.items()), self.sum_of)


def count(table: str, **where: Any) -> Count:
    """Return the count of the rows of ``table`` with these values."""
    return Count(table, tuple(where.items()))


@dataclass(frozen=True)
class Figure:
    """A number of a report: counts added and taken away, or their share of another count."""

    plus: tuple[Count, ...]
    minus: tuple[Count, ...] = ()
    over: tuple[Count, ...] = ()

    @property
    def share(self) -> bool:
        """Whether it is a share (0 to 1) and not a number of rows."""
        return bool(self.over)


def figure(*counts: Count) -> Figure:
    """Return the sum of counts as a figure."""
    return Figure(counts)


def change(now: Figure, before: Figure) -> Figure:
    """Return by how much a figure has grown."""
    return Figure((*now.plus, *before.minus), (*now.minus, *before.plus))


def share(part: Figure, whole: Figure) -> Figure:
    """Return which share of ``whole`` the part is; 0 where there is nothing."""
    return Figure(part.plus, part.minus, whole.plus)


@dataclass
class Tally:
    """The rows of one table, counted by the values of its dimension columns as they pass."""

    dimensions: Sequence[str]
    sums: Sequence[str] = ()
    rows: int = 0
    _counted: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    _summed: dict[str, Counter[tuple[Any, ...]]] = field(default_factory=dict)
    _projected: dict[tuple[str, tuple[str, ...]], Counter[tuple[Any, ...]]] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        """Count one row."""
        key = tuple(row[name] for name in self.dimensions)
        self.rows += 1
        self._counted[key] += 1
        for name in self.sums:
            self._summed.setdefault(name, Counter())[key] += row[name]
        if self._projected:
            self._projected.clear()

    def value(self, wanted: Count) -> int:
        """Return the number that ``wanted`` asks for."""
        names = tuple(name for name, _value in wanted.where)
        key = (wanted.sum_of, names)
        if key not in self._projected:
            places = [self.dimensions.index(name) for name in names]
            projected: Counter[tuple[Any, ...]] = Counter()
            source = self._summed.get(wanted.sum_of, Counter()) if wanted.sum_of else self._counted
            for row, number in source.items():
                projected[tuple(row[place] for place in places)] += number
            self._projected[key] = projected
        return self._projected[key][tuple(value for _name, value in wanted.where)]


Tallies = dict[str, Tally]


def value_of(wanted: Figure, tallies: Tallies) -> int | float:
    """Return the value of a figure: a whole number, or a share rounded to four places."""
    number = _sum(wanted.plus, tallies) - _sum(wanted.minus, tallies)
    if not wanted.share:
        return number
    whole = _sum(wanted.over, tallies)
    return round(number / whole, 4) if whole else 0


def _sum(counts: Iterable[Count], tallies: Tallies) -> int:
    return sum(tallies[one.table].value(one) for one in counts)
