"""Self-inspections that are being put together: kept from page to page, until they are assigned once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from auditor import activity
from auditor.access import Actor
from auditor.audits import applying
from auditor.audits.applying import Fitting
from auditor.audits.assigning import NewAudit
from auditor.audits.inspections import people
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.models import Audit, AuditDraft
from auditor.audits.results import AuditKind
from auditor.audits.series import RULES, Recurrence
from auditor.calendars import add_business_days, add_months, business_day
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Control, Subject, SubjectDetail
from auditor.catalogue.words import MONTHS
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _l
from auditor.people import queries as roster

INSPECTION_RULES = {
    "monthly": "FREQ=MONTHLY",
    **{name: RULES[name] for name in ("quarterly", "half_yearly", "yearly")},
}
LEAD_DAYS = 7  # a monthly one is not opened before the one before is due
FREQUENCIES = ("monthly", "quarterly", "semiannual", "annual")
LEVELS = ("division", "department", "section", "team")


@dataclass(frozen=True)
class Unit:
    """Something that can be inspected, and who would answer."""

    subject: Subject
    name: str
    level: str  # of a department; empty for others
    respondents: tuple[str, ...] = ()


def units(moment: Moment, language: str, ids: Collection[int] | None = None) -> list[Unit]:
    """Return the active subjects, departments first in the order of their codes; constant queries.

    ``ids`` leaves those only.
    """
    tree = roster.tree(moment)
    details = {row.subject_id: row for row in SubjectDetail.standing(moment)}
    every = Subject.select().order_by(Subject.kind, Subject.code)
    if ids is not None:
        every = every.where(Subject.id.in_(list(ids)))
    shown = [one for one in every if _active(one, tree, details)]
    answering = people.respondents(shown, moment)
    names = roster.names({one for found in answering.values() for one in found}, moment)
    called = catalogue.subject_names([one.id for one in shown], moment, language)
    found = [
        Unit(
            one,
            called[one.id],
            tree.details[one.department_id].level if one.department_id is not None else "",
            tuple(names.get(person, "") for person in answering[one.id]),
        )
        for one in shown
    ]
    return sorted(found, key=lambda unit: (unit.subject.department_id is None, unit.subject.code))


def _active(subject: Subject, tree: roster.Tree, details: Mapping[int, SubjectDetail]) -> bool:
    if subject.department_id is not None:
        row = tree.details.get(subject.department_id)
        return row is not None and row.active
    detail = details.get(subject.id)
    return detail is not None and detail.active


def usual_values(at: datetime) -> dict[str, Any]:
    """Return what new ones begin with: last month, to be answered within two weeks from today."""
    moment = Moment.at(at)
    this_month = moment.day.replace(day=1)
    closed = company.closed_days(moment)
    starts = business_day(moment.day, closed=closed)
    return {
        "kind": AuditKind.SELF_INSPECTION.value,
        "subjects": [],
        "frequency": FREQUENCIES[0],
        "version": None,
        "period_from": add_months(this_month, -1).isoformat(),
        "period_to": (this_month - timedelta(days=1)).isoformat(),
        "starts_on": starts.isoformat(),
        "due_on": add_business_days(starts, 10, closed).isoformat(),
        "recurs": "",
        "rule": "",
        "controls": None,
    }


def start(actor: Actor, at: datetime) -> AuditDraft:
    """Return a fresh draft with what is usual."""
    return AuditDraft.create(person=actor.person_id, values=usual_values(at), saved_at=at)


def draft_for(actor: Actor, draft_id: int) -> AuditDraft:
    """Return the person's own draft. Raises NotFound: another's, one of an audit, or one assigned already."""
    row: AuditDraft | None = AuditDraft.get_or_none(
        AuditDraft.id == draft_id, AuditDraft.person == actor.person_id
    )
    if row is None or row.values["kind"] != AuditKind.SELF_INSPECTION:
        raise NotFound
    return row


def offered(values: Mapping[str, Any], moment: Moment) -> tuple[int | None, dict[int, Fitting]]:
    """Return the version taken and by subject which of its controls fit; None where no catalogue is in use."""
    versions = catalogue.versions_in_use(moment)
    wanted = values.get("version")
    version = next((one for one in versions if one.id == wanted), versions[0] if versions else None)
    subjects = list(Subject.select().where(Subject.id.in_(list(values["subjects"]))))
    if version is None:
        return None, {one.id: Fitting() for one in subjects}
    return version.id, applying.fittings(version.id, subjects, moment)


def controls_of(fittings: Mapping[int, Fitting]) -> list[Control]:
    """Return every control that fits one of the subjects, in the catalogue's order."""
    found = {one.id: one for taken in fittings.values() for one in taken.controls}
    return sorted(found.values(), key=lambda one: (one.category.position, one.position, one.id))


def often_enough(controls: Collection[Control], frequency: str) -> set[int]:
    """Return the controls that are due at least as often as ``frequency`` says."""
    most = MONTHS.get(frequency, MONTHS["annual"])
    return {one.id for one in controls if MONTHS.get(one.frequency, MONTHS["annual"]) <= most}


def finish(actor: Actor, at: datetime, draft: AuditDraft) -> list[Audit]:
    """Assign what the draft asks for; the draft is gone then: a second click finds none and raises NotFound.

    Raises RuleBroken as ``open_inspections``, and where no control is chosen.
    """
    values = draft.values
    rule = INSPECTION_RULES.get(values["recurs"]) or values["rule"]
    recurrence = Recurrence(rule, LEAD_DAYS) if values["recurs"] else None
    with activity.action(actor, at):
        if AuditDraft.delete().where(AuditDraft.id == draft.id).execute() != 1:
            raise NotFound
        return open_inspections(actor, at, news(values, Moment.at(at)), recurrence)


def news(values: Mapping[str, Any], moment: Moment) -> list[NewAudit]:
    """Return one self-inspection a subject, each with those of the chosen controls that fit it."""
    version, fittings = offered(values, moment)
    wanted = set(values["controls"] or ())
    if version is None or not wanted:
        raise RuleBroken(_l("Choose at least one control."), "controls")
    return [
        NewAudit(
            subject_id=subject,
            kind=AuditKind.SELF_INSPECTION.value,
            version_id=version,
            control_ids=tuple(
                one.id
                for one in (*taken.controls, *(left.control for left in taken.left_out))
                if one.id in wanted
            ),
            period_from=date.fromisoformat(values["period_from"]),
            period_to=date.fromisoformat(values["period_to"]),
            starts_on=date.fromisoformat(values["starts_on"]),
            due_on=date.fromisoformat(values["due_on"]),
        )
        for subject, taken in fittings.items()
    ]
