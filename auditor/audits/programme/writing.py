"""Writes entries of a programme, and demands a reason for every change once it is approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.audits.programme import queries, trail
from auditor.audits.programme.models import Programme, ProgrammeEntry, ProgrammeEntryDetail
from auditor.audits.programme.proposal import Proposed
from auditor.audits.programme.words import PLANNED, State
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l

_VALUES = ("starts_on", "due_on", "codes", "people", "state", "by_hand", "reason")


@dataclass(frozen=True)
class Change:
    """What of an entry becomes another; None leaves it as it is."""

    starts_on: date | None = None
    due_on: date | None = None
    codes: tuple[str, ...] | None = None
    people: tuple[int, ...] | None = None
    state: str | None = None


def reason_for(programme: Programme, at: datetime, reason: str) -> str:
    """Return the reason of a change, which an approved plan asks for.

    Raises RuleBroken without one, and while the plan waits for its approval: what is being decided on stays.
    """
    stands = queries.stands_at(programme, Moment.at(at))
    if stands is State.SUBMITTED:
        raise RuleBroken(
            _l(
                "The plan waits for approval, so it stays as it was submitted. Have it sent back first, or change it once it is approved."
            )
        )
    if stands is State.APPROVED and not reason.strip():
        raise RuleBroken(
            _l("The plan is approved. Write why it changes; the reason is shown with the plan."), "reason"
        )
    return reason.strip()


def add_entries(
    actor: Actor, at: datetime, programme: Programme, found: Sequence[Proposed], source: str, reason: str = ""
) -> int:
    """Add entries with their first details, each key once; returns how many were added.

    Raises RuleBroken as ``reason_for`` does. Of two who add the same the second adds nothing.
    """
    said = reason_for(programme, at, reason)
    with activity.action(actor, at):
        db.one_at_a_time(f"programme {programme.id}")
        known = keys_of(programme)
        new = [one for one in found if one.key not in known]
        if not new:
            return 0
        try:
            _insert(actor, at, programme, new, said)
        except IntegrityError as error:
            raise RuleBroken(
                _l("Somebody else added the same checks at this moment. Nothing was added twice.")
            ) from error
        activity.record(trail.ENTRIES_ADDED, programme=programme.id, count=len(new), source=source)
    return len(new)


def _insert(actor: Actor, at: datetime, programme: Programme, new: Sequence[Proposed], reason: str) -> None:
    ProgrammeEntry.add_many(
        {
            "programme": programme.id, "key": one.key, "subject": one.subject_id, "catalogue": one.catalogue_id,
            "kind": one.kind, "rule": one.rule, "rule_on": one.rule_on, "created_at": at,
        }
        for one in new
    )  # fmt: skip
    ids = dict(
        db.tuples(
            ProgrammeEntry.select(ProgrammeEntry.key, ProgrammeEntry.id).where(
                ProgrammeEntry.programme == programme.id
            )
        )
    )
    ProgrammeEntryDetail.add_many(
        {
            **_stated(actor, at), "replaces": None, "entry": ids[one.key], "starts_on": one.starts_on, "due_on": one.due_on,
            "codes": list(one.codes), "people": list(one.people), "state": PLANNED, "by_hand": one.by_hand,
            "reason": reason,
        }
        for one in new
    )  # fmt: skip


def change_entries(
    actor: Actor,
    at: datetime,
    programme: Programme,
    changes: Mapping[int, Change],
    standing: Iterable[ProgrammeEntryDetail],
    reason: str,
    change: str,
) -> int:
    """Write the changed details of entries, in one action with one event; returns how many there were.

    ``standing`` are the rows that stand now. Of two who change the same entry the second is refused by the
    unique key on what a row replaces.
    """
    rows = [row for row in standing if row.entry_id in changes]
    try:
        with activity.action(actor, at):
            ProgrammeEntryDetail.add_many(
                _changed(actor, at, row, changes[row.entry_id], reason) for row in rows
            )
            activity.record(trail.ENTRIES_CHANGED, programme=programme.id, count=len(rows), change=change)
    except IntegrityError as error:
        raise RuleBroken(
            _l(
                "Somebody else changed one of these checks at this moment. Nothing was changed. Look at them again."
            )
        ) from error
    return len(rows)


def _changed(
    actor: Actor, at: datetime, row: ProgrammeEntryDetail, change: Change, reason: str
) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(row, name) for name in _VALUES}
    values |= {
        name: list(value) if isinstance(value, tuple) else value
        for name in ("starts_on", "due_on", "codes", "people", "state")
        if (value := getattr(change, name)) is not None
    }
    return {
        **_stated(actor, at), **values, "replaces": row.id, "entry": row.entry_id, "by_hand": True, "reason": reason,
    }  # fmt: skip


def _stated(actor: Actor, at: datetime) -> dict[str, Any]:
    return {"valid_from": clock.day_of(at), "recorded_at": at, "recorded_by": actor.person_id}


def keys_of(programme: Programme) -> set[str]:
    """Return the keys of every entry the programme ever had: one query."""
    rows = db.tuples(
        ProgrammeEntry.select(ProgrammeEntry.key).where(ProgrammeEntry.programme == programme.id)
    )
    return {key for (key,) in rows}
