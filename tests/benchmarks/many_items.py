"""A checklist of 1,200 items, and as many items of other audits beside it as a benchmark asks for."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from auditor import activity, db
from auditor.access import application
from auditor.audits.models import Audit, AuditItem, AuditPlan, AuditState, ItemResult
from auditor.catalogue.models import Category, Control, Subject, SubjectDetail
from tests.audits.making import assigned
from tests.cast import NOW, Cast

ITEMS = 1_200
_SUBJECTS = 300
FILLED = activity.event_type("bench.audits_filled", "Audits filled", "count")
_JA = [
    "個人データ",
    "取扱区域",
    "委託先",
    "アクセス権",
    "持出し",
    "記録媒体",
    "教育",
    "台帳",
    "廃棄",
    "漏えい等",
    "点検",
    "規程",
    "認証",
    "暗号化",
    "施錠",
]
_EN = [
    "personal data",
    "handling areas",
    "contractors",
    "access rights",
    "removal",
    "media",
    "training",
    "ledgers",
    "disposal",
    "leaks",
]
_DONE_JA = [
    "定期的に見直している",
    "承認を得て行っている",
    "記録を残している",
    "責任者を定めている",
    "期限までに行っている",
]
_DONE_EN = [
    "reviewed at fixed times",
    "done with approval",
    "recorded",
    "given to a named person",
    "done in time",
]


def large_audit(cast: Cast) -> Audit:
    """Return an audit of the cast with 1,200 items, assigned through the action."""
    return assigned(cast, codes=_controls(cast))


def _controls(cast: Cast) -> list[str]:
    """Write 1,200 controls in twelve categories, with texts as long and as different as those of a real list."""
    chosen = random.Random(7)
    with activity.action(application("bench"), NOW):
        categories = [
            Category.create(
                version=cast.version, key=f"c{n}", title_ja=f"管理策の分類 {n + 1}", title_en=f"Category {n + 1}",
                position=10 + n,
            ).id
            for n in range(12)
        ]  # fmt: skip
        Control.add_many(
            {
                "version": cast.version, "category": categories[n // 100], "code": f"L{n // 100 + 1:02d}-{n % 100 + 1:03d}",
                "target": "department", "basis": "measure", "frequency": "annual", "details": {}, "search_key": f"l{n}",
                "title_ja": f"{chosen.choice(_JA)}の{chosen.choice(_JA)}を{chosen.choice(_DONE_JA)}こと",
                "title_en": f"{chosen.choice(_EN)} of {chosen.choice(_EN)} are {chosen.choice(_DONE_EN)}".capitalize(),
                "question_ja": f"{n + 1}番の管理策は守られているか。", "question_en": f"Is control {n + 1} kept?",
                "guidance_ja": "記録を見る。", "guidance_en": "Read the record.", "position": 100 + n,
            }
            for n in range(ITEMS)
        )  # fmt: skip
        activity.record(FILLED, count=ITEMS)
    rows = (
        Control.select(Control.code, Control.id)
        .where(Control.code.startswith("L"))
        .order_by(Control.position)
    )
    for code, number in db.tuples(rows):
        cast.control[code] = number
    return [code for code, _number in db.tuples(rows)]


def fill(cast: Cast, items: int, like: Audit) -> None:
    """Have the database hold ``items`` items: audits like ``like`` of past years, approved, every item answered.

    Written by the database itself, past the log: a benchmark measures what reads and saves cost beside them.
    """
    before = Audit.select().count()
    wanted = items // ITEMS - before
    subjects = _subjects()
    moment = NOW - timedelta(days=400)
    with activity.action(application("bench"), NOW):
        Audit.add_many(
            {
                "number": f"B{before + n:05d}", "kind": "operation", "subject": subjects[(before + n) % len(subjects)],
                "version": cast.version, "fiscal_year": 2025, "period_from": "2025-04-01", "period_to": "2025-09-30",
                "created_at": moment, "current_state": "approved",
            }
            for n in range(wanted)
        )  # fmt: skip
        fresh = [
            row.id
            for row in Audit.select(Audit.id).where(Audit.number.startswith("B"), Audit.created_at == moment)
        ]
        known = set(fresh) - {row.audit_id for row in AuditPlan.select(AuditPlan.audit)}
        dated = {"valid_from": "2025-10-10", "recorded_at": moment, "recorded_by": cast.person["auditor"]}
        AuditPlan.add_many(
            {**dated, "audit": one, "starts_on": "2025-10-01", "due_on": "2025-10-20"}
            for one in sorted(known)
        )
        AuditState.add_many({**dated, "audit": one, "state": "approved"} for one in sorted(known))
        activity.record(FILLED, count=len(known))
    if known:
        _items_and_results(min(known), like.id)
    db.database.execute_sql("ANALYZE")


def _items_and_results(first: int, like: int) -> None:
    """Write the items of the audits from ``first`` on, and a result of each, in two statements."""
    mark = "?" if db.is_sqlite() else "%s"
    item, result = AuditItem._meta.table_name, ItemResult._meta.table_name
    spread = "CASE WHEN position = position / 20 * 20 THEN 'minor' ELSE 'conform' END"
    with db.transaction():
        db.database.execute_sql(
            f"INSERT INTO {item} (action, audit_id, control_id, position, current_result)"
            f" SELECT audit.action, audit.id, one.control_id, one.position, {spread}"
            f" FROM audit, {item} AS one WHERE audit.id >= {mark} AND one.audit_id = {mark}"
            f" AND audit.current_state = 'approved' ORDER BY audit.id, one.position",
            (first, like),
        )
        db.database.execute_sql(
            f"INSERT INTO {result} (action, valid_from, recorded_at, recorded_by, corrects, item_id, result, note, reason)"
            f" SELECT action, '2025-10-10', {mark}, 1, {'0' if db.is_sqlite() else 'FALSE'}, id, current_result,"
            f" '記録を見て、担当者に聞いた。', '' FROM {item} WHERE audit_id >= {mark} AND current_result <> 'not_checked'",
            (ItemResult.recorded_at.db_value(NOW - timedelta(days=400)), first),
        )


def _subjects() -> list[int]:
    """Return 300 subjects that are no departments; those of the cast among them would have 100 years of audits."""
    have = Subject.select(Subject.id).where(Subject.code.startswith("BENCH-")).order_by(Subject.id)
    if not have.count():
        with activity.action(application("bench"), NOW):
            Subject.add_many({"kind": "system", "code": f"BENCH-{n:03d}"} for n in range(_SUBJECTS))
            SubjectDetail.add_many(
                {
                    "valid_from": "2025-04-01",
                    "recorded_at": NOW - timedelta(days=500),
                    "subject": one.id,
                    "name_ja": "システム",
                }
                for one in have
            )
            activity.record(FILLED, count=_SUBJECTS)
    departments: list[Any] = [
        row.id for row in Subject.select(Subject.id).where(Subject.kind == "department")
    ]
    return [*(row.id for row in have), *departments]
