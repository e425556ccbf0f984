"""Reads of catalogues: the version in use, its controls, who is responsible, where they apply."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from peewee import ModelSelect, fn

from auditor import db
from auditor.access import Actor, Permission
from auditor.catalogue.models import (
    Applicability,
    Catalogue,
    CatalogueInUse,
    CatalogueVersion,
    Category,
    Control,
    ControlOwner,
    Measure,
    Subject,
    SubjectDetail,
)
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound
from auditor.language import current, pick
from auditor.people import queries as people
from auditor.people.names import search_words

NOBODY = "none"  # the filter for controls without an owner


@dataclass(frozen=True)
class LastResult:
    """The last result of a control on one subject, as audits give it."""

    subject_id: int
    result: str
    on: date
    audit_id: int
    number: str
    code: str = ""
    inspected: bool = False  # by the department itself, in a self-inspection


@dataclass(frozen=True)
class KeptPromise:
    """A published sentence that a control shows kept."""

    promise_id: int
    number: str
    text: str


# Filled in by auditor.reactions, since audits and promises stand below the catalogue.
last_results: list[Callable[[Actor, int, str, Moment], list[LastResult]]] = []  # by catalogue id and code
kept_promises: list[Callable[[str, Moment], list[KeptPromise]]] = []


def versions_in_use(moment: Moment, kind: str | None = "controls") -> list[CatalogueVersion]:
    """Return the versions that new audits take at ``moment``, with their catalogues: one query."""
    in_use = CatalogueInUse.standing(moment).select(CatalogueInUse.version)
    query = CatalogueVersion.select(CatalogueVersion, Catalogue).join(Catalogue)
    query = query.where(CatalogueVersion.id.in_(in_use))
    if kind is not None:
        query = query.where(CatalogueVersion.kind == kind)
    return list(query.order_by(Catalogue.id))


def version_in_use(catalogue_id: int, moment: Moment) -> CatalogueVersion | None:
    """Return the version of one catalogue that new audits take at ``moment``: one query."""
    return next((one for one in versions_in_use(moment, None) if one.catalogue_id == catalogue_id), None)


def version_for(actor: Actor, version_id: int, permission: Permission) -> CatalogueVersion:
    """Return a version with its catalogue. Raises NotFound, or Forbidden for who may read but not do that."""
    query = CatalogueVersion.select(CatalogueVersion, Catalogue).join(Catalogue)
    version: CatalogueVersion | None = query.where(CatalogueVersion.id == version_id).first()
    if version is None or not actor.may(Permission.CATALOGUE_READ):
        raise NotFound
    if not actor.may(permission):
        raise Forbidden
    return version


def control_for(actor: Actor, control_id: int, permission: Permission) -> Control:
    """Return a control with its category, version and catalogue; raises as ``version_for`` does."""
    control: Control | None = (
        Control.select(Control, Category, CatalogueVersion, Catalogue)
        .join(Category)
        .switch(Control)
        .join(CatalogueVersion)
        .join(Catalogue)
        .where(Control.id == control_id)
        .first()
    )
    if control is None or not actor.may(Permission.CATALOGUE_READ):
        raise NotFound
    if not actor.may(permission):
        raise Forbidden
    return control


@dataclass(frozen=True)
class Filter:
    """What the reader of a list of controls asks for; empty: everything."""

    text: str = ""
    category: str = ""
    target: str = ""
    basis: str = ""
    frequency: str = ""
    owner: str = ""  # a department's id, or NOBODY
    applies: str = ""  # "except": those that do not apply to some subject

    @property
    def asked(self) -> bool:
        return self != Filter()


def controls(version: CatalogueVersion, wanted: Filter, moment: Moment) -> ModelSelect[Control]:
    """Return the controls of a version that meet ``wanted``, in the catalogue's order, with categories."""
    query = (
        Control.select(Control, Category)
        .join(Category)
        .where(*_conditions(version, wanted, moment))
        .order_by(Category.position, Control.position)
    )
    return query


def category_counts(version: CatalogueVersion, wanted: Filter, moment: Moment) -> list[tuple[Category, int]]:
    """Return each category with the number of controls that meet the rest of ``wanted``: two queries."""
    conditions = _conditions(version, replace(wanted, category=""), moment)
    counts = dict(
        db.tuples(
            Control.select(Control.category, fn.COUNT(Control.id))
            .join(Category)
            .where(*conditions)
            .group_by(Control.category)
        )
    )
    headings = Category.select().where(Category.version == version).order_by(Category.position)
    return [(heading, counts.get(heading.id, 0)) for heading in headings]


def _conditions(version: CatalogueVersion, wanted: Filter, moment: Moment) -> list[Any]:
    found = [Control.version == version, *matching(wanted.text)]
    for column, value in (
        (Category.key, wanted.category),
        (Control.target, wanted.target),
        (Control.basis, wanted.basis),
        (Control.frequency, wanted.frequency),
    ):
        if value:
            found.append(column == value)
    owned = ControlOwner.standing(moment, ControlOwner.catalogue == version.catalogue_id).select(
        ControlOwner.code
    )
    if wanted.owner == NOBODY:
        someone = ControlOwner.department.is_null(False) | ControlOwner.person.is_null(False)
        found.append(Control.code.not_in(owned.where(someone)))
    elif wanted.owner.isascii() and wanted.owner.isdigit():
        found.append(Control.code.in_(owned.where(ControlOwner.department == int(wanted.owner))))
    if wanted.applies == "except":
        excepted = Applicability.standing(moment, Applicability.catalogue == version.catalogue_id)
        found.append(Control.code.in_(excepted.where(~Applicability.applies).select(Applicability.code)))
    return found


