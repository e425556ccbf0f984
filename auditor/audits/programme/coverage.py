"""Whether each category of controls is checked on each subject as often as its controls ask: the pure rule.

A control asks for a check every month, quarter, half year or year. Of several checks that begin in one month
one counts, so that twelve checks in April are no monthly ones. A subject that came into being during the year
is asked for what remains of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from auditor.audits.programme.words import CellState

MONTHS_OF_YEAR = 12
Code = tuple[int, str]  # catalogue, code of the control


@dataclass(frozen=True)
class Need:
    """A control that is to be checked on a subject: how many times in the year, and every how many months."""

    code: Code
    category: str
    times: int
    every: int  # months


@dataclass(frozen=True)
class Check:
    """An audit or a self-inspection of the year: carried out, under way, or planned so far."""

    subject_id: int
    codes: frozenset[Code]
    kind: str
    starts_on: date
    due_on: date
    state: str  # planned, running, done, late
    audit_id: int | None = None
    entry_id: int | None = None
    number: str = ""
    people: tuple[int, ...] = ()
    series_id: int | None = None

    @property
    def month(self) -> tuple[int, int]:
        """The month it counts for."""
        return self.starts_on.year, self.starts_on.month


@dataclass
class Tally:
    """The months in which one control is checked on one subject."""

    planned: set[tuple[int, int]] = field(default_factory=set)  # all of them, whatever their state
    done: set[tuple[int, int]] = field(default_factory=set)
    late: bool = False
    begun: bool = False


@dataclass(frozen=True)
class Cell:
    """What the grid says of a category on a subject."""

    state: CellState
    controls: int = 0
    asked: int = 0  # checks that the controls ask for, over all of them
    planned: int = 0
    done: int = 0
    uncovered: tuple[Code, ...] = ()  # controls with too few checks
    on: date | None = None  # the day of the last check done, of the next one, or since which one is late
    reason: str = ""
    late: bool = False

    @property
    def counted(self) -> bool:
        """Tell whether it is to be checked at all."""
        return self.state not in (CellState.NONE, CellState.NOT_NEEDED)


def times_asked(every: int, months_left: int = MONTHS_OF_YEAR) -> int:
    """Return how often a control that is due every so many months is checked in what remains of a year."""
    return max(1, -(-months_left // every))


def tallies(checks: Iterable[Check]) -> dict[Code, Tally]:
    """Return, for the checks of one subject, in which months each control is checked."""
    found: dict[Code, Tally] = {}
    for check in checks:
        for code in check.codes:
            tally = found.get(code)
            if tally is None:
                tally = found[code] = Tally()
            tally.planned.add(check.month)
            if check.state == "done":
                tally.done.add(check.month)
            tally.late = tally.late or check.state == "late"
            tally.begun = tally.begun or check.state in ("done", "running")
    return found


def cells(
    needs: Iterable[Need], checks: Iterable[Check], not_needed: Mapping[str, str], excluded: Mapping[str, str]
) -> dict[str, Cell]:
    """Return the cells of one subject by category.

    ``not_needed`` gives the reason of categories that need not be checked this year, ``excluded`` that of
    categories all of whose controls do not apply here.
    """
    checks = list(checks)
    counted = tallies(checks)
    by_category: dict[str, list[Need]] = {}
    for need in needs:
        by_category.setdefault(need.category, []).append(need)
    found = {
        category: Cell(CellState.NOT_NEEDED, reason=reason)
        for category, reason in excluded.items()
        if category not in by_category
    }
    for category, wanted in by_category.items():
        found[category] = _cell(category, wanted, checks, counted, not_needed)
    return found


def _cell(
    category: str,
    wanted: list[Need],
    checks: list[Check],
    counted: Mapping[Code, Tally],
    not_needed: Mapping[str, str],
) -> Cell:
    asked = sum(need.times for need in wanted)
    of = {need.code: counted.get(need.code, _NEVER) for need in wanted}
    done = sum(min(need.times, len(of[need.code].done)) for need in wanted)
    planned = sum(min(need.times, len(of[need.code].planned)) for need in wanted)
    uncovered = tuple(need.code for need in wanted if len(of[need.code].planned) < need.times)
    late = any(tally.late for tally in of.values())
    codes = frozenset(of)
    here = [check for check in checks if not codes.isdisjoint(check.codes)]
    if category in not_needed:
        state = CellState.NOT_NEEDED
    elif uncovered:
        state = CellState.GAP
    elif late:
        state = CellState.LATE
    elif done == asked:
        state = CellState.DONE
    else:
        state = CellState.RUNNING if any(tally.begun for tally in of.values()) else CellState.PLANNED
    reason = not_needed.get(category, "")
    return Cell(state, len(wanted), asked, planned, done, uncovered, _day(state, here), reason, late)


_NEVER = Tally()


def _day(state: CellState, here: list[Check]) -> date | None:
    if state is CellState.LATE:
        return min(check.due_on for check in here if check.state == "late")
    if state is CellState.DONE:
        return max(check.due_on for check in here if check.state == "done")
    coming = [check.starts_on for check in here if check.state in ("planned", "running")]
    return min(coming, default=None)
