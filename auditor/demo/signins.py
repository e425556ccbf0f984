"""Who signs in to the demo, with which password, and what each should look at first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditor.access import application
from auditor.accounts.actions import set_password
from auditor.demo.stage import Stage

PASSWORD = "aoba-demo-2026"  # noqa: S105 of an invented company on the own machine


@dataclass(frozen=True)
class SignIn:
    """A line of the table."""

    number: str
    name: str
    role_ja: str
    role_en: str
    first_ja: str
    first_en: str


SIGN_INS = (
    SignIn("002215", "髙田 直子", "個人情報保護管理者", "Administrator", "今日の仕事、監査の割当て", "Worklist, assigning an audit"),
    SignIn("001874", "大西 恵", "個人情報保護監査責任者", "Head of audit", "承認待ちの監査、独立性", "Audits to approve, independence"),
    SignIn("005120", "髙橋 みのり", "監査員", "Auditor", "実施中の監査のチェックリスト", "The checklist of an audit"),
    SignIn("006611", "小林 誠", "部門責任者（営業第一部）", "Head of Sales 1", "部署の指摘事項と是正", "Findings and actions"),
    SignIn("003870", "山﨑 さくら", "従業者", "Employee", "途中の教育", "A course half read"),
    SignIn("008115", "Martin Weber", "従業者（英語）", "Employee (English)", "期限を過ぎた教育", "An overdue course"),
    SignIn("030001", "古川 節子", "従業者（メールなし）", "Employee, no e-mail", "社員番号でのサインイン", "Signs in by number"),
    SignIn("000001", "青葉 一樹", "代表者", "Representative", "概況、Excel出力", "Overview, the workbook"),
    SignIn("003541", "石川 智也", "運用担当者", "Operator", "定期処理、送信箱", "Jobs, outbox"),
)  # fmt: skip


def give_passwords(stage: Stage, at: datetime) -> None:
    """Give everybody of the table the demo's password."""
    for one in SIGN_INS:
        set_password(application("demo"), stage.person(one.number), PASSWORD, at)


def table(address: str) -> str:
    """Return what the command prints: where to go, and the sign-ins in both languages."""
    lines = [
        f"{address}   パスワードは全員 {PASSWORD} ／ everybody's password: {PASSWORD}",
        "",
        _row("社員番号", "氏名", "役割", "最初に見るところ", "role: look at first"),
    ]
    for one in SIGN_INS:
        lines.append(_row(one.number, one.name, one.role_ja, one.first_ja, f"{one.role_en}: {one.first_en}"))
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return "  ".join(_padded(cell, width) for cell, width in zip(cells, (8, 13, 26, 26, 0), strict=True))


def _padded(text: str, width: int) -> str:
    """Return ``text`` filled up to ``width`` columns, in which a Japanese character takes two."""
    from unicodedata import east_asian_width

    taken = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (width - taken)
