"""When a person's employment begins, pauses and ends, as one row of a roster says it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from auditor.people.kinds import EmploymentStatus
from auditor.people.registered import EmploymentStep
from auditor.people.roster_rows import PersonRow

_ACTIVE, _LEAVE, _LEFT = (
    EmploymentStatus.ACTIVE.value,
    EmploymentStatus.ON_LEAVE.value,
    EmploymentStatus.LEFT.value,
)


def leaving_day(row: PersonRow, effective: date) -> date | None:
    """Return the first day on which the person no longer works here, or None."""
    if row.left_on is not None:
        return row.left_on + timedelta(days=1)
    return effective if row.status is EmploymentStatus.LEFT else None


def first_day(row: PersonRow, effective: date) -> date:
    """Return from when a person new to us counts: the roster's day, or the day of joining if that is later."""
    return max(row.joined_on or effective, effective)


def employment_steps(row: PersonRow, effective: date, history: list[EmploymentStep]) -> list[EmploymentStep]:
    """Return the statements that ``row`` adds to ``history`` (ordered, those to come included).

    A leave, a return and a leaving count from the day the row gives; everything else from ``effective``.
    """
    steps = []
    so_far = list(history)
    for step in _said(row, effective, history):
        before = [known for known in so_far if known.day <= step.day]
        if not before or before[-1][1:] != step[1:]:
            steps.append(step)
            so_far = sorted([*so_far, step], key=lambda known: known.day)
    return steps


def _said(row: PersonRow, effective: date, history: list[EmploymentStep]) -> Iterator[EmploymentStep]:
    known = next((step for step in reversed(history) if step.day <= effective), None)
    works = known is not None and known.status != _LEFT
    kind = row.kind.value if "kind" in row.source.columns or known is None else known.kind
    gone = leaving_day(row, effective)
    if gone is not None and gone <= effective:
        if works and known is not None:
            yield EmploymentStep(max(gone, known.day), kind, _LEFT)
        return
    status = _status(row, effective, known)
    if known is None or not works:
        yield EmploymentStep(first_day(row, effective), kind, status)
    elif (kind, status) != (known.kind, known.status):
        yield EmploymentStep(_since(row, effective, known, status), kind, status)
    if row.leave_from and row.leave_from > effective:
        yield EmploymentStep(row.leave_from, kind, _LEAVE)
    if row.returned_on and row.returned_on > effective:
        yield EmploymentStep(row.returned_on, kind, _ACTIVE)
    if gone is not None:
        yield EmploymentStep(gone, kind, _LEFT)


def _status(row: PersonRow, effective: date, known: EmploymentStep | None) -> str:
    if not {"status", "leave_from", "returned_on"} & row.source.columns.keys() and known is not None:
        return known.status if known.status == _LEAVE else _ACTIVE
    if row.status is EmploymentStatus.ON_LEAVE and not (row.leave_from and row.leave_from > effective):
        return _LEAVE
    return _ACTIVE


def _since(row: PersonRow, effective: date, known: EmploymentStep, status: str) -> date:
    """Return the day the row gives for what changed, unless that lies before what we know or after the roster."""
    day = row.leave_from if status == _LEAVE else row.returned_on if known.status == _LEAVE else None
    return day if day is not None and known.day <= day <= effective else effective
