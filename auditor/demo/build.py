"""Makes the demo company: its years, told through the application's own actions, so that they end today."""

from __future__ import annotations

from datetime import datetime

from auditor.config import Settings
from auditor.demo import (
    auditors,
    company,
    erasing,
    history,
    postman,
    published,
    workingpapers,
    worries,
    yearly,
)
from auditor.demo.audits import Audits
from auditor.demo.calendar import Calendar
from auditor.demo.findings import Findings
from auditor.demo.inspections import Inspections
from auditor.demo.programme import Plan
from auditor.demo.signins import give_passwords
from auditor.demo.stage import Stage
from auditor.demo.training import Training
from auditor.scheduling import actions as scheduling


def build(settings: Settings, now: datetime) -> Stage:
    """Fill the empty, open database with the demo company as it is at ``now``, and return what was told.

    The same ``now`` gives the same company. Takes about half a minute.
    """
    stage = Stage(Calendar(now), settings.evidence_folder)
    company.enter(stage)
    findings = Findings(stage)
    findings.enter()
    auditors.enter(stage)
    audits = Audits(stage, findings.wrong(), findings.found)
    audits.enter()
    Plan(stage, audits).enter()
    workingpapers.enter(stage, audits)
    Inspections(stage).enter()

    worries.enter(stage)
    history.enter(stage)
    yearly.enter(stage)
    erasing.enter(stage)
    published.enter(stage)
    Training(stage).enter()
    postman.enter(stage)
    stage.chronicle.run(now)
    give_passwords(stage, now)
    scheduling.run_all(settings, now)
    return stage
