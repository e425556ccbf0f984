"""What the one page of a self-inspection shows: every item with its answer, and what was answered last time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from peewee import JOIN

from auditor.access import Actor
from auditor.audits import outside, queries
from auditor.audits.inspections import people as respondents
from auditor.audits.models import (
    Audit,
    AuditItem,
    AuditPlan,
    AuditState,
    ItemDraft,
    ItemEvidence,
    ItemResult,
)
from auditor.audits.results import NONCONFORMITIES, RESULTS_SHOWN, AuditKind, Result, State
from auditor.catalogue.models import CatalogueVersion, Category, Control
from auditor.dated import Moment
from auditor.evidence.expiring import is_erased
from auditor.evidence.models import Evidence, StoredFile
from auditor.people import queries as people

_DONE = RESULTS_SHOWN - {State.SUBMITTED}
_EARLIER_READ = 12  # earlier checks of the subject in which the last answer is looked for


@dataclass(frozen=True)
class Earlier:
    """What the last check of the same subject showed of a control; ``inspected``: a self-inspection did."""

    number: str
    result: str
    note: str
    on: date
    inspected: bool


@dataclass(frozen=True)
class Attached:
    """A file of an item."""

    id: int
    name: str
    erased: bool
    link: bool
    version: int
    about_on: date
    expires_on: date | None


@dataclass(frozen=True)
class Entry:
    """One item with what stands of it."""

    id: int
    control: Control
    latest: ItemResult | None
    draft: str  # typed and not saved
    earlier: Earlier | None
    files: list[Attached] = field(default_factory=list)

    @property
    def result(self) -> str:
        return self.latest.result if self.latest else Result.NOT_CHECKED.value

    @property
    def note(self) -> str:
        return str(self.latest.note) if self.latest else ""

    @property
    def reason(self) -> str:
        return str(self.latest.reason) if self.latest else ""

    @property
    def answered(self) -> bool:
        return self.result != Result.NOT_CHECKED

    @property
    def nonconforming(self) -> bool:
        return self.result in NONCONFORMITIES

    @property
    def differs(self) -> bool:
        """Tell whether the answer is another one than last time."""
        return self.answered and self.earlier is not None and self.earlier.result != self.result


@dataclass(frozen=True)
class Group:
    """The items of one category."""

    id: int
    category: Category
    entries: list[Entry]

    @property
    def answered(self) -> int:
        return sum(entry.answered for entry in self.entries)


@dataclass(frozen=True)
class Step:
    """Where it came to stand, by whom, when, with what comment."""

    state: str
    who: str
    when: datetime
    comment: str
    outside: str = ""  # the person from outside whose decision it was
    decided_on: date | None = None
    paper: str = ""


@dataclass(frozen=True)
class Sheet:
    """A self-inspection with everything beside it."""

    audit: Audit
    name: str
    plan: AuditPlan
    groups: list[Group]
    steps: list[Step]  # the latest first
    respondents: list[tuple[int, str]]  # who is to answer: person and name

    @property
    def entries(self) -> list[Entry]:
        return [entry for group in self.groups for entry in group.entries]

    @property
    def answered(self) -> int:
        return sum(group.answered for group in self.groups)

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry in self.entries:
            found[entry.result] = found.get(entry.result, 0) + 1
        return found

    @property
    def title(self) -> str:
        return queries.title(self.audit, self.name)

    @property
    def comment(self) -> Step | None:
        """What was said when it was sent back, until it is submitted again."""
        return self.steps[0] if self.steps and self.steps[0].state == "returned" else None


def sheet(audit: Audit, actor: Actor, moment: Moment, language: str) -> Sheet:
    """Return the page of a self-inspection that was authorised; constant queries, whatever the number of items."""
    items = list(
        AuditItem.select(AuditItem, Control, Category)
        .join(Control)
        .join(Category)
        .where(AuditItem.audit == audit.id)
        .order_by(AuditItem.position, AuditItem.id)
    )
    mine = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit.id)
    standing = {row.item_id: row for row in ItemResult.standing(moment, ItemResult.item.in_(mine))}
    drafts = {
        row.item_id: row.note
        for row in ItemDraft.select().where(ItemDraft.item.in_(mine), ItemDraft.person == actor.person_id)
    }
    files = _files(mine, moment)
    before = _earlier(audit, moment)
    entries = [
        Entry(
            id=item.id,
            control=item.control,
            latest=standing.get(item.id),
            draft=drafts.get(item.id, ""),
            earlier=before.get(item.control.code),
            files=files.get(item.id, []),
        )
        for item in items
    ]
    return Sheet(
        audit=audit,
        name=queries.subject_name(audit.subject, moment, language),
        plan=queries.plan_of(audit.id, moment),
        groups=_grouped(entries),
        steps=_steps(audit, moment),
        respondents=_named(respondents.answering([audit], moment)[audit.id], moment),
    )


def _grouped(entries: Iterable[Entry]) -> list[Group]:
    found: dict[int, Group] = {}
    for entry in entries:
        category = entry.control.category
        found.setdefault(category.id, Group(category.id, category, [])).entries.append(entry)
    return list(found.values())


def _files(items: Any, moment: Moment) -> dict[int, list[Attached]]:
    rows = (
        ItemEvidence.standing(moment, ItemEvidence.item.in_(items))
        .select(ItemEvidence, Evidence, StoredFile)
        .join(Evidence)
        .join(StoredFile, JOIN.LEFT_OUTER)
        .where(ItemEvidence.held)
        .order_by(Evidence.given_at, Evidence.id)
    )
    found: dict[int, list[Attached]] = {}
    for row in rows:
        kept = row.evidence
        found.setdefault(row.item_id, []).append(
            Attached(
                kept.id,
                kept.name,
                is_erased(kept),
                kept.file is None,
                kept.version,
                kept.about_on,
                kept.expires_on,
            )
        )
    return found


def _earlier(audit: Audit, moment: Moment) -> dict[str, Earlier]:
    """Return by code what earlier checks of the subject last showed: three queries."""
    done = AuditState.standing(moment, AuditState.audit.in_(
        Audit.select(Audit.id).where(Audit.subject == audit.subject_id, Audit.id < audit.id)
    )).where(AuditState.state.in_([state.value for state in _DONE]))  # fmt: skip
    catalogue = CatalogueVersion.select(CatalogueVersion.catalogue).where(
        CatalogueVersion.id == audit.version_id
    )
    versions = CatalogueVersion.select(CatalogueVersion.id).where(CatalogueVersion.catalogue == catalogue)
    checks = {
        row.id: row
        for row in Audit.select()
        .where(Audit.id.in_(done.select(AuditState.audit)), Audit.version.in_(versions))
        .order_by(Audit.id.desc())
        .limit(_EARLIER_READ)
    }
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit.in_(list(checks)))
    rows = (
        ItemResult.standing(moment, ItemResult.item.in_(items))
        .select(ItemResult, AuditItem, Control)
        .join(AuditItem)
        .join(Control)
        .where(ItemResult.result != Result.NOT_CHECKED.value)
        .order_by(ItemResult.valid_from, ItemResult.id)
    )
    return {row.item.control.code: _told(row, checks[row.item.audit_id]) for row in rows}


def _told(row: ItemResult, audit: Audit) -> Earlier:
    inspected = audit.kind == AuditKind.SELF_INSPECTION
    return Earlier(audit.number, row.result, str(row.note), row.valid_from, inspected)


def _steps(audit: Audit, moment: Moment) -> list[Step]:
    rows = list(AuditState.select().where(AuditState.audit == audit.id).order_by(AuditState.id.desc()))
    names = people.names((row.recorded_by for row in rows), moment)
    decided = outside.decisions(row.id for row in rows)
    steps = []
    for row in rows:
        step = Step(row.state, names.get(row.recorded_by or 0, ""), row.recorded_at, str(row.comment))
        if (by := decided.get(row.id)) is not None:
            step = replace(step, outside=outside.name_of(by), decided_on=by.decided_on, paper=by.paper)
        steps.append(step)
    return steps


def _named(person_ids: Iterable[int], moment: Moment) -> list[tuple[int, str]]:
    wanted = list(person_ids)
    names = people.names(wanted, moment)
    return [(one, names.get(one, "")) for one in wanted]
