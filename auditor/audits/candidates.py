"""Who might audit one subject: those whom the page offers, each with what speaks for and against."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from peewee import fn

from auditor.audits.assigning import NewAudit
from auditor.audits.background import Suitability, background, suitability, usual_auditors
from auditor.audits.independence import Verdict
from auditor.audits.models import Audit, AuditAssignee
from auditor.audits.results import AUDITS, EDITABLE
from auditor.audits.verdicts import verdicts
from auditor.catalogue.models import CatalogueVersion, Control, Subject
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.models import Employment, PersonDetail
from auditor.people.names import search_key

_FOUND = 20
_PROPOSED = 12


@dataclass(frozen=True)
class Candidate:
    """Somebody who might audit, with the verdict, what else speaks for them and how many audits they have open."""

    person_id: int
    name: str
    department: str
    verdict: Verdict
    suitability: Suitability
    open_audits: int = 0


def candidates(
    subject: Subject,
    new: NewAudit,
    moment: Moment,
    language: str,
    also: Iterable[int] = (),
    text: str = "",
    audit_id: int | None = None,
) -> list[Candidate]:
    """Return who might audit, the most suitable of the independent first; constant queries, whatever the number.

    Offered are those who have audited before and the unit of the head of audit, then those ``also`` named,
    then who is found by ``text``. ``audit_id`` is the audit where it is assigned already.
    """
    usual = usual_auditors(moment)
    named = list(dict.fromkeys(also))
    found = find_people(text, moment) if text else []
    persons = list(dict.fromkeys([*usual, *named, *found]))
    version = CatalogueVersion.get_or_none(CatalogueVersion.id == new.version_id)
    codes = [row.code for row in Control.select(Control.code).where(Control.id.in_(list(new.control_ids)))]
    catalogue_id = version.catalogue_id if version else 0
    judged = verdicts(persons, subject, new.period_from, new.period_to, catalogue_id, codes, moment)
    known = background([subject.id], moment, audit_id)
    names = people.names(persons, moment)
    units = people.main_departments(persons, moment)
    tree = people.tree(moment)
    loads = _loads(persons, moment)
    made = [
        Candidate(
            one,
            names.get(one, ""),
            tree.name(units.get(one), language),
            judged[one],
            suitability(known, one, subject.id, new.starts_on),
            loads.get(one, 0),
        )
        for one in persons
    ]
    made.sort(key=lambda one: (not one.verdict.independent, *one.suitability.order, one.name))
    asked = {*named, *found}
    proposed = [one for one in made if one.person_id not in asked][:_PROPOSED]
    return [*(one for one in made if one.person_id in asked), *proposed]


def find_people(text: str, moment: Moment, limit: int = _FOUND) -> list[int]:
    """Return persons who work here and whose name, reading or number contains ``text``: one query."""
    key = search_key(text[:100])
    if not key:
        return []
    working = Employment.standing(moment).where(Employment.status != "left")
    query = (
        PersonDetail.standing(moment)
        .where(
            PersonDetail.search_key.contains(key),
            PersonDetail.person.in_(working.select(Employment.person)),
        )
        .order_by(PersonDetail.sort_key, PersonDetail.id)
        .limit(limit)
    )
    return [row.person_id for row in query]


def _loads(persons: Collection[int], moment: Moment) -> dict[int, int]:
    posts = AuditAssignee.standing(moment, AuditAssignee.person.in_(list(persons)))
    query: Any = (
        posts.select(AuditAssignee.person, fn.COUNT(Audit.id))
        .join(Audit)
        .where(
            AuditAssignee.held,
            Audit.kind.in_([kind.value for kind in AUDITS]),
            Audit.current_state.in_([state.value for state in EDITABLE]),
        )
        .group_by(AuditAssignee.person)
        .tuples()
    )
    return dict(query)
