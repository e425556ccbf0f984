"""Carries out an audit: results, drafts, evidence of items."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from peewee import JOIN

from auditor import activity, clock, db, events
from auditor.access import Actor
from auditor.audits import trail
from auditor.audits.models import Audit, AuditItem, AuditState, ItemDraft, ItemEvidence, ItemResult
from auditor.audits.results import EDITABLE, FACTS, NOT_BEGUN, Result, State
from auditor.dated import Moment
from auditor.erased import still_erased
from auditor.errors import RuleBroken, Stale
from auditor.evidence import actions as evidence
from auditor.evidence.actions import NOTHING_SAID, About
from auditor.evidence.models import Evidence
from auditor.evidence.twins import twin
from auditor.language import _l
from auditor.prepared import Prepared

LONGEST_TEXT = 20_000
_CHUNK = 500


@dataclass(frozen=True)
class Answer:
    """What the auditor says about an item; ``based_on`` is the id of the result row that was seen, if any."""

    result: Result
    note: str = ""
    reason: str = ""
    based_on: int | None = None

    def values(self) -> dict[str, Any]:
        """Return it as the columns of a row."""
        return {"result": self.result.value, "note": self.note, "reason": self.reason}


def record_result(actor: Actor, at: datetime, item: AuditItem, answer: Answer) -> ItemResult | None:
    """Write what the item showed and return the row; the first result starts the audit.

    The same answer again writes nothing and returns the row that stands (None: nothing was ever said). What the
    person went on from while an earlier part of it was still on its way is no conflict with that part.
    Raises RuleBroken for a "not applicable" without its reason or an audit that is no longer open, Stale
    (with both texts) when somebody else answered since ``based_on``.
    """
    _check_texts(answer.result, answer.note.strip(), answer.reason.strip())
    with activity.action(actor, at):
        # Writing the item first makes a second writer wait here, and then see this row as the latest.
        _marking.run(item_id=item.id, result=answer.result.value)
        state, latest = _standing(item, Moment.at(at))
        said = news_of(latest, _gone_on(actor, latest, answer))
        if said is None:
            _forget_draft(actor, item)
            return latest
        before = latest.result if latest else Result.NOT_CHECKED.value
        touched = {before, said.result.value} & {one.value for one in FACTS}
        if state not in _UNDER_WAY:
            _open(actor, at, item.audit_id, facts_changed=bool(touched))
        draft = _draft_of(actor, item)
        row = ItemResult.write(
            at, actor.person_id, replaces=latest, beside=draft, item=item.id, **said.values()
        )
        activity.record(
            trail.RESULT_RECORDED, audit=item.audit_id, item=item.id, row=row.id, result=row.result
        )
        events.tell(events.ResultRecorded(actor, at, item.id, row.result))
        return row


def _gone_on(actor: Actor, latest: ItemResult | None, answer: Answer) -> Answer:
    """Return the answer as based on the row that stands, where that row is a part of it which the same person sent.

    A page that is left before a save is answered has not seen the row that this save wrote.
    """
    if latest is None or latest.recorded_by != actor.person_id or latest.replaces_id != answer.based_on:
        return answer
    seen = ItemResult.get_or_none(ItemResult.id == answer.based_on) if answer.based_on else None
    before = Answer(Result.NOT_CHECKED).values()
    if seen is not None:
        before = {"result": seen.result, "note": seen.note, "reason": seen.reason}
    said = {**answer.values(), "note": answer.note.strip(), "reason": answer.reason.strip()}
    stands = {"result": latest.result, "note": latest.note, "reason": latest.reason}
    if all(stands[name] in (before[name], said[name]) for name in said):
        return replace(answer, based_on=latest.id)
    return answer


def news_of(latest: ItemResult | None, answer: Answer) -> Answer | None:
    """Return what is to be written over the row that stands; None where the answer says the same.

    A text that was erased stays so where the words in its place are sent back. Raises RuleBroken for a "not
    applicable" without its reason or a text that is too long, Stale (with both texts) when somebody else
    answered since ``answer.based_on``.
    """
    note, reason = answer.note.strip(), answer.reason.strip()
    _check_texts(answer.result, note, reason)
    if latest is None:
        stands = Answer(Result.NOT_CHECKED).values()
    else:
        stands = {"result": latest.result, "note": latest.note, "reason": latest.reason}
        note, reason = still_erased(latest.note, note), still_erased(latest.reason, reason)
    said = replace(answer, note=note, reason=reason)
    if stands == said.values():
        return None
    if answer.based_on != (latest.id if latest else None):
        by = {} if latest is None else {"by": latest.recorded_by, "at": latest.recorded_at, "row": latest.id}
        raise Stale({**stands, **by}, said.values())
    return said


# Nothing has to be written of an audit at one of these for an answer to be taken, whatever it says.
_UNDER_WAY = EDITABLE - NOT_BEGUN - {State.FACTS_CONFIRMED}
_marking = Prepared(
    lambda item_id, result: AuditItem.update(current_result=result).where(AuditItem.id == item_id),
    item_id=int,
    result=str,
)


def _standing(item: AuditItem, moment: Moment) -> tuple[State, ItemResult | None]:
    """Return the state of the audit, which a submission leaves alone until this transaction ends, and the result
    that stands of an item that this transaction has written: one query.
    """
    values = {"item_id": item.id, "day": moment.day, "instant": moment.instant}
    row: Any = _state_and_result.models(ItemResult, **values)[0]
    activity.holds_end(row)
    return State(row.current_state), row if row.id is not None else None


def _state_and_result_with(item_id: int, day: date, instant: datetime) -> Any:
    stands = ItemResult.standing(Moment(day, instant), ItemResult.item == item_id)
    is_it = ItemResult.id.in_(stands.select(ItemResult.id))
    query = (
        AuditItem.select(ItemResult, Audit.current_state, *activity.end_columns())
        .join(Audit)
        .join_from(AuditItem, ItemResult, JOIN.LEFT_OUTER, on=(ItemResult.item == AuditItem.id) & is_it)
        .where(AuditItem.id == item_id)
    )
    return query if db.is_sqlite() else query.for_update("FOR NO KEY UPDATE", of=Audit)  # type: ignore[arg-type]


_state_and_result = Prepared(_state_and_result_with, item_id=int, day=date, instant=datetime)


def hold(audit_id: int) -> None:
    """Have others who answer items of the audit wait until this transaction ends; in the order in which they do."""
    if not db.is_sqlite():  # where a transaction writes alone from its begin
        items = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit_id).order_by(AuditItem.id)
        list(items.for_update())


def record_results(
    actor: Actor, at: datetime, audit_id: int, answers: Mapping[int, tuple[Answer, int | None]]
) -> int:
    """Write what many items of an audit showed, each with the row that it replaces; returns their number.

    Inside an action that records it and that held the items (``hold``) before it read what stands. The rules
    are those of ``record_result``; drafts stay. Raises RuleBroken for the first answer or the audit at fault.
    """
    by_result: dict[str, list[int]] = {}
    rows = []
    for item_id, (answer, replaced) in answers.items():
        # A text that was erased stays so in the row that repeats it.
        note, reason = (
            text if isinstance(text, db.ErasedText) else text.strip() for text in (answer.note, answer.reason)
        )
        _check_texts(answer.result, note, reason)
        by_result.setdefault(answer.result.value, []).append(item_id)
        rows.append({
            "item": item_id, "result": answer.result.value, "note": note, "reason": reason, "replaces": replaced,
            "valid_from": clock.day_of(at), "recorded_at": at, "recorded_by": actor.person_id, "corrects": False,
        })  # fmt: skip
    for result, item_ids in by_result.items():
        for place in range(0, len(item_ids), _CHUNK):
            some = item_ids[place : place + _CHUNK]
            AuditItem.update(current_result=result).where(AuditItem.id.in_(some)).execute()
    facts = [one.value for one in FACTS]
    before = ItemResult.select(ItemResult.id).where(
        ItemResult.id.in_([one for _answer, one in answers.values() if one]), ItemResult.result.in_(facts)
    )
    touched = before.exists() or any(row["result"] in facts for row in rows)
    _open(actor, at, audit_id, facts_changed=touched)
    ItemResult.add_many(rows)
    for item_id, (answer, _replaced) in answers.items():
        events.tell(events.ResultRecorded(actor, at, item_id, answer.result.value))
    return len(rows)


def save_draft(actor: Actor, at: datetime, item: AuditItem, note: str, based_on: int | None) -> None:
    """Keep what the person is typing; it counts for nothing. Raises RuleBroken when the audit is not open."""
    if State(item.audit.current_state) not in EDITABLE:
        raise _closed()
    row = {
        "item": item.id,
        "person": actor.person_id,
        "note": note[:LONGEST_TEXT],
        "based_on": based_on,
        "saved_at": at,
    }
    with db.transaction():
        ItemDraft.insert(row).on_conflict(
            conflict_target=[ItemDraft.item, ItemDraft.person],
            preserve=[ItemDraft.note, ItemDraft.based_on, ItemDraft.saved_at],
        ).execute()


def forget_draft(actor: Actor, item: AuditItem) -> None:
    """Drop what the person had typed and not saved."""
    _forget_draft(actor, item)


def forget_drafts(actor: Actor, item_ids: Collection[int]) -> None:
    """Drop what the person had typed on these items and not saved."""
    mine = (ItemDraft.person == actor.person_id) & ItemDraft.item.in_(list(item_ids))
    ItemDraft.delete().where(mine).execute()


def attach(
    actor: Actor,
    at: datetime,
    folder: Path,
    item: AuditItem,
    stream: BinaryIO,
    name: str,
    about: About = NOTHING_SAID,
) -> Evidence:
    """Store the file and attach it to the item; sent twice, the one that is attached is returned.

    Raises RuleBroken for an empty file or a closed audit.
    """
    with activity.action(actor, at):
        _open(actor, at, item.audit_id)
        rows = ItemEvidence.standing(Moment.at(at), ItemEvidence.item == item.id)
        there = twin([row.evidence_id for row in rows if row.held], stream, name, at, about)
        if there is not None:
            return there
        kept = evidence.add_file(actor, at, folder, stream, name, about)
        ItemEvidence.write(at, actor.person_id, item=item.id, evidence=kept, held=True)
        activity.record(trail.EVIDENCE_ATTACHED, audit=item.audit_id, item=item.id, evidence=kept.id)
        return kept


def detach(actor: Actor, at: datetime, item: AuditItem, evidence_id: int) -> bool:
    """Take the evidence off the item (the file and the history stay); returns whether it was attached."""
    with activity.action(actor, at):
        _open(actor, at, item.audit_id)
        latest = ItemEvidence.latest(Moment.at(at), item=item.id, evidence=evidence_id)
        if latest is None or not latest.held:
            return False
        ItemEvidence.write(
            at, actor.person_id, replaces=latest, item=item.id, evidence=evidence_id, held=False
        )
        activity.record(trail.EVIDENCE_REMOVED, audit=item.audit_id, item=item.id, evidence=evidence_id)
        return True


def must_be_open(actor: Actor, at: datetime, item: AuditItem) -> None:
    """Make sure that the item may be worked on; inside an action. Raises RuleBroken."""
    _open(actor, at, item.audit_id)


def _check_texts(result: Result, note: str, reason: str) -> None:
    if result is Result.NOT_APPLICABLE and not reason:
        raise RuleBroken(_l("Say why the control does not apply here. Nothing was saved yet."), "reason")
    for text, field in ((note, "note"), (reason, "reason")):
        if len(text) > LONGEST_TEXT:
            raise RuleBroken(_l("The text is too long. Shorten it or attach it as evidence."), field)


def _open(actor: Actor, at: datetime, audit_id: int, facts_changed: bool = False) -> None:
    """Make sure that the audit may be worked on, and start it if it was only planned or notified.

    Facts that change after they were confirmed are not confirmed any more: it is carried out again.
    """
    before = NOT_BEGUN | {State.FACTS_CONFIRMED} if facts_changed else NOT_BEGUN
    # The third: somebody else started it between the first two.
    if not (
        _held_open(audit_id, EDITABLE - before)
        or _started(actor, at, audit_id, before)
        or _held_open(audit_id, EDITABLE - before)
    ):
        raise _closed()


def _held_open(audit_id: int, states: Collection[State]) -> bool:
    """Tell whether the audit is under way; writing its row holds off a submission until this result is in."""
    under_way = [state.value for state in states]
    held = Audit.update(current_state=Audit.current_state).where(
        Audit.id == audit_id, Audit.current_state.in_(under_way)
    )
    return bool(held.execute() == 1)


def _started(actor: Actor, at: datetime, audit_id: int, states: Collection[State]) -> bool:
    """Have the audit carried out from now on if it stands at one of ``states``; tells whether it did."""
    planned, begun = [state.value for state in states], State.IN_PROGRESS.value
    found = Audit.update(current_state=begun).where(Audit.id == audit_id, Audit.current_state.in_(planned))
    if found.execute() != 1:
        return False
    latest = AuditState.latest(Moment.at(at), audit=audit_id)
    before = latest.state if latest else State.PLANNED.value
    AuditState.write(at, actor.person_id, replaces=latest, audit=audit_id, state=begun)
    activity.record(trail.STATE_CHANGED, audit=audit_id, before=before, after=begun)
    return True


def _forget_draft(actor: Actor, item: AuditItem) -> None:
    _draft_of(actor, item).execute()


def _draft_of(actor: Actor, item: AuditItem) -> Any:
    """Return the query that drops what the person typed and did not save."""
    return ItemDraft.delete().where(ItemDraft.item == item.id, ItemDraft.person == actor.person_id)


def _closed() -> RuleBroken:
    return RuleBroken(
        _l(
            "The audit has been submitted or has ended, so its items can no longer be changed. To change one, have it sent back."
        )
    )
