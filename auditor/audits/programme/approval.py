"""Moves a programme on: submitted by the head of audit, approved or sent back by the representative."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from peewee import IntegrityError

from auditor import activity
from auditor.access import Actor, Permission, Role
from auditor.accounts import queries as accounts
from auditor.audits.programme import notices, queries, trail
from auditor.audits.programme.board import board
from auditor.audits.programme.models import Programme, ProgrammeEntry, ProgrammeState
from auditor.audits.programme.words import State
from auditor.calendars import FiscalYear
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, _l, current


def submit(actor: Actor, at: datetime, programme: Programme, year: FiscalYear, comment: str = "") -> None:
    """Submit the plan for approval.

    Raises RuleBroken in a company without a head of audit, for somebody else than the head of audit, for a plan
    without a check, and while cells are not covered and nothing says why; Stale when it moved on meanwhile.
    """
    moment = Moment.at(at)
    refused = who_submits(actor, moment)
    if refused:
        raise RuleBroken(refused)
    if not ProgrammeEntry.select().where(ProgrammeEntry.programme == programme.id).exists():
        raise RuleBroken(_l("There is no check in the plan yet. Have some proposed first."))
    gaps = board(year, programme, moment, current()).gaps
    if gaps and not comment.strip():
        raise RuleBroken(
            _(
                "%(gaps)s cells are not covered. Plan what is missing, mark them as not needed, or write why the plan is submitted all the same.",
                gaps=gaps,
            ),
            "comment",
        )
    with activity.action(actor, at):
        _move(actor, at, programme, {State.DRAFT, State.RETURNED}, State.SUBMITTED, comment, gaps)
        notices.tell_submitted(programme, accounts.holders(Role.REPRESENTATIVE, moment), at)


def who_submits(actor: Actor, moment: Moment) -> str:
    """Return why the actor does not submit plans; empty where the actor does."""
    if not accounts.holders(Role.HEAD_OF_AUDIT, moment):
        return str(
            _l(
                "A plan without a head of audit cannot be submitted. Nobody is head of audit today: have the administrator grant the role first, under “Accounts and roles”. The plan is kept as it is."
            )
        )
    if not actor.everywhere(Permission.PROGRAMME_SUBMIT):
        return str(
            _l("The head of audit submits the plan. You may prepare it; ask the head of audit to submit it.")
        )
    return ""


def approve(actor: Actor, at: datetime, programme: Programme, comment: str = "") -> None:
    """Approve what was submitted: its checks open as they come due from now on.

    Raises RuleBroken for who submitted it, or a plan that does not wait for approval.
    """
    with activity.action(actor, at):
        row = _to_decide(actor, at, programme)
        _move(actor, at, programme, {State.SUBMITTED}, State.APPROVED, comment, row.gaps)
        notices.tell_decided(programme, _told(row, at), at)


def send_back(actor: Actor, at: datetime, programme: Programme, comment: str) -> None:
    """Send the plan back with what is to be changed. Raises RuleBroken without that, and as ``approve`` does."""
    if not comment.strip():
        raise RuleBroken(_l("Write what is to be changed. The head of audit sees your comment."), "comment")
    with activity.action(actor, at):
        row = _to_decide(actor, at, programme)
        _move(actor, at, programme, {State.SUBMITTED}, State.RETURNED, comment, row.gaps)
        notices.tell_decided(programme, _told(row, at), at)


def _to_decide(actor: Actor, at: datetime, programme: Programme) -> ProgrammeState:
    row = queries.state_of(programme, Moment.at(at))
    if row is None or row.state != State.SUBMITTED:
        raise RuleBroken(
            _l("The plan does not wait for approval. Nothing was changed. Look at its page again.")
        )
    if row.recorded_by is not None and row.recorded_by in (actor.person_id, *actor.principal_ids):
        raise RuleBroken(_l("Whoever submitted the plan cannot approve it. Somebody else has to decide."))
    return row


def _told(row: ProgrammeState, at: datetime) -> set[int]:
    heads = accounts.holders(Role.HEAD_OF_AUDIT, Moment.at(at))
    return {*heads, *([row.recorded_by] if row.recorded_by else [])}


def _move(
    actor: Actor,
    at: datetime,
    programme: Programme,
    before: Collection[State],
    after: State,
    comment: str,
    gaps: int,
) -> None:
    stands = queries.state_of(programme, Moment.at(at))
    known = State(stands.state) if stands is not None else State.DRAFT
    if known not in before:
        if known is after:
            raise Stale({"state": known.value}, {"state": after.value})
        raise RuleBroken(
            _l("The plan has moved to another step. Nothing was changed. Look at its page again.")
        )
    try:
        ProgrammeState.write(
            at, actor.person_id, replaces=stands, programme=programme.id, state=after.value, gaps=gaps,
            comment=comment.strip(),
        )  # fmt: skip
    except IntegrityError as error:
        raise Stale({"state": known.value}, {"state": after.value}) from error
    activity.record(
        trail.STATE_CHANGED, programme=programme.id, before=known.value, after=after.value, gaps=gaps
    )
