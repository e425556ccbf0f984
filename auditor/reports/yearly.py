"""The report of a year: written and handed in by the head of audit, accepted or sent back by the representative."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from auditor import activity, db
from auditor.access import Actor, Role
from auditor.accounts import queries as accounts
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, _l, fiscal_year_name
from auditor.notifications.actions import notify
from auditor.notifications.kinds import Words, kind
from auditor.reports.models import YearOpinion, YearReport, YearReportState

WRITTEN = activity.event_type("reports.year_written", _l("Opinion of a year's report written"), "year", "row")
MOVED = activity.event_type(
    "reports.year_moved", _l("State of a year's report changed"), "year", "before", "after"
)
FIELDS = ("opinion", "requests")
LONGEST = 10_000


class State(StrEnum):
    """Where the report of a year stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return LABELS[self]


LABELS = {
    State.DRAFT: _l("Draft"),
    State.SUBMITTED: _l("Waiting for the representative"),
    State.RETURNED: _l("Sent back"),
    State.ACCEPTED: _l("Accepted by the representative"),
}
WRITABLE = frozenset({State.DRAFT, State.RETURNED})


@dataclass(frozen=True)
class Standing:
    """The texts and the state of a report at a moment; nothing where nobody has begun it."""

    state: State = State.DRAFT
    opinion: YearOpinion | None = None
    last: YearReportState | None = None
    steps: tuple[YearReportState, ...] = ()


def standing(label: int, moment: Moment) -> Standing:
    """Return how the report of a fiscal year stands: three queries."""
    report = YearReport.get_or_none(YearReport.fiscal_year == label)
    if report is None:
        return Standing()
    steps = YearReportState.select().where(
        YearReportState.report == report, YearReportState.recorded_at <= moment.instant
    )
    rows = tuple(steps.order_by(YearReportState.id))
    last = rows[-1] if rows else None
    return Standing(
        State(last.state) if last else State.DRAFT, YearOpinion.latest(moment, report=report.id), last, rows
    )


def write(actor: Actor, at: datetime, label: int, texts: dict[str, str], seen: int | None = None) -> None:
    """Write the texts. ``seen`` is the id of the row that was shown, 0 for none.

    Raises RuleBroken once the report is handed in, Stale when somebody else wrote meanwhile.
    """
    mine: dict[str, Any] = {name: texts.get(name, "").strip() for name in FIELDS}
    with activity.action(actor, at):
        report, now = _held(label, at)
        _must_stand(now, WRITABLE)
        before = now.opinion
        theirs = {name: getattr(before, name) if before else "" for name in FIELDS}
        if mine == theirs:
            return
        if seen is not None and (before.id if before else 0) != seen:
            raise Stale({**theirs, "row": before.id if before else 0}, mine)
        report = report or YearReport.create(fiscal_year=label, created_at=at)
        row = YearOpinion.write(at, actor.person_id, replaces=before, report=report.id, **mine)
        activity.record(WRITTEN, year=label, row=row.id)


def submit(actor: Actor, at: datetime, label: int) -> None:
    """Hand the report in, with the figures of today. Raises RuleBroken without an opinion."""
    with activity.action(actor, at):
        report, now = _held(label, at)
        _must_stand(now, WRITABLE)
        if report is None or now.opinion is None or not now.opinion.opinion:
            raise RuleBroken(
                _l("Write the overall opinion first. The representative decides on it."), "opinion"
            )
        _move(actor, at, report, now, State.SUBMITTED, "")
        told = set(accounts.holders(Role.REPRESENTATIVE, Moment.at(at)))
        _tell("year_report_submitted", label, told - {actor.person_id}, at)


def accept(actor: Actor, at: datetime, label: int, comment: str = "") -> None:
    """Accept what was handed in. Raises RuleBroken for who handed it in (design §3.4) and in a wrong state."""
    _decide(actor, at, label, State.ACCEPTED, comment, {State.SUBMITTED})


def send_back(actor: Actor, at: datetime, label: int, comment: str) -> None:
    """Send the report back, also an accepted one, with what is to be changed. Raises RuleBroken without a comment."""
    if not comment.strip():
        raise RuleBroken(_l("Write what is to be changed. The head of audit sees your comment."), "comment")
    _decide(actor, at, label, State.RETURNED, comment, {State.SUBMITTED, State.ACCEPTED})


def may_decide(actor: Actor, now: Standing) -> bool:
    """Tell whether the person had no hand in what is to be decided on."""
    authors = {row.recorded_by for row in now.steps if row.state == State.SUBMITTED}
    authors |= {now.opinion.recorded_by} if now.opinion else set()
    return actor.person_id not in authors and not actor.principal_ids & authors


def _decide(
    actor: Actor, at: datetime, label: int, to: State, comment: str, before: Collection[State]
) -> None:
    with activity.action(actor, at):
        report, now = _held(label, at)
        _must_stand(now, before)
        if not may_decide(actor, now):
            raise RuleBroken(
                _l("Whoever wrote the report or handed it in cannot decide on it. Somebody else has to.")
            )
        if report is None:
            raise LookupError("a state without its report")
        _move(actor, at, report, now, to, comment.strip())
        told = set(accounts.holders(Role.HEAD_OF_AUDIT, Moment.at(at)))
        _tell("year_report_decided", label, told - {actor.person_id}, at)


def _held(label: int, at: datetime) -> tuple[YearReport | None, Standing]:
    """Return the report as it stands, held until the transaction ends: one writer at a time."""
    db.one_at_a_time(f"reports.year:{label}")
    moment = Moment.at(at)
    year = company.fiscal_year_named(label, moment)
    if year.first > moment.day:
        raise RuleBroken(_l("This fiscal year has not begun. Nothing was saved."))
    return YearReport.get_or_none(YearReport.fiscal_year == label), standing(label, moment)


def _must_stand(now: Standing, states: Collection[State]) -> None:
    if now.state not in states:
        raise RuleBroken(
            _l("The report has moved to another step. Nothing was changed. Look at its page again.")
        )


def _move(actor: Actor, at: datetime, report: YearReport, now: Standing, to: State, comment: str) -> None:
    YearReportState.write(
        at, actor.person_id, replaces=now.last, report=report.id, state=to.value, comment=comment,
        figures_of=Moment.at(at).day if to is State.SUBMITTED else now.last.figures_of if now.last else None,
    )  # fmt: skip
    activity.record(MOVED, year=report.fiscal_year, before=now.state.value, after=to.value)


def _tell(name: str, label: int, person_ids: Collection[int | None], at: datetime) -> None:
    for person_id in sorted(one for one in person_ids if one is not None):
        key = f"{name}:{label}:{person_id}:{at.isoformat()}"
        notify(person_id, name, {"year": label}, f"/reports/year/{label}", key, at)


@kind("year_report_submitted")
def _submitted(params: dict[str, Any], moment: Moment) -> Words | None:
    if standing(params["year"], moment).state is not State.SUBMITTED:
        return None
    year = fiscal_year_name(params["year"])
    return Words(
        _("The audit report of %(year)s waits for your decision", year=year),
        _("Read it, then accept it or send it back with a comment."),
    )


@kind("year_report_decided")
def _decided(params: dict[str, Any], moment: Moment) -> Words | None:
    now = standing(params["year"], moment)
    if now.state not in (State.ACCEPTED, State.RETURNED):
        return None
    year = fiscal_year_name(params["year"])
    said = (
        _("The audit report of %(year)s was accepted", year=year)
        if now.state is State.ACCEPTED
        else _("The audit report of %(year)s was sent back", year=year)
    )
    return Words(said, _("The comment stands on its page."))
