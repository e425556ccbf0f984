"""A text about a person that was erased in the demo year, because the person asked."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage
from auditor.findings.models import WorryState
from auditor.integrity import texts, written

_REASON = "本人から、業務に関係のない座席の記述を消してほしいとの申出があったため。"


def enter(stage: Stage) -> None:
    """Put the erasure into the chronicle."""
    stage.on(date(2026, 7, 6), partial(_erase, stage), 15, 20)


def _erase(stage: Stage, at: datetime) -> None:
    actor = stage.actor(ADMINISTRATOR, at)
    said = WorryState.select(WorryState.id).where(WorryState.comment != "").order_by(WorryState.id).get()
    texts.erase_texts(actor, written.chosen(actor, [f"worry_state:{said.id}:comment"]), _REASON, at)
