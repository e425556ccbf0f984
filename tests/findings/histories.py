"""History files as bytes, for tests: audits, results and findings of the year before."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

AUDITS = [
    "監査番号",
    "監査対象",
    "監査の種類",
    "対象期間開始",
    "対象期間終了",
    "実施日",
    "承認日",
    "監査員",
    "総括",
]
RESULTS = ["監査番号", "管理策", "結果", "所見"]
FINDINGS = [
    "指摘番号", "監査番号", "監査対象", "管理策", "件名", "事実", "判定", "対応部署", "指摘日", "期限", "状態",
    "完了日", "経過",
]  # fmt: skip
AUDIT = {
    "監査番号": "監2025-01", "監査対象": "営業第一部", "監査の種類": "運用監査", "対象期間開始": "令和7年4月1日",
    "対象期間終了": "R7.9.30", "実施日": "２０２５／１０／１４", "承認日": 45966, "監査員": "髙橋みのり、外部 太郎",
    "総括": "おおむね守られている。",
}  # fmt: skip
RESULT = {"監査番号": "監2025-01", "管理策": "TEC-01", "結果": "軽微", "所見": "12名のうち3名。"}
FINDING = {
    "指摘番号": "指2025-01", "監査番号": "監2025-01", "管理策": "TEC-01", "件名": "権限が残っている",
    "事実": "異動した3名の権限が残っていた。", "判定": "軽微な不適合", "指摘日": "2025-10-15", "期限": "2026-12-18",
    "状態": "未完了", "経過": "3名の権限は削除した。",
}  # fmt: skip


def workbook(
    audits: list[dict[str, Any]] | None = None,
    results: list[dict[str, Any]] | None = None,
    findings: list[dict[str, Any]] | None = None,
) -> bytes:
    """The three sheets; one audit, one result and one finding where none are given."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    tables = (
        ("監査", AUDITS, [AUDIT] if audits is None else audits),
        ("結果", RESULTS, [RESULT] if results is None else results),
        ("指摘", FINDINGS, [FINDING] if findings is None else findings),
    )
    for title, headings, rows in tables:
        sheet = book.create_sheet(title)
        sheet.append(headings)
        for row in rows:
            sheet.append([row.get(heading) for heading in headings])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
