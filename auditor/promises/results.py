"""What audits last showed of controls: one row a control and subject, as of a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from peewee import JOIN, ModelSelect, fn

from auditor import db
from auditor.access import Actor
from auditor.audits import queries as audits
from auditor.audits.models import Audit, AuditItem, AuditState, ItemResult
from auditor.audits.results import RESULTS_SHOWN, Result
from auditor.catalogue.models import CatalogueVersion, Control
from auditor.catalogue.queries import LastResult
from auditor.dated import Moment
from auditor.findings.models import Finding

NOT_COUNTED = Result.NOT_CHECKED.value


def last(moment: Moment, codes: Collection[str], *where: Any) -> ModelSelect[ItemResult]:
    """Return the last result of each control on each subject; ``where`` narrows by Audit and CatalogueVersion.

    Only results of audits that were submitted or approved at ``moment`` count: what an auditor still works on
    may change. "Not checked" is no result. Selects nothing but ids: wrap it in ``ItemResult.id.in_``.
    """
    items = AuditItem.select(AuditItem.id).join(Control).where(Control.code.in_(list(codes)))
    standing = ItemResult.standing(moment, ItemResult.item.in_(items)).select(ItemResult.id)
    done = AuditState.standing(moment).where(AuditState.state.in_([one.value for one in RESULTS_SHOWN]))
    rank = (
        fn.ROW_NUMBER()
        .over(
            partition_by=[Control.code, Audit.subject],
            order_by=[ItemResult.valid_from.desc(), ItemResult.recorded_at.desc(), ItemResult.id.desc()],
        )
        .alias("place")
    )
    ranked = (
        ItemResult.select(ItemResult.id, rank)
        .join(AuditItem)
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .join(CatalogueVersion)
        .where(
            ItemResult.id.in_(standing),
            ItemResult.result != NOT_COUNTED,
            Audit.id.in_(done.select(AuditState.audit)),
            *where,
        )
        .alias("ranked")
    )
    query: ModelSelect[ItemResult] = ItemResult.select(ranked.c.id).from_(ranked).where(ranked.c.place == 1)
    return query


def counted(moment: Moment, codes: Collection[str]) -> list[tuple[str, str, bool, int, date]]:
    """Return code, result, whether a finding was recorded on it, how many subjects, the newest day: one query."""
    with_finding = Finding.id.is_null(False)
    rows = (
        ItemResult.select(
            Control.code,
            ItemResult.result,
            with_finding,
            fn.COUNT(ItemResult.id),
            fn.MAX(ItemResult.valid_from),
        )
        .join(AuditItem)
        .join(Control)
        .switch(AuditItem)
        .join(
            Finding,
            JOIN.LEFT_OUTER,
            on=((Finding.item == AuditItem.id) & (Finding.recorded_at <= moment.instant)),
        )
        .where(ItemResult.id.in_(last(moment, codes)))
        .group_by(Control.code, ItemResult.result, with_finding)
    )
    return [
        (code, result, bool(found), count, _day(day)) for code, result, found, count, day in db.tuples(rows)
    ]


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def rows(
    actor: Actor, codes: Collection[str], moment: Moment, now: datetime, *where: Any
) -> list[LastResult]:
    """Return the last results as of ``moment`` that the actor may open ``now``, by control: one query."""
    query = (
        ItemResult.select(
            ItemResult.result, ItemResult.valid_from, Audit.id, Audit.number, Audit.subject, Control.code
        )
        .join(AuditItem)
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .where(ItemResult.id.in_(last(moment, codes, *where)), audits.seen_by(actor, now))
        .order_by(Control.code, ItemResult.valid_from.desc(), ItemResult.id)
    )
    return [
        LastResult(subject, result, _day(day), audit_id, number, code)
        for result, day, audit_id, number, subject, code in db.tuples(query)
    ]


def last_results(actor: Actor, catalogue_id: int, code: str, moment: Moment) -> list[LastResult]:
    """Return the last results of one control for its page (hook of auditor.catalogue.queries)."""
    return rows(actor, [code], moment, moment.instant, CatalogueVersion.catalogue == catalogue_id)
