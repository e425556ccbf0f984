"""What audits last showed of controls: one row a control and subject, as of a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from peewee import fn

from auditor import db
from auditor.access import Actor
from auditor.audits import queries as audits
from auditor.audits.inspections import queries as inspections
from auditor.audits.models import Audit, AuditItem, AuditState, ItemResult
from auditor.audits.results import NONCONFORMITIES, RESULTS_SHOWN, AuditKind, Result
from auditor.catalogue.models import CatalogueVersion, Control
from auditor.catalogue.queries import LastResult
from auditor.dated import Moment
from auditor.findings.models import Finding

NOT_COUNTED = Result.NOT_CHECKED.value
COLUMNS = ("id", "item_id", "audit_id", "subject_id", "code", "result", "valid_from", "recorded_at")


def last(moment: Moment, codes: Collection[str], *where: Any) -> Any:
    """Return the last result of each control on each subject; ``where`` narrows by Audit and CatalogueVersion.

    Only results of audits that were submitted or approved at ``moment`` count: what an auditor still works on
    may change. "Not checked" is no result. Columns: id, item_id, audit_id, subject_id, code, result, valid_from.
    The rows are read once and ranked twice: by item what stands (as DatedRow.standing does), then by control and
    subject which is the newest.
    """
    withdrawn = ItemResult.alias()
    corrected = withdrawn.select(withdrawn.replaces).where(
        withdrawn.corrects & (withdrawn.recorded_at <= moment.instant) & withdrawn.replaces.is_null(False)
    )
    done = AuditState.standing(moment).where(AuditState.state.in_([one.value for one in RESULTS_SHOWN]))
    order = [ItemResult.valid_from.desc(), ItemResult.recorded_at.desc(), ItemResult.id.desc()]
    stands = fn.ROW_NUMBER().over(partition_by=[ItemResult.item], order_by=order).alias("stands")
    known = (
        ItemResult.select(
            ItemResult.id, ItemResult.item, ItemResult.result, ItemResult.valid_from, ItemResult.recorded_at,
            AuditItem.audit, Audit.subject, Control.code, stands,
        )
        .join(AuditItem)
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .join(CatalogueVersion)
        .where(
            ItemResult.valid_from <= moment.day,
            ItemResult.recorded_at <= moment.instant,
            ItemResult.id.not_in(corrected),
            Control.code.in_(list(codes)),
            Audit.id.in_(done.select(AuditState.audit)),
            *where,
        )
        .alias("known")
    )  # fmt: skip
    newest = fn.ROW_NUMBER().over(
        partition_by=[known.c.code, known.c.subject_id],
        order_by=[known.c.valid_from.desc(), known.c.recorded_at.desc(), known.c.id.desc()],
    )
    shown = [getattr(known.c, name) for name in COLUMNS]
    standing = (
        ItemResult.select(*shown, newest.alias("newest"))
        .from_(known)
        .where((known.c.stands == 1) & (known.c.result != NOT_COUNTED))
        .alias("standing")
    )
    columns = [getattr(standing.c, name) for name in COLUMNS]
    return ItemResult.select(*columns).from_(standing).where(standing.c.newest == 1)


def counted(moment: Moment, codes: Collection[str]) -> list[tuple[str, str, int, date]]:
    """Return by control and result how many subjects, and the newest day: one query."""
    found = last(moment, codes).alias("found")
    query = (
        ItemResult.select(found.c.code, found.c.result, fn.COUNT(found.c.id), fn.MAX(found.c.valid_from))
        .from_(found)
        .group_by(found.c.code, found.c.result)
    )
    return [(code, result, count, _day(day)) for code, result, count, day in db.tuples(query)]


def without_finding(moment: Moment, codes: Collection[str]) -> list[tuple[str, str, int]]:
    """Return by control how many last results are nonconformities that no finding names yet: one query."""
    found = last(moment, codes).alias("found")
    named = Finding.select(Finding.item).where(
        Finding.recorded_at <= moment.instant, Finding.item.is_null(False)
    )
    query = (
        ItemResult.select(found.c.code, found.c.result, fn.COUNT(found.c.id))
        .from_(found)
        .where(found.c.result.in_([one.value for one in NONCONFORMITIES]) & found.c.item_id.not_in(named))
        .group_by(found.c.code, found.c.result)
    )
    return db.tuples(query)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def rows(
    actor: Actor, codes: Collection[str], moment: Moment, now: datetime, *where: Any
) -> list[LastResult]:
    """Return the last results as of ``moment`` that the actor may open ``now``, by control: one query."""
    found = last(moment, codes, *where).alias("found")
    seen = audits.seen_by(actor, now) | inspections.seen_by(actor, now)
    visible = Audit.select(Audit.id, Audit.number, Audit.kind).where(seen).alias("visible")
    query = (
        ItemResult.select(
            found.c.subject_id, found.c.result, found.c.valid_from, found.c.audit_id, visible.c.number, found.c.code,
            visible.c.kind,
        )
        .from_(found, visible)
        .where(found.c.audit_id == visible.c.id)
        .order_by(found.c.code, found.c.valid_from.desc(), found.c.id)
    )  # fmt: skip
    return [
        LastResult(subject, result, _day(day), audit_id, number, code, kind == AuditKind.SELF_INSPECTION)
        for subject, result, day, audit_id, number, code, kind in db.tuples(query)
    ]


def last_results(actor: Actor, catalogue_id: int, code: str, moment: Moment) -> list[LastResult]:
    """Return the last results of one control for its page (hook of auditor.catalogue.queries)."""
    return rows(actor, [code], moment, moment.instant, CatalogueVersion.catalogue == catalogue_id)
