"""The promises of the published policy, each with the controls that keep it, as the promise board shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditor.dated import Moment
from auditor.language import pick
from auditor.promises.board import Line, board
from auditor.promises.verdicts import ControlState, Verdict


@dataclass(frozen=True)
class ControlLine:
    """A promise and one of the controls that keep it; a promise without any has one line with no code."""

    promise_id: int
    promise: str
    code: str
    control: str
    verdict: Verdict
    first: bool
    checked: int  # subjects with a result
    major: int  # open points
    minor: int
    checked_on: date | None


@dataclass(frozen=True)
class PromiseLine:
    """A promise with its verdict."""

    id: int
    number: str
    text: str
    verdict: Verdict
    controls: tuple[ControlLine, ...]

    @property
    def checked_on(self) -> date | None:
        """The newest check of any of its controls."""
        return max((one.checked_on for one in self.controls if one.checked_on), default=None)


def promise_lines(moment: Moment) -> list[PromiseLine]:
    """Return the promises in the order of the published text."""
    return [_promise(line) for line in board(moment).lines]


def _promise(line: Line) -> PromiseLine:
    states: list[ControlState | None] = [*line.controls] or [None]
    controls = tuple(_control(line, state, position == 0) for position, state in enumerate(states))
    return PromiseLine(
        line.promise.id, line.promise.number, pick(line.promise, "text"), line.verdict, controls
    )


def _control(line: Line, state: ControlState | None, first: bool) -> ControlLine:
    return ControlLine(
        promise_id=line.promise.id,
        promise=line.promise.number,
        code=state.code if state else "",
        control=pick(state.control, "title") if state else "",
        verdict=line.verdict,
        first=first,
        checked=sum(state.results.values()) if state else 0,
        major=state.major if state else 0,
        minor=state.minor if state else 0,
        checked_on=state.checked_on if state else None,
    )
