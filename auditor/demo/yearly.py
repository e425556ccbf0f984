"""The reports of the demo years to the representative: last year's accepted, this year's begun."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from auditor.demo.audits import HEAD_OF_AUDIT
from auditor.demo.stage import Stage
from auditor.reports import yearly

REPRESENTATIVE = "000001"
_LAST = {
    "opinion": "個人情報の取扱いは、規程に沿っておおむね適切に行われている。計画した監査はすべて実施した。"
    "アクセス権の削除の遅れと持出しの記録の不備が複数の部署で見られ、是正処置を進めている。",
    "requests": "情報システム部の監査には専門の知識が要る。監査員の研修の予算を次年度に計上していただきたい。",
}
_THIS = {
    "opinion": "上期の監査は計画どおり進んでいる。期限を過ぎた是正処置が残っており、部門責任者と対応を確認している。"
}


def enter(stage: Stage) -> None:
    """Put both reports into the chronicle."""
    label = stage.calendar.year.label - 1
    stage.on(date(2026, 4, 13), partial(_write, stage, label, _LAST), 14)
    stage.on(date(2026, 4, 15), partial(_submit, stage, label), 16)
    stage.on(date(2026, 4, 21), partial(_accept, stage, label), 17)
    stage.on(date(2026, 11, 16), partial(_write, stage, label + 1, _THIS), 14)


def _write(stage: Stage, label: int, texts: dict[str, str], at: datetime) -> None:
    yearly.write(stage.actor(HEAD_OF_AUDIT, at), at, label, texts)


def _submit(stage: Stage, label: int, at: datetime) -> None:
    yearly.submit(stage.actor(HEAD_OF_AUDIT, at), at, label)


def _accept(stage: Stage, label: int, at: datetime) -> None:
    comment = "確認しました。監査員の研修の予算は次年度に計上します。"
    yearly.accept(stage.actor(REPRESENTATIVE, at), at, label, comment)
