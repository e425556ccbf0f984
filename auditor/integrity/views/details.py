"""What an event of the log says, in the reader's language: its keys, and the states and kinds among its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auditor.accounts.words import ROLE_LABELS
from auditor.activity import ActivityEvent
from auditor.audits.exceptions import OUTCOME_LABELS
from auditor.audits.programme.words import STATE_LABELS as PROGRAMME_STATE_LABELS
from auditor.audits.results import RESULT_LABELS, STATE_LABELS
from auditor.company import forms as company
from auditor.integrity.words import COLUMNS, TABLES
from auditor.language import LANGUAGES, _, _l
from auditor.notifications.retrying import REASONS as MAIL_REASONS
from auditor.people.kinds import EMPLOYMENT_STATUS_LABELS, UNIT_LEVEL_LABELS

KEYS: dict[str, Any] = {
    "about": _l("Reminders about"),
    "accepted": _l("Accepted"),
    "active": _l("In use"),
    "added": _l("Added"),
    "after": _l("State after"),
    "answer": _l("Answer"),
    "applied": _l("Taken over"),
    "applies": _l("Applies"),
    "as_of": _l("As of"),
    "asked": _l("Asked"),
    "assigned": _l("People assigned"),
    "assignment": _l("Training of a person"),
    "attempt": _l("Quiz attempt"),
    "attestation": _l("Attestation"),
    "audit": _l("Audit"),
    "auditors": _l("Auditors"),
    "audits": _l("Audits"),
    "before": _l("State before"),
    "catalogue": _l("Catalogue"),
    "category": _l("Category"),
    "change": _l("Change"),
    "changed": _l("Changed"),
    "check": _l("Effectiveness check"),
    "closed": _l("Closed on this day"),
    "code": _l("Code"),
    "column": _l("Field"),
    "columns": _l("Fields covered"),
    "comment": _l("Message"),
    "company": _l("Company"),
    "content_hash": _l("Digest of the content"),
    "controls": _l("Controls"),
    "correct": _l("Right answers"),
    "corrective_action": _l("Corrective action"),
    "count": _l("Count"),
    "course": _l("Course"),
    "day": _l("Day"),
    "decision": _l("Decision"),
    "department": _l("Department"),
    "departments": _l("Departments"),
    "deputy": _l("Deputy"),
    "detail": _l("Terms"),
    "digest": _l("Digest"),
    "due": _l("Due"),
    "due_on": _l("Due date"),
    "effective": _l("Effective"),
    "effective_from": _l("Holds from"),
    "ends_on": _l("Until"),
    "entry": _l("Planned check"),
    "erasure": _l("Erasure"),
    "evidence": _l("Evidence"),
    "exception": _l("Exception"),
    "exemption": _l("Exemption"),
    "file": _l("File"),
    "files": _l("Evidence files"),
    "finding": _l("Finding"),
    "findings": _l("Findings"),
    "fiscal_year": _l("Fiscal year"),
    "gaps": _l("Cells not covered"),
    "granted": _l("Granted"),
    "hash": _l("Digest"),
    "head": _l("End of the log"),
    "held": _l("Holds"),
    "history": _l("Earlier years"),
    "inspections": _l("Self-inspections"),
    "inspection": _l("Self-inspection"),
    "item": _l("Item"),
    "items": _l("Items"),
    "kept": _l("Left as it was"),
    "key": _l("Setting"),
    "lacking": _l("Evidence not in it"),
    "language": _l("Language"),
    "lead": _l("Lead auditor"),
    "left": _l("Left the company"),
    "links": _l("Links to controls"),
    "lost": _l("Events lost"),
    "made_at": _l("Backup made at"),
    "mail": _l("Mail"),
    "mails": _l("Mails"),
    "measures": _l("Measures"),
    "moved": _l("Moved"),
    "needed": _l("Needed"),
    "new": _l("New"),
    "notice": _l("Audit notice"),
    "now": _l("Digest after"),
    "number": _l("Number"),
    "objected": _l("Objected to"),
    "occurrence": _l("Date of the rule"),
    "outcome": _l("Outcome"),
    "owner": _l("Owner"),
    "paper": _l("Working paper"),
    "part": _l("Part"),
    "passed": _l("Passed"),
    "person": _l("Person"),
    "persons": _l("People"),
    "place": _l("Rule of the plan"),
    "policy": _l("Published text"),
    "principal": _l("Stood in for"),
    "programme": _l("Audit programme"),
    "promise": _l("Promise"),
    "published_on": _l("Published on"),
    "questions": _l("Questions"),
    "reason": _l("Reason"),
    "removed": _l("Removed"),
    "replaced": _l("In the place of an earlier one"),
    "replaces": _l("Replaces"),
    "request": _l("Request"),
    "result": _l("Result"),
    "results": _l("Results"),
    "role": _l("Role"),
    "roster_import": _l("Roster import"),
    "round": _l("Round"),
    "row": _l("Row"),
    "rows": _l("Rows"),
    "rule": _l("Training rule"),
    "rules": _l("Rules"),
    "sentences": _l("Sentences"),
    "series": _l("Recurring audit"),
    "sha256": _l("Digest of the file"),
    "size": _l("Size"),
    "source": _l("How it was planned"),
    "starts": _l("Starts"),
    "starts_on": _l("From"),
    "state": _l("State"),
    "status": _l("Status"),
    "subject": _l("Subject"),
    "table": _l("Kind of entry"),
    "unit_level": _l("Units checked by themselves"),
    "valid_from": _l("Holds from"),
    "version": _l("Version"),
    "was": _l("Digest before"),
    "what": _l("Which file"),
    "whole_roster": _l("Whole roster"),
    "worry": _l("Report of a violation or concern"),
    "year": _l("Fiscal year"),
}
_PLAN_STATES = {str(key): label for key, label in PROGRAMME_STATE_LABELS.items()}
_STATES = {str(key): label for key, label in STATE_LABELS.items()}
VALUES: dict[str, Mapping[str, Any]] = {
    "after": {**_PLAN_STATES, **_STATES},
    "before": {**_PLAN_STATES, **_STATES},
    "change": {
        "edited": _l("Changed one by one"),
        "moved": _l("Moved"),
        "reassigned": _l("Given to others"),
        "resumed": _l("Taken up again"),
        "skipped": _l("Left out"),
    },
    "column": COLUMNS,
    "language": LANGUAGES,
    "outcome": {str(key): label for key, label in OUTCOME_LABELS.items()},
    "part": {"content": _l("Text of the course"), "end": _l("End of the text")},
    "reason": MAIL_REASONS,
    "result": {str(key): label for key, label in RESULT_LABELS.items()},
    "role": {str(key): label for key, label in ROLE_LABELS.items()},
    "source": {
        "copy": _l("Taken over from the year before"),
        "gaps": _l("To close gaps"),
        "hand": _l("By hand"),
        "rules": _l("By the rules"),
    },
    "state": {"draft": _l("Draft"), "open": _l("Offered"), "retired": _l("Retired")},
    "status": {str(key): label for key, label in EMPLOYMENT_STATUS_LABELS.items()},
    "table": TABLES,
    "unit_level": {str(key): label for key, label in UNIT_LEVEL_LABELS.items()},
    "what": {
        "actions": _l("Corrective actions"),
        "summary": _l("Summary workbook"),
        "audit": _l("Audit"),
        "audit_report": _l("Audit report"),
        "audits": _l("Audits"),
        "findings": _l("Findings"),
        "programme": _l("Audit programme"),
        "training": _l("Training"),
        "year_report": _l("Audit report of the year"),
    },
}
_PERSONS = {"person", "principal", "deputy", "lead", "auditors"}
_PERSONS_OF = {
    "audit.auditors_changed": {"added", "removed"},
    "finding.action_planned": {"owner"},
    "finding.action_changed": {"owner"},
}
_DIGESTS = {"digest", "hash", "sha256", "content_hash", "was", "now"}
_SHOWN = 10  # of a list


def persons_of(event: ActivityEvent) -> set[int]:
    """Return the ids of the persons that an event names, whoever did it included."""
    named = {event.actor_id} if event.actor_id else set()
    for key, value in event.data.items():
        if _is_person(event, key):
            named.update(one for one in _listed(value) if isinstance(one, int))
    return named


def lines_of(event: ActivityEvent, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return what an event says, each with what it is called; empty values are left out."""
    return [
        (str(KEYS.get(key, key)), _said(event, key, value, names))
        for key, value in event.data.items()
        if value not in (None, "", [])
    ]


def _said(event: ActivityEvent, key: str, value: Any, names: Mapping[int, str]) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if _is_person(event, key):
        return _joined(names.get(one) or str(one) for one in _listed(value))
    if key in _DIGESTS:
        return str(value)[:12]
    if key == "key":
        return _setting(str(value))
    words = VALUES.get(key, {})
    return _joined(str(words.get(str(one), one)) for one in _listed(value))


def _is_person(event: ActivityEvent, key: str) -> bool:
    return key in _PERSONS or key in _PERSONS_OF.get(event.type, set())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _joined(parts: Iterable[str]) -> str:
    shown = list(parts)
    more = ["…"] if len(shown) > _SHOWN else []
    return str(_(", ")).join([*shown[:_SHOWN], *more])


def _setting(key: str) -> str:
    """Return what a setting is called where it is changed."""
    for form in (company.NamesForm, company.SettingsForm):
        field = getattr(form, key, None)
        if field is not None:
            return str(field.args[0] if field.args else field.kwargs["label"])
    return key
