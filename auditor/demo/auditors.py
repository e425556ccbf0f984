"""The register of auditors of the demo company: who was trained when, one renewed, one whose last day is near."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from auditor.audits import register
from auditor.dated import Moment
from auditor.demo.audits import HEAD_OF_AUDIT
from auditor.demo.stage import Stage, told


def enter(stage: Stage) -> None:
    """Put the entries and renewals of ``data/audits.yaml`` into the chronicle."""
    whole = told("audits")
    for one in whole["register"]:
        number = whole["people"][one["person"]]
        stage.on(one["day"], partial(_register, stage, number, one), 10, 30)
        if "renewed" in one:
            stage.on(one["renewed"]["day"], partial(_renew, stage, number, one["renewed"]), 10, 30)


def _register(stage: Stage, number: str, one: dict[str, Any], at: datetime) -> None:
    since = stage.calendar.shifted(one["since"])
    actor = stage.actor(HEAD_OF_AUDIT, at)
    register.enter(actor, at, stage.person(number), since, _until(stage, one.get("until")), one["grounds"])


def _renew(stage: Stage, number: str, one: dict[str, Any], at: datetime) -> None:
    person = stage.person(number)
    row = register.entry(person, Moment.at(at))
    until, actor = _until(stage, one.get("until")), stage.actor(HEAD_OF_AUDIT, at)
    register.renew(actor, at, person, until, one["grounds"], row.id)


def _until(stage: Stage, day: date | None) -> date | None:
    """Return the last day as the demo has it: a near one keeps its distance from today, others their month."""
    if day is None:
        return None
    return stage.calendar.day(day) if day < date(2027, 4, 1) else stage.calendar.shifted(day)
