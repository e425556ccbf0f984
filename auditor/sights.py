"""What the ids in addresses stand for, and who sees it: tells 403 from 404 where a role lacks a permission.

A route is refused by its permission before its view runs. Whoever may open the page of everything that the
address names learns that they may not do this (403); for everybody else there is nothing there (404, design
§3.8). Each line asks the feature's own query, so that no rule is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask

from auditor.access import Actor, marks_of
from auditor.access import Permission as P
from auditor.accounts import listing as accounts
from auditor.audits import attached
from auditor.audits import queries as audits
from auditor.audits.inspections import queries as inspections
from auditor.audits.models import AuditItem, IndependenceException
from auditor.audits.programme import queries as programmes
from auditor.audits.programme import rules
from auditor.catalogue import queries as catalogue
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.findings import queries as findings
from auditor.findings.models import DueRequest
from auditor.people import histories, searching
from auditor.people import queries as people
from auditor.promises import queries as promises
from auditor.scheduling import jobs
from auditor.training import following as training
from auditor.training.models import CourseVersion

Ids = Mapping[str, Any]
Sight = Callable[[Actor, Ids, Moment], object]  # raises NotFound for who does not see it


def _only_with(permission: P) -> Sight:
    """Return the sight of what is on no page but those of ``permission``."""

    def look(actor: Actor, _ids: Ids, _moment: Moment) -> None:
        if not actor.may(permission):
            raise NotFound

    return look


def _item(actor: Actor, ids: Ids, moment: Moment) -> AuditItem:
    item = audits.item_for(actor, ids["item_id"], P.AUDIT_READ, moment.instant)
    if item.audit_id != ids["audit_id"]:
        raise NotFound
    return item


def _exception(_actor: Actor, ids: Ids, _moment: Moment) -> None:
    """On the page of its audit, which is looked for by its own id."""
    one = (IndependenceException.id == ids["exception_id"], IndependenceException.audit == ids["audit_id"])
    if not IndependenceException.select().where(*one).exists():
        raise NotFound


def _due_request(_actor: Actor, ids: Ids, _moment: Moment) -> None:
    """On the page of its finding, which is looked for by its own id."""
    one = (DueRequest.id == ids["request_id"], DueRequest.finding == ids["finding_id"])
    if not DueRequest.select().where(*one).exists():
        raise NotFound


def _department(actor: Actor, ids: Ids, moment: Moment) -> None:
    allowed = searching.reach(actor)
    known = people.codes([ids["department_id"]])
    if not known or (allowed is not None and ids["department_id"] not in allowed):
        raise NotFound


def _entry(actor: Actor, ids: Ids, moment: Moment) -> None:
    programmes.entry_for(actor, ids["year"], ids["entry_id"], P.PROGRAMME_READ, moment)


def _rule(actor: Actor, ids: Ids, moment: Moment) -> None:
    programme = programmes.programme_for(actor, ids["year"], P.PROGRAMME_READ, moment)
    rules.rule_of(programme, ids["place"], moment)


def _course_version(actor: Actor, ids: Ids, _moment: Moment) -> None:
    version = CourseVersion.get_or_none(CourseVersion.id == ids["version_id"])
    if version is None:
        raise NotFound
    training.course_for(actor, version.course_id, P.TRAINING_READ)


def _job(actor: Actor, ids: Ids, _moment: Moment) -> None:
    if jobs.named(ids["name"]) is None or not actor.may(P.JOBS_READ):
        raise NotFound


# (feature, name in the address): who sees it. What every employee may try needs no line: the view decides.
SIGHTS: dict[tuple[str, str], Sight] = {
    ("accounts", "person_id"): lambda actor, ids, moment: accounts.account_for(
        actor, ids["person_id"], moment
    ),
    ("accounts", "row_id"): _only_with(P.DEPUTY_NAME),
    ("audits", "audit_id"): lambda actor, ids, moment: audits.audit_for(
        actor, ids["audit_id"], P.AUDIT_READ, moment.instant
    ),
    ("audits", "item_id"): _item,
    ("audits", "evidence_id"): lambda actor, ids, moment: attached.evidence_of(
        _item(actor, ids, moment), ids["evidence_id"], moment
    ),
    ("audits", "exception_id"): _exception,
    ("audits", "draft_id"): _only_with(P.AUDIT_ASSIGN),
    ("inspections", "inspection_id"): lambda actor, ids, moment: inspections.inspection_for(
        actor, ids["inspection_id"], P.INSPECTION_READ, moment.instant
    ),
    ("inspections", "draft_id"): _only_with(P.AUDIT_ASSIGN),
    ("catalogue", "control_id"): lambda actor, ids, _moment: catalogue.control_for(
        actor, ids["control_id"], P.CATALOGUE_READ
    ),
    ("catalogue", "version_id"): lambda actor, ids, _moment: catalogue.version_for(
        actor, ids["version_id"], P.CATALOGUE_READ
    ),
    ("catalogue", "subject_id"): _only_with(P.SUBJECT_MANAGE),
    ("catalogue", "upload_id"): _only_with(P.CATALOGUE_MANAGE),
    ("company", "day"): _only_with(P.SETTINGS_MANAGE),
    ("findings", "finding_id"): lambda actor, ids, moment: findings.finding_for(
        actor, ids["finding_id"], P.FINDING_READ, moment
    ),
    ("findings", "request_id"): _due_request,
    ("findings", "upload_id"): _only_with(P.HISTORY_IMPORT),
    ("integrity", "file_id"): _only_with(P.PERSONAL_ERASE),
    ("integrity", "person_id"): lambda actor, ids, moment: histories.person_for(
        actor, ids["person_id"], moment
    ),
    ("notifications", "mail_id"): _only_with(P.OUTBOX_MANAGE),
    ("people", "person_id"): lambda actor, ids, moment: histories.person_for(actor, ids["person_id"], moment),
    ("people", "department_id"): _department,
    ("people", "import_id"): _only_with(P.PEOPLE_IMPORT),
    ("people", "staged_id"): _only_with(P.PEOPLE_IMPORT),
    ("programme", "year"): _only_with(P.PROGRAMME_READ),
    ("programme", "subject_id"): _only_with(P.PROGRAMME_READ),
    ("programme", "category"): _only_with(P.PROGRAMME_READ),
    ("programme", "entry_id"): _entry,
    ("programme", "place"): _rule,
    ("promises", "promise_id"): lambda actor, ids, _moment: promises.promise_for(
        actor, ids["promise_id"], P.PROMISE_READ
    ),
    ("promises", "code"): _only_with(P.PROMISE_READ),
    # The file is what is asked for here: who sees the audit does not therefore see the workbook of it.
    ("reports", "audit_id"): _only_with(P.REPORT_EXPORT),
    ("reports", "reported_id"): lambda actor, ids, moment: audits.audit_for(
        actor, ids["reported_id"], P.AUDIT_READ, moment.instant
    ),
    ("reports", "what"): _only_with(P.REPORT_EXPORT),
    ("scheduling", "name"): _job,
    ("training", "assignment_id"): lambda actor, ids, moment: training.assignment_for(
        actor, ids["assignment_id"], P.TRAINING_READ, moment
    ),
    ("training", "course_id"): lambda actor, ids, _moment: training.course_for(
        actor, ids["course_id"], P.TRAINING_READ
    ),
    ("training", "round_id"): lambda actor, ids, moment: training.round_for(
        actor, ids["round_id"], P.TRAINING_READ, moment
    ),
    ("training", "rule_id"): lambda actor, ids, _moment: training.rule_for(
        actor, ids["rule_id"], P.TRAINING_READ
    ),
    ("training", "version_id"): _course_version,
    ("worklist", "kind"): _only_with(P.SETTINGS_MANAGE),
}

# Pages that add to a list, by the list: who reads the list may know that others add to it. Any other page
# without an id in its address is a sight of its own, and not found by who may not open it.
LISTS = {
    "audits.new": "audits.index",
    "catalogue.import_file": "catalogue.versions",
    "catalogue.upload": "catalogue.versions",
    "findings.record": "findings.index",
    "inspections.confirm_many": "inspections.index",
    "inspections.new": "inspections.index",
    "people.add": "people.index",
    "people.add_department": "people.departments",
    "people.add_department_now": "people.departments",
    "people.add_now": "people.index",
    "promises.new": "promises.index",
    "promises.new_from_file": "promises.index",
    "training.add_builtin": "training.index",
}


def of(app: Flask) -> Callable[[Actor, str, Ids, datetime], bool]:
    """Return the function that tells whether an actor sees all that a route's address names."""

    def sees(actor: Actor, endpoint: str, ids: Ids, at: datetime) -> bool:
        if not ids:
            marks = marks_of(app.view_functions.get(LISTS.get(endpoint, "")))
            return marks is not None and marks.permission is not None and actor.may(marks.permission)
        feature, moment = endpoint.partition(".")[0], Moment.at(at)
        try:
            for name in ids:
                SIGHTS.get((feature, name), _nobody)(actor, ids, moment)
        except NotFound:
            return False
        return True

    return sees


def _nobody(_actor: Actor, _ids: Ids, _moment: Moment) -> None:
    raise NotFound