def matching(text: str) -> list[Any]:
    """Return one condition a word: found in either language, whatever its width, case or kana."""
    return [Control.search_key.contains(key) for key in search_words(text)]


def owners(
    catalogue_id: int, moment: Moment, codes: Collection[str] | None = None
) -> dict[str, ControlOwner]:
    """Return who is responsible for each control that has an owner: one query."""
    where = [ControlOwner.catalogue == catalogue_id]
    if codes is not None:
        where.append(ControlOwner.code.in_(list(codes)))
    rows = ControlOwner.standing(moment, *where)
    return {row.code: row for row in rows if row.department_id is not None or row.person_id is not None}


def exceptions(catalogue_id: int, codes: Collection[str], moment: Moment) -> dict[str, list[Applicability]]:
    """Return for each control the subjects to which it does not apply, with the reasons: one query."""
    rows = Applicability.standing(
        moment, Applicability.catalogue == catalogue_id, Applicability.code.in_(list(codes))
    ).where(~Applicability.applies)
    found: dict[str, list[Applicability]] = {}
    for row in rows:
        found.setdefault(row.code, []).append(row)
    return found


def does_not_apply(catalogue_id: int, subject_id: int, moment: Moment) -> dict[str, Applicability]:
    """Return by code the controls that do not apply to a subject, with the reason and since when: one query."""
    return not_applying(catalogue_id, [subject_id], moment).get(subject_id, {})


def not_applying(
    catalogue_id: int, subject_ids: Collection[int], moment: Moment
) -> dict[int, dict[str, Applicability]]:
    """Return the same for many subjects, by their id: one query."""
    rows = Applicability.standing(
        moment, Applicability.catalogue == catalogue_id, Applicability.subject.in_(list(subject_ids))
    ).where(~Applicability.applies)
    found: dict[int, dict[str, Applicability]] = {}
    for row in rows:
        found.setdefault(row.subject_id, {})[row.code] = row
    return found


def subject_names(ids: Iterable[int], moment: Moment, language: str | None = None) -> dict[int, str]:
    """Return what each subject is called at ``moment``: three queries, whatever the number.

    A department by the roster, the others by their details; by the code where there is no name then.
    """
    wanted = set(ids)
    if not wanted:
        return {}
    language = language or current()
    subjects = list(Subject.select().where(Subject.id.in_(wanted)))
    details = {
        row.subject_id: row for row in SubjectDetail.standing(moment, SubjectDetail.subject.in_(wanted))
    }
    tree = people.tree(moment)
    return {one.id: _subject_name(one, details.get(one.id), tree, language) for one in subjects}


def subject_name(subject_id: int, moment: Moment) -> str:
    """Return what one subject is called; empty when there is none."""
    return subject_names([subject_id], moment).get(subject_id, "")


def _subject_name(subject: Subject, detail: SubjectDetail | None, tree: people.Tree, language: str) -> str:
    if subject.department_id is not None:
        return tree.name(subject.department_id, language) or subject.code
    if detail is None:
        return subject.code
    first, second = (detail.name_en, detail.name_ja) if language == "en" else (detail.name_ja, detail.name_en)
    return first or second or subject.code


def measures(control: Control) -> dict[str, Measure]:
    """Return the measures of guidelines that a control refers to, by their key: one query.

    A measure is looked up in the version of the guideline that the control's own version names.
    """
    references = control.details.get("refs", {})
    found: dict[str, Measure] = {}
    for scheme in control.version.details.get("references", []):
        keys = [value for value in references.get(scheme["scheme"], []) if isinstance(value, str)]
        if scheme.get("part") == "measures" and keys:
            rows = (
                Measure.select()
                .join(CatalogueVersion)
                .join(Catalogue)
                .where(
                    Catalogue.key == scheme["catalogue"],
                    CatalogueVersion.version == scheme["version"],
                    Measure.key.in_(keys),
                )
                .order_by(Measure.position)
            )
            found.update({row.key: row for row in rows})
    return found


def scheme_titles(version: CatalogueVersion) -> dict[str, str]:
    """Return what each scheme of references of a version is called in the reader's language."""
    return {one["scheme"]: text(one["title"]) for one in version.details.get("references", [])}


def text(pair: Mapping[str, str] | None) -> str:
    """Return the reader's language of a pair of texts kept in ``details``."""
    pair = pair or {}
    return pair.get(current()) or pair.get("ja") or pair.get("en") or ""


def owner_words(rows: Iterable[ControlOwner], moment: Moment) -> dict[int, str]:
    """Return in words who is responsible, by the id of the row: department, then person; two queries."""
    rows = list(rows)
    tree = people.tree(moment)
    names = people.names([row.person_id for row in rows], moment)
    return {
        row.id: " ".join(
            part
            for part in (tree.name(row.department_id, current()), names.get(row.person_id or 0, ""))
            if part
        )
        for row in rows
    }


def title(thing: Any) -> str:
    """Return the title of a control, category, measure or version in the reader's language."""
    return pick(thing, "title")
