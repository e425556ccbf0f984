"""What was so on each day of a period, as known at one instant: dated rows read once, asked for many days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from auditor.dated import DatedRow

Value = TypeVar("Value")
Row = TypeVar("Row", bound=DatedRow)


class Timeline(Generic[Value]):
    """What was so from which day on; steps come in the order in which a later one outranks."""

    def __init__(self, steps: Iterable[tuple[date, Value]]) -> None:
        kept = list(steps)
        self.days = [day for day, _ in kept]
        self._values = [value for _, value in kept]

    def on(self, day: date) -> Value | None:
        """Return what was so on ``day``; None before the first step."""
        place = bisect_right(self.days, day)
        return self._values[place - 1] if place else None

    def values(self) -> list[Value]:
        """Return everything that was ever so."""
        return list(self._values)

    def over(self, first: date, last: date) -> Iterator[Value]:
        """Return everything that was so on some day of ``first``..``last``, both included."""
        for day in sorted({first, *(day for day in self.days if first < day <= last)}):
            if (value := self.on(day)) is not None:
                yield value


def known(model: type[Row], last: date, instant: datetime, *where: Any) -> list[Row]:
    """Return the rows known at ``instant`` that hold on some day up to ``last``, later ones outranking: one query."""
    withdrawn = model.alias()
    corrected = withdrawn.select(withdrawn.replaces).where(
        withdrawn.corrects & (withdrawn.recorded_at <= instant) & withdrawn.replaces.is_null(False)
    )
    query = (
        model.select()
        .where(
            model.recorded_at <= instant,
            model.valid_from <= last,
            model.id.not_in(corrected),
            *where,
        )
        .order_by(model.valid_from, model.recorded_at, model.id)
    )
    return list(query)


def timelines(
    rows: Iterable[Row], key: Callable[[Row], Any], value: Callable[[Row], Any]
) -> dict[Any, Timeline[Any]]:
    """Return one timeline for each ``key``; ``rows`` come as ``known`` gives them."""
    steps: dict[Any, list[tuple[date, Any]]] = {}
    for row in rows:
        steps.setdefault(key(row), []).append((row.valid_from, value(row)))
    return {one: Timeline(found) for one, found in steps.items()}
