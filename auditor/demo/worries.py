"""Reports of a violation or a worry in the demo year, and how they were dealt with."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from auditor.access import Role
from auditor.demo.audits import HEAD_OF_AUDIT
from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage, told
from auditor.findings import worries
from auditor.findings.models import Finding, Worry
from auditor.findings.states import WorryStep


def enter(stage: Stage) -> None:
    """Put the reports into the chronicle."""
    for one in told("worries"):
        stage.on(one["day"], partial(_report, stage, one), 12, 35)


def _report(stage: Stage, one: dict[str, Any], at: datetime) -> None:
    # Somebody without a name is any employee: neither the row nor the log keeps who.
    actor = stage.actor(one["by"] or "007960", at)
    worry = worries.report(
        actor, at, one["text"], Role(one.get("to", "administrator")), anonymous=one["by"] is None
    )
    for day, *step in one.get("steps", []):
        stage.on(day, partial(_move, stage, one, worry.id, *step), 16, 15)


def _move(stage: Stage, one: dict[str, Any], worry_id: int, step: str, comment: str, *rest: Any) -> None:
    *finding, at = rest
    reader = HEAD_OF_AUDIT if one.get("to") == "head_of_audit" else ADMINISTRATOR
    led_to = Finding.get(Finding.number == stage.numbers[finding[0]]) if finding else None
    worries.move(stage.actor(reader, at), at, Worry.get_by_id(worry_id), WorryStep(step), comment, led_to)
