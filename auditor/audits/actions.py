"""The verbs of audits, each in the room where its rules stand."""

from __future__ import annotations

from auditor.audits.assigning import Appointee, NewAudit, assign
from auditor.audits.closing import close, close_finished, reopen
from auditor.audits.conducting import Answer, attach, detach, forget_draft, record_result, save_draft
from auditor.audits.deciding import approve, cancel, readiness, send_back, submit
from auditor.audits.exceptions import Outcome, recheck_independence, settle
from auditor.audits.occurrences import move_occurrence, skip_occurrence, take_back
from auditor.audits.opening import open_due
from auditor.audits.planning import change_auditors, move_plan
from auditor.audits.series import Recurrence, Terms, assign_recurring, change_terms, stop_series

__all__ = [
    "Answer",
    "Appointee",
    "NewAudit",
    "Outcome",
    "Recurrence",
    "Terms",
    "approve",
    "assign",
    "assign_recurring",
    "attach",
    "cancel",
    "change_auditors",
    "change_terms",
    "close",
    "close_finished",
    "detach",
    "forget_draft",
    "move_occurrence",
    "move_plan",
    "open_due",
    "readiness",
    "recheck_independence",
    "record_result",
    "reopen",
    "save_draft",
    "send_back",
    "settle",
    "skip_occurrence",
    "stop_series",
    "submit",
    "take_back",
]
