"""What the places are called in which people write."""

from __future__ import annotations

from typing import Any

from auditor.integrity.written import Text
from auditor.language import _l

TABLES: dict[str, Any] = {
    "action_detail": _l("Corrective action"),
    "action_state": _l("State of a corrective action"),
    "applicability": _l("Control that does not apply"),
    "assignment_due": _l("Due date of training"),
    "audit_assignee": _l("Auditor of an audit"),
    "audit_conclusion": _l("Texts of the report"),
    "audit_plan": _l("Dates of an audit"),
    "audit_state": _l("State of an audit"),
    "auditor_qualification": _l("Registration as auditor"),
    "cause": _l("Cause"),
    "cell_not_needed": _l("Cell of a programme"),
    "correction": _l("Correction"),
    "due_decision": _l("Decision on a due date"),
    "due_request": _l("Request for another due date"),
    "effectiveness_result": _l("Effectiveness check"),
    "erasure": _l("Erasure"),
    "evidence": _l("Evidence"),
    "exemption": _l("Exemption from training"),
    "finding_comment": _l("Message about a finding"),
    "finding_detail": _l("Finding"),
    "finding_state": _l("State of a finding"),
    "imported_audit": _l("Imported audit"),
    "independence_settlement": _l("Settling of broken independence"),
    "item_result": _l("Result of an audit item"),
    "outside_decision": _l("Decision by a person from outside"),
    "programme_entry_detail": _l("Planned check"),
    "programme_state": _l("State of a programme"),
    "series_occurrence": _l("Audit to come of a recurring audit"),
    "verification": _l("Verification"),
    "worry": _l("Report of a violation or concern"),
    "worry_state": _l("State of a report"),
    "year_opinion": _l("Opinion of the year's report"),
    "year_report_state": _l("State of the year's report"),
}
COLUMNS: dict[str, Any] = {
    "auditors": _l("Auditors"),
    "comment": _l("Comment"),
    "facts": _l("Facts"),
    "good_practice": _l("Good practice"),
    "method": _l("Method"),
    "grounds": _l("Qualified by"),
    "name": _l("File or person"),
    "note": _l("Note"),
    "opinion": _l("Conclusion"),
    "organisation": _l("Organisation"),
    "outside": _l("Person from outside"),
    "override_reason": _l("Reason"),
    "paper": _l("Where the paper lies"),
    "reason": _l("Reason"),
    "requests": _l("Asked of the representative"),
    "spoken_to": _l("Persons spoken to"),
    "source": _l("Received from"),
    "summary": _l("Conclusion"),
    "text": _l("What it says"),
    "title": _l("Title"),
    "url": _l("Web address"),
}


def place_of(text: Text) -> str:
    """Return what a text is: the table and the field in the reader's words."""
    return f"{TABLES.get(text.table, text.table)} · {COLUMNS.get(text.column, text.column)}"
