"""The published text of the demo company: last year's, and this year's with one sentence more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import DATA, Stage
from auditor.promises import actions, reading

_LAST = date(2025, 4, 1)


def enter(stage: Stage) -> None:
    """Put both texts into the chronicle."""
    stage.on(date(2025, 4, 2), partial(_publish, stage, True), 9)
    stage.on(date(2026, 3, 31), partial(_publish, stage, False), 17)


def _publish(stage: Stage, last: bool, at: datetime) -> None:
    text = reading.read(DATA / "policy.yaml")
    published_on = stage.calendar.shifted(_LAST if last else text.published_on)
    sentences = text.sentences[:-1] if last else text.sentences
    actions.publish(
        stage.actor(ADMINISTRATOR, at), replace(text, published_on=published_on, sentences=sentences), at
    )
