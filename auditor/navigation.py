"""The side navigation: one table; each role sees only what it may open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, request, url_for

from auditor.access import Actor, Permission, Scope
from auditor.language import _l

_P = Permission
# (group, [(label, endpoint, permission)]): an entry is shown to who holds the permission in more than SELF,
# or to everybody where the permission is a personal one.
TABLE: list[tuple[Any, list[tuple[Any, str, Permission]]]] = [
    (
        "",
        [
            (_l("My work today"), "worklist.index", _P.WORKLIST_READ),
            (_l("Overview"), "reports.overview", _P.REPORT_EXPORT),
        ],
    ),
    (
        _l("Programme of the year"),
        [
            (_l("Audit programme"), "programme.index", _P.PROGRAMME_READ),
            (_l("Audits"), "audits.index", _P.AUDIT_READ),
            (_l("Self-inspections"), "inspections.index", _P.INSPECTION_READ),
            (_l("Register of auditors"), "audits.registered", _P.AUDIT_ASSIGN),
            (_l("Training"), "training.index", _P.TRAINING_READ),
            (_l("My training"), "training.mine", _P.TRAINING_TAKE),
        ],
    ),
    (
        _l("Findings and corrective actions"),
        [
            (_l("Findings"), "findings.index", _P.FINDING_READ),
            (_l("Report a violation or concern"), "findings.report_worry", _P.WORRY_REPORT),
            (_l("Reports of violations and concerns"), "findings.worries", _P.WORRY_READ),
        ],
    ),
    (
        _l("Criteria"),
        [
            (_l("Published promises"), "promises.index", _P.PROMISE_READ),
            (_l("Controls"), "catalogue.index", _P.CATALOGUE_READ),
            (_l("Subjects"), "catalogue.subjects", _P.SUBJECT_MANAGE),
        ],
    ),
    (
        _l("Administration"),
        [
            (_l("Roster"), "people.index", _P.PEOPLE_READ),
            (_l("Accounts and roles"), "accounts.index", _P.ACCOUNT_MANAGE),
            (_l("Earlier years"), "findings.history", _P.HISTORY_IMPORT),
            (_l("Excel export"), "reports.index", _P.REPORT_EXPORT),
            (_l("Activity log"), "integrity.activity", _P.ACTIVITY_READ),
            (_l("Jobs"), "scheduling.index", _P.JOBS_READ),
            (_l("Outbox"), "notifications.index", _P.OUTBOX_MANAGE),
            (_l("Settings"), "company.settings", _P.SETTINGS_MANAGE),
        ],
    ),
]

# Pages that belong to another entry than the list of their feature.
_STANDS_FOR = {
    "audits.register_auditor": "audits.registered",
    "audits.renew_auditor": "audits.registered",
    "audits.end_registration": "audits.registered",
    "findings.worry": "findings.worries",
    "findings.history_preview": "findings.history",
    "reports.audit_report": "audits.index",
    "reports.year_report": "reports.overview",
    "reports.year_opinion": "reports.overview",
    "findings.history_upload": "findings.history",
    "findings.history_import": "findings.history",
    "catalogue.subject": "catalogue.subjects",
    "catalogue.add_subject": "catalogue.subjects",
    "catalogue.retire_subject": "catalogue.subjects",
    "company": "company.settings",
    "accounts.preferences": "",
    "accounts.password": "",
    "worklist.reminders": "company.settings",
    "worklist.reminders_of_the_week": "company.settings",
    "worklist.reminder_rule": "company.settings",
    "worklist.change_reminder_rule": "company.settings",
    "worklist.calendar": "",
    "worklist.make_calendar": "",
}


def of(app: Flask) -> Callable[[Actor], list[dict[str, Any]]]:
    """Return the function that gives the groups an actor sees; the entry of this page is marked current."""

    def groups(actor: Actor) -> list[dict[str, Any]]:
        shown = []
        for label, entries in TABLE:
            visible = [_entry(*entry) for entry in entries if _visible(app, actor, entry)]
            if visible:
                shown.append({"label": label, "entries": visible})
        return shown

    return groups


def _visible(app: Flask, actor: Actor, entry: tuple[Any, str, Permission]) -> bool:
    if entry[1] not in app.view_functions or not actor.may(entry[2]):
        return False
    # An employee's own corrective actions are reached from the worklist, not from a list of findings.
    # Who is named to answer a self-inspection reaches it from there too.
    if entry[2] is _P.INSPECTION_READ:
        return actor.scopes(entry[2]) != {Scope.ASSIGNED}
    return (
        entry[2] is not _P.FINDING_READ or actor.scopes(entry[2]) != {Scope.ASSIGNED} or len(actor.roles) > 1
    )


def _entry(label: Any, endpoint: str, _permission: Permission) -> dict[str, Any]:
    here = request.endpoint == endpoint
    section = (request.endpoint or "").split(".")[0]
    # The list of a feature stands for its other pages, except for those with an entry of their own.
    own = any(request.endpoint == other for _group, entries in TABLE for _label, other, _needed in entries)
    stands = _STANDS_FOR.get(request.endpoint or "", _STANDS_FOR.get(section, f"{section}.index"))
    current = here or (not own and endpoint == stands)
    return {"label": label, "url": url_for(endpoint), "current": current, "count": None}
