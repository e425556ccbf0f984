"""What a working paper shows: every item with what stands, last time's result and the open findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from peewee import Case

from auditor import db
from auditor.access import Actor
from auditor.audits import queries
from auditor.audits.inspections import people as respondents
from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.results import AUDITS, RESULTS_SHOWN, AuditKind, Result, State
from auditor.catalogue.models import CatalogueVersion, Category, Control
from auditor.dated import Moment
from auditor.language import pick
from auditor.people import queries as people

# Filled in by auditor.reactions: by control code, the open findings on the subject that the person may see.
findings_of_subject: list[Callable[[Actor, Audit, Moment], dict[str, list[queries.OpenFinding]]]] = []


@dataclass(frozen=True)
class Before:
    """What the last finished check of the subject found at the same control."""

    result: Result
    note: str
    number: str
    on: date


@dataclass(frozen=True)
class Item:
    """An item with its control, in one language."""

    id: int
    position: int
    code: str
    category: str
    title: str
    question: str
    guidance: str


@dataclass(frozen=True)
class Row:
    """One item as the paper shows it."""

    item: Item
    based_on: int  # id of the result that stands; 0 for none
    result: Result
    note: str
    reason: str
    before: Before | None = None
    findings: list[queries.OpenFinding] = field(default_factory=list)


@dataclass(frozen=True)
class Content:
    """Everything that stands in the file."""

    audit: Audit
    subject: str
    kind: AuditKind
    version: str
    persons: list[str]  # who audit, or who answer the self-inspection
    starts_on: date
    due_on: date
    rows: list[Row]


def content_of(actor: Actor, audit: Audit, moment: Moment, language: str) -> Content:
    """Return what a paper of the audit shows, in the language that is spoken: ten queries, whatever the number."""
    standing = results_standing(audit.id, moment)
    before = _before(audit, moment)
    findings: dict[str, list[queries.OpenFinding]] = {}
    for ask in findings_of_subject:
        findings |= ask(actor, audit, moment)
    rows = [_row(item, standing.get(item.id), before, findings) for item in items_of(audit.id, language)]
    persons = _persons(audit, moment)
    names = people.names(persons, moment)
    plan = queries.plan_of(audit.id, moment)
    version = CatalogueVersion.get_by_id(audit.version_id)
    return Content(
        audit=audit,
        subject=queries.subject_name(audit.subject, moment, language),
        kind=AuditKind(audit.kind),
        version=f"{pick(version, 'title')} {version.version}",
        persons=[names.get(one, "") for one in persons],
        starts_on=plan.starts_on,
        due_on=plan.due_on,
        rows=rows,
    )


def _persons(audit: Audit, moment: Moment) -> list[int]:
    if audit.kind not in AUDITS:
        return list(respondents.answering([audit], moment)[audit.id])
    return [post.person_id for post in queries.auditors([audit.id], moment).get(audit.id, [])]


def items_of(audit_id: int, language: str) -> list[Item]:
    """Return the items in their order: one query, as plain values, since an audit can have a thousand."""
    texts = [
        _said(language, Category.title_ja, Category.title_en),
        _said(language, Control.title_ja, Control.title_en),
        _said(language, Control.question_ja, Control.question_en),
        _said(language, Control.guidance_ja, Control.guidance_en),
    ]
    query = (
        AuditItem.select(AuditItem.id, AuditItem.position, Control.code, *texts)
        .join(Control)
        .join(Category)
        .where(AuditItem.audit == audit_id)
        .order_by(AuditItem.position, AuditItem.id)
    )
    return [Item(*values) for values in db.tuples(query)]


def _said(language: str, ja: Any, en: Any) -> Any:
    """Return the text of a language, the other one's where it is empty."""
    own, other = (ja, en) if language == "ja" else (en, ja)
    return Case(None, [(own != "", own)], other)


def results_standing(audit_id: int, moment: Moment) -> dict[int, ItemResult]:
    """Return by item the result that stands: one query."""
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit_id)
    return {row.item_id: row for row in ItemResult.standing(moment, ItemResult.item.in_(items))}


def _row(
    item: Item,
    standing: ItemResult | None,
    before: dict[str, Before],
    findings: dict[str, list[queries.OpenFinding]],
) -> Row:
    return Row(
        item=item,
        based_on=standing.id if standing else 0,
        result=Result(standing.result) if standing else Result.NOT_CHECKED,
        note=standing.note if standing else "",
        reason=standing.reason if standing else "",
        before=before.get(item.code),
        findings=findings.get(item.code, []),
    )


def _before(audit: Audit, moment: Moment) -> dict[str, Before]:
    """Return by control code what earlier checks of the subject found last, audits apart from self-inspections."""
    of_kind = Audit.kind.in_(AUDITS if audit.kind in AUDITS else [audit.kind])
    finished = [state.value for state in RESULTS_SHOWN - {State.SUBMITTED}]
    catalogue = CatalogueVersion.select(CatalogueVersion.catalogue).where(
        CatalogueVersion.id == audit.version_id
    )
    items: Any = (
        AuditItem.select(AuditItem.id)
        .join(Audit)
        .join(CatalogueVersion)
        .where(
            of_kind,
            Audit.subject == audit.subject_id,
            Audit.id < audit.id,
            Audit.current_state.in_(finished),
            CatalogueVersion.catalogue.in_(catalogue),
        )
    )
    rows: Any = (
        ItemResult.standing(moment, ItemResult.item.in_(items))
        .select(ItemResult, AuditItem, Audit, Control)
        .join(AuditItem)
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .where(ItemResult.result != Result.NOT_CHECKED.value)
        .order_by(ItemResult.valid_from, ItemResult.id)
    )
    return {
        row.item.control.code: Before(Result(row.result), row.note, row.item.audit.number, row.valid_from)
        for row in rows
    }
