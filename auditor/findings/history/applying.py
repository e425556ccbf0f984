"""Takes over a history file: all of it or nothing, in one transaction, once however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, db
from auditor.access import Actor
from auditor.audits.exceptions import check_taken_over
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditItem,
    AuditPlan,
    AuditState,
    HistoryImport,
    ImportedAudit,
    ItemResult,
)
from auditor.audits.results import State as AuditStateOf
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Category, Control
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.findings.history.entries import AuditEntry, FindingEntry, HistoryPlan, ResultEntry
from auditor.findings.history.reading import plan_of
from auditor.findings.models import Finding, FindingDetail, FindingState, ImportedFinding
from auditor.findings.states import OPEN_STATES, Source, State
from auditor.findings.telling import responsible_of, tell
from auditor.language import _l

IMPORTED = activity.event_type(
    "history.imported", _l("Audits and findings of earlier years imported"), "history", "audits", "results", "findings"
)  # fmt: skip


class HistoryChanged(Stale):
    """What the file would do has changed since it was shown; nothing was written. Look again."""

    def __init__(self, plan: HistoryPlan) -> None:
        super().__init__({}, {})
        self.plan = plan


@dataclass
class _Running:
    """One import under way."""

    actor: Actor
    at: datetime
    history: HistoryImport
    moment: Moment
    numbers: dict[str, int] = field(default_factory=dict)  # the last number given under each prefix
    audits: dict[str, int] = field(default_factory=dict)  # ids by former number
    items: dict[tuple[int, int], int] = field(default_factory=dict)  # ids by audit and control


def take_over(actor: Actor, at: datetime, content: bytes, seen: str | None = None) -> HistoryImport | None:
    """Import what ``content`` says; returns None where all of it was there already.

    ``seen``: the digest of the plan that was shown. Raises RuleBroken for a file with errors, HistoryChanged
    where the plan is not the one that was shown.
    """
    try:
        with activity.action(actor, at):
            db.one_at_a_time("history.import")  # what the first of two wrote is passed over by the second
            plan = plan_of(content, Moment.at(at))
            if not plan.possible:
                raise RuleBroken(
                    _l("The file has errors. Nothing was imported. Correct the cells that are listed.")
                )
            if plan.changes_nothing:
                return None
            if seen is not None and plan.digest != seen:
                raise HistoryChanged(plan)
            return _write(actor, at, plan)
    except IntegrityError as error:
        raise RuleBroken(
            _l("Somebody recorded something else at the same moment. Nothing was imported. Try again.")
        ) from error


def _write(actor: Actor, at: datetime, plan: HistoryPlan) -> HistoryImport:
    history = HistoryImport.create(
        file_hash=plan.file_hash, audits=len(plan.audits), results=len(plan.results), findings=len(plan.findings),
        imported_by=actor.person_id, imported_at=at,
    )  # fmt: skip
    running = _Running(actor, at, history, Moment.at(at))
    _write_audits(running, plan.audits)
    _write_results(running, plan)
    _write_findings(running, plan.findings)
    activity.record(
        IMPORTED,
        history=history.id,
        audits=history.audits,
        results=history.results,
        findings=history.findings,
    )
    check_taken_over(actor, at, [running.audits[one.number] for one in plan.audits])
    return history


# ---- audits ----


def _write_audits(running: _Running, entries: Sequence[AuditEntry]) -> None:
    """Write the audits as they were at their end: the days are those of then, the learning is of now."""
    if not entries:
        return
    versions = catalogue.versions_in_use(running.moment)
    if not versions:
        raise RuleBroken(
            _l("There is no catalogue of controls yet. Bring one in first. Nothing was imported.")
        )
    for entry in sorted(entries, key=lambda one: (one.starts_on, one.number)):
        label, number = _numbered(running, entry, Audit, "A{:02d}-", 2)
        audit = Audit.create(
            number=number, kind=entry.kind.value, subject=entry.subject_id, version=versions[0], fiscal_year=label,
            period_from=entry.period_from, period_to=entry.period_to, created_at=running.at,
            current_state=AuditStateOf.APPROVED.value,
        )  # fmt: skip
        running.audits[entry.number] = audit.id
    ids = running.audits
    by = {"recorded_at": running.at, "recorded_by": running.actor.person_id, "corrects": False}
    AuditState.add_many(
        {**by, "audit": ids[one.number], "valid_from": one.done_on, "state": AuditStateOf.APPROVED.value}
        for one in entries
    )
    AuditPlan.add_many(
        {**by, "audit": ids[one.number], "valid_from": one.starts_on, "starts_on": one.starts_on, "due_on": one.done_on}
        for one in entries
    )  # fmt: skip
    AuditAssignee.add_many(
        {**by, "audit": ids[one.number], "valid_from": one.starts_on, "person": person, "held": True, "lead": place == 0}
        for one in entries
        for place, person in enumerate(one.auditors)
    )  # fmt: skip
    ImportedAudit.add_many(
        {"audit": ids[one.number], "history": running.history.id, "former_number": one.number,
         "auditors": one.strangers, "summary": one.summary}
        for one in entries
    )  # fmt: skip


def _write_results(running: _Running, plan: HistoryPlan) -> None:
    """Write an item for each result of the file, in the order of the catalogue."""
    if not plan.results:
        return
    placed = (
        Control.select(Control.id).join(Category).order_by(Category.position, Control.position, Control.id)
    )
    order = {row.id: place for place, row in enumerate(placed)}
    of_audit: dict[str, list[ResultEntry]] = {}
    for one in sorted(plan.results, key=lambda one: order[one.control_id]):
        of_audit.setdefault(one.audit, []).append(one)
    AuditItem.add_many(
        {"audit": running.audits[audit], "control": one.control_id, "position": place, "current_result": one.result.value}
        for audit, entries in of_audit.items()
        for place, one in enumerate(entries, 1)
    )  # fmt: skip
    made = AuditItem.select(AuditItem.id, AuditItem.audit, AuditItem.control).where(
        AuditItem.audit.in_([running.audits[audit] for audit in of_audit])
    )
    running.items = {(row.audit_id, row.control_id): row.id for row in made}
    ItemResult.add_many(
        {
            "item": running.items[running.audits[one.audit], one.control_id], "valid_from": one.checked_on,
            "recorded_at": running.at, "recorded_by": running.actor.person_id, "corrects": False,
            "result": one.result.value, "note": one.note,
        }
        for one in plan.results
    )  # fmt: skip


# ---- findings ----


def _write_findings(running: _Running, entries: Sequence[FindingEntry]) -> None:
    """Write the findings; open ones begin the usual flow, and whoever answers for them is told."""
    taken = _items_with_finding(running)
    known = dict(db.tuples(ImportedAudit.select(ImportedAudit.former_number, ImportedAudit.audit)))
    made: list[tuple[Finding, FindingEntry]] = []
    for entry in sorted(entries, key=lambda one: (one.found_on, one.number)):
        label, number = _numbered(running, entry, Finding, "F{:02d}-", 3)
        audit = known.get(entry.audit)
        item = running.items.get((audit or 0, entry.control_id or 0))
        if item in taken:
            item = None  # of several findings about one item the first stands at it
        elif item is not None:
            taken.add(item)
        state = State.CLOSED if entry.closed_on else State.RECORDED
        finding = Finding.create(
            number=number, fiscal_year=label, source=(Source.AUDIT if entry.audit else Source.OTHER).value, item=item,
            control=entry.control_id, subject=entry.subject_id, found_on=entry.found_on, recorded_at=running.at,
            current_state=state.value,
        )  # fmt: skip
        made.append((finding, entry))
    by = {"recorded_at": running.at, "recorded_by": running.actor.person_id, "corrects": False}
    FindingDetail.add_many(
        {**by, "finding": finding.id, "valid_from": one.found_on, "title": one.title, "facts": one.facts,
         "grade": one.grade.value, "department": one.department_id, "due_on": one.due_on}
        for finding, one in made
    )  # fmt: skip
    FindingState.add_many(
        {**by, "finding": finding.id, "valid_from": one.closed_on or one.found_on, "state": finding.current_state,
         "comment": one.progress}
        for finding, one in made
    )  # fmt: skip
    ImportedFinding.add_many(
        {"finding": finding.id, "history": running.history.id, "former_number": one.number, "audit": known.get(one.audit)}
        for finding, one in made
    )  # fmt: skip
    _tell(running, made)


def _items_with_finding(running: _Running) -> set[int]:
    if not running.items:
        return set()
    taken = Finding.select(Finding.item).where(Finding.item.in_(list(running.items.values())))
    return {row[0] for row in db.tuples(taken)}


def _tell(running: _Running, made: Sequence[tuple[Finding, FindingEntry]]) -> None:
    heads = responsible_of([one.department_id for _finding, one in made], running.moment)
    for finding, one in made:
        if State(finding.current_state) in OPEN_STATES and (head := heads.get(one.department_id)):
            tell("finding_recorded", finding, {head}, 1, running.at, running.actor)


def _numbered(
    running: _Running, entry: AuditEntry | FindingEntry, model: Any, form: str, digits: int
) -> tuple[int, str]:
    """Return the fiscal year of an entry and the next number in it, after those that are there."""
    day = entry.starts_on if isinstance(entry, AuditEntry) else entry.found_on
    label = company.fiscal_year_at(day, running.moment).label
    prefix = form.format(label % 100)
    if prefix not in running.numbers:
        rows = model.select(model.number).where(model.number.startswith(prefix), model.fiscal_year == label)
        running.numbers[prefix] = max((int(row[0].rpartition("-")[2]) for row in db.tuples(rows)), default=0)
    running.numbers[prefix] += 1
    return label, f"{prefix}{running.numbers[prefix]:0{digits}d}"
