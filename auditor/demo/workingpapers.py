"""A working paper in the field: an auditor takes it along, fills it in and brings it back."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from functools import partial

from openpyxl import load_workbook

from auditor.audits.models import Audit, AuditItem
from auditor.audits.results import Result
from auditor.audits.workingpaper import issuing, returning
from auditor.audits.workingpaper.writing import COLUMNS, FIRST_ROW
from auditor.demo.audits import Audits
from auditor.demo.stage import Stage

_AUDIT, _AUDITOR = "T15", "005120"  # an audit that is being carried out, and one of its auditors
_ITEMS = 3


def enter(stage: Stage, audits: Audits) -> None:
    """Put the paper into the chronicle."""
    starts = next(one["starts"] for one in audits.told["audits"] if one["key"] == _AUDIT)
    stage.on(starts, partial(_take, stage, audits), 8, 30)


def _take(stage: Stage, audits: Audits, at: datetime) -> None:
    audit = Audit.get_by_id(audits.made[_AUDIT])
    _paper, content = issuing.issue(stage.actor(_AUDITOR, at), at, audit, "ja")
    stage.chronicle.add(
        at + timedelta(hours=9), partial(_bring_back, stage, audit.id, _filled(audit, content))
    )


def _filled(audit: Audit, content: bytes) -> bytes:
    """Return the paper with the last items that conform, which nobody gets to on the screen."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[1]
    items = AuditItem.select().where(AuditItem.audit == audit.id).count()
    for row in range(FIRST_ROW + items - _ITEMS, FIRST_ROW + items):
        sheet.cell(row, COLUMNS["result"]).value = str(Result.CONFORM.label)
        sheet.cell(row, COLUMNS["note"]).value = "倉庫で現物と記録を突き合わせ、差異のないことを確認した。"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bring_back(stage: Stage, audit_id: int, content: bytes, at: datetime) -> None:
    actor, audit = stage.actor(_AUDITOR, at), Audit.get_by_id(audit_id)
    upload = returning.stage(actor, at, audit, content, "監査調書_倉庫.xlsx")
    plan = returning.plan_of(audit, upload, at)
    returning.apply(actor, at, audit, upload, plan.digest, {})
