"""The verbs of audits, each in the room where its rules stand."""

from __future__ import annotations

from auditor.audits.assigning import Appointee, NewAudit, assign
from auditor.audits.closing import close, close_finished, reopen
from auditor.audits.conducting import Answer, attach, detach, forget_draft, record_result, save_draft
from auditor.audits.deciding import approve, cancel, readiness, send_back, submit
from auditor.audits.exceptions import Outcome, recheck_independence, settle
from auditor.audits.planning import change_auditors, move_plan
from auditor.audits.series import Recurrence, assign_recurring, open_due, stop_series

__all__ = [
    "Answer",
    "Appointee",
    "NewAudit",
    "Outcome",
    "Recurrence",
    "approve",
    "assign",
    "assign_recurring",
    "attach",
    "cancel",
    "change_auditors",
    "close",
    "close_finished",
    "detach",
    "forget_draft",
    "move_plan",
    "open_due",
    "readiness",
    "recheck_independence",
    "record_result",
    "reopen",
    "save_draft",
    "send_back",
    "settle",
    "stop_series",
    "submit",
]
