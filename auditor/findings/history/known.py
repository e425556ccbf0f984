"""What the rows of a history file may name: subjects, departments, controls, people, and what is there already."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from auditor import db
from auditor.audits import queries as audits
from auditor.audits.models import Audit, AuditPlan, ImportedAudit
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import CatalogueVersion, Control, Subject, SubjectDetail
from auditor.dated import Moment
from auditor.findings.models import ImportedFinding
from auditor.people import queries as people
from auditor.people.models import Department, Person, PersonDetail
from auditor.people.names import search_key

LANGUAGES = ("ja", "en")


class Index:
    """Things by code and by name; a name may be that of several."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._names: dict[str, set[int]] = {}
        self._shown: dict[str, str] = {}

    def add(self, one: int, code: str, names: Iterable[str]) -> None:
        """Let ``one`` be found by its code and its names."""
        self._codes[_key(code)] = one
        self._shown[_key(code)] = code
        for name in names:
            if name:
                self._names.setdefault(_key(name), set()).add(one)
                self._shown[_key(name)] = name

    def find(self, text: str) -> list[int]:
        """Return what ``text`` names: a code names one thing, a name perhaps several."""
        key = _key(text)
        if key in self._codes:
            return [self._codes[key]]
        return sorted(self._names.get(key, ()))

    def near(self, text: str) -> str:
        """Return the code or name that ``text`` is likely meant for; empty where none is."""
        found = difflib.get_close_matches(_key(text), self._shown, n=1, cutoff=0.75)
        return self._shown[found[0]] if found else ""


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass
class Known:
    """What the database holds at the moment of an import: a fixed number of queries."""

    moment: Moment
    subjects: Index = field(default_factory=Index)
    units: Index = field(default_factory=Index)
    controls: Index = field(default_factory=Index)
    subject: dict[int, Subject] = field(default_factory=dict)
    subject_code: dict[int, str] = field(default_factory=dict)
    unit_code: dict[int, str] = field(default_factory=dict)
    owner: dict[int, int | None] = field(default_factory=dict)  # the department that answers for a subject
    control: dict[int, Control] = field(default_factory=dict)
    version: CatalogueVersion | None = None
    numbers: dict[str, int] = field(default_factory=dict)  # employee numbers
    names: dict[str, set[int]] = field(default_factory=dict)
    name_of: dict[int, str] = field(default_factory=dict)
    audits: dict[str, int] = field(default_factory=dict)  # imported before, by former number
    findings: dict[str, int] = field(default_factory=dict)
    starts: dict[tuple[int, date], str] = field(
        default_factory=dict
    )  # numbers of audits by subject and start
    subject_of: dict[int, int] = field(default_factory=dict)  # of the audits imported before

    def people_called(self, name: str) -> set[int]:
        """Return everybody of that name."""
        return self.names.get(search_key(name), set())


def known_at(moment: Moment) -> Known:
    """Read it: some fifteen queries, whatever the size."""
    known = Known(moment)
    _subjects(known)
    _controls(known)
    _people(known)
    _imported(known)
    return known


def _subjects(known: Known) -> None:
    rows = list(Subject.select().order_by(Subject.id))
    names = [audits.subject_names(rows, known.moment, language) for language in LANGUAGES]
    details = SubjectDetail.standing(known.moment)
    owners = {row.subject_id: row.owner_id for row in details}
    for row in rows:
        known.subject[row.id], known.subject_code[row.id] = row, row.code
        known.subjects.add(row.id, row.code, (one[row.id] for one in names))
        known.owner[row.id] = row.department_id or owners.get(row.id)
    tree = people.tree(known.moment)
    for unit in Department.select().order_by(Department.id):
        known.unit_code[unit.id] = unit.code
        known.units.add(unit.id, unit.code, (tree.name(unit.id, language) for language in LANGUAGES))


def _controls(known: Known) -> None:
    versions = catalogue.versions_in_use(known.moment)
    known.version = versions[0] if versions else None
    if known.version is not None:
        for row in Control.select().where(Control.version == known.version).order_by(Control.position):
            known.control[row.id] = row
            known.controls.add(row.id, row.code, ())


def _people(known: Known) -> None:
    known.numbers = dict(db.tuples(Person.select(Person.employee_number, Person.id)))
    for row in PersonDetail.standing(known.moment):
        if row.erased_at is None:
            name = people.name_of(row)
            known.name_of[row.person_id] = name
            known.names.setdefault(search_key(name), set()).add(row.person_id)


def _imported(known: Known) -> None:
    rows: Any = ImportedAudit.select(ImportedAudit.former_number, ImportedAudit.audit, Audit.subject).join(
        Audit
    )
    for number, audit_id, subject_id in db.tuples(rows):
        known.audits[number], known.subject_of[audit_id] = audit_id, subject_id
    known.findings = dict(
        db.tuples(ImportedFinding.select(ImportedFinding.former_number, ImportedFinding.finding))
    )
    plans: Any = (
        AuditPlan.standing(known.moment)
        .select(Audit.subject, AuditPlan.starts_on, Audit.number)
        .join(Audit)
        .order_by(Audit.id)
    )
    for subject_id, starts_on, number in db.tuples(plans):
        known.starts[subject_id, _day(starts_on)] = number


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
