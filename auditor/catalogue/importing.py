"""Bringing catalogue files into the database: once a version, and for ever as it was published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, clock, db, places
from auditor.access import Actor
from auditor.catalogue.entries import CatalogueFile, ControlEntry, MeasureEntry
from auditor.catalogue.models import Catalogue, CatalogueVersion, Category, Control, Measure
from auditor.catalogue.reading import read
from auditor.catalogue.subjects import add_missing_subjects
from auditor.catalogue.using import use_version
from auditor.errors import RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.people.names import search_key

IMPORTED = activity.event_type(
    "catalogue.imported",
    _l("Catalogue imported"),
    "catalogue",
    "version",
    "content_hash",
    "controls",
    "measures",
)
# The guideline first: the controls refer to it.
BUILTIN = (
    "appi-guideline-chapter-10/2025-09-24.yaml",
    "personal-information-jp/2026.1.yaml",
)


@dataclass(frozen=True)
class Imported:
    """What an import did: the version, and whether it was not there before."""

    version: CatalogueVersion
    new: bool


def import_catalogue(
    actor: Actor, file: CatalogueFile, at: datetime, use_from: date | None = None
) -> Imported:
    """Keep one version of a catalogue; importing the same again changes nothing.

    With ``use_from`` new audits take it from that day on. Raises RuleBroken for a version that was imported
    before with other content: what was checked refers to a version as it was published.
    """
    try:
        with activity.action(actor, at):
            imported = _import(file, at)
            if use_from is not None:
                use_version(actor, imported.version, use_from, at)
    except IntegrityError:
        # Somebody else imported the same version meanwhile.
        existing = imported_version(file.key, file.version)
        if existing is None:
            raise
        return Imported(_same(existing, file), False)
    return imported


def import_builtin(actor: Actor, at: datetime, use_from: date | None = None) -> list[Imported]:
    """Import the catalogues that come with the product and use them from ``use_from`` (the day of ``at``).

    Adds the subjects that need no typing: the company and the departments of the roster.
    """
    files = [read(places.controls() / name) for name in BUILTIN]
    with activity.action(actor, at):
        add_missing_subjects(actor, at)
        return [import_catalogue(actor, file, at, use_from or clock.day_of(at)) for file in files]


def imported_version(key: str, version: str) -> CatalogueVersion | None:
    """Return a version by the catalogue's key and its own name."""
    found: CatalogueVersion | None = (
        CatalogueVersion.select()
        .join(Catalogue)
        .where(Catalogue.key == key, CatalogueVersion.version == version)
        .first()
    )
    return found


def refuse_other_content(file: CatalogueFile) -> None:
    """Raise RuleBroken when the version of ``file`` was imported before with other content."""
    existing = imported_version(file.key, file.version)
    if existing is not None:
        _same(existing, file)


def _same(existing: CatalogueVersion, file: CatalogueFile) -> CatalogueVersion:
    if existing.content_hash != file.content_hash:
        raise RuleBroken(
            _l(
                "%(key)s %(version)s was imported before with other content. Imported: %(theirs)s. This file: "
                "%(ours)s. Give the changed file a version of its own and import it again.",
                key=file.key,
                version=file.version,
                theirs=existing.content_hash,
                ours=file.content_hash,
            )
        )
    return existing


def _import(file: CatalogueFile, at: datetime) -> Imported:
    existing = imported_version(file.key, file.version)
    if existing is not None:
        return Imported(_same(existing, file), False)
    catalogue = Catalogue.get_or_none(Catalogue.key == file.key) or Catalogue.create(key=file.key)
    version = CatalogueVersion.create(
        catalogue=catalogue, version=file.version, kind=file.kind, title_ja=file.title.ja, title_en=file.title.en,
        publisher=file.publisher, licence=file.licence, effective_from=file.effective_from,
        content_hash=file.content_hash, details=_details(file), imported_at=at,
    )  # fmt: skip
    headings = _add_categories(version, file)
    reached(FailPoint.CATALOGUE_HEADINGS)
    controls = Control.add_many(
        _control(version.id, headings[entry.category], entry, position)
        for position, entry in enumerate(file.controls)
    )
    measures = _add_measures(version, file)
    activity.record(
        IMPORTED, catalogue=catalogue.id, version=version.id, content_hash=file.content_hash,
        controls=controls, measures=measures,
    )  # fmt: skip
    return Imported(version, True)


def _details(file: CatalogueFile) -> dict[str, Any]:
    return {
        "description": asdict(file.description) if file.description else None,
        "sources": [asdict(source) for source in file.sources],
        "references": [asdict(scheme) for scheme in file.schemes],
        "acts": [asdict(act) for act in file.acts],
        "sections": dict(file.sections),
    }


def _add_categories(version: CatalogueVersion, file: CatalogueFile) -> dict[str, int]:
    Category.add_many(
        {
            "version": version.id,
            "key": entry.code,
            "prefix": entry.prefix or "",
            "title_ja": entry.title.ja,
            "title_en": entry.title.en,
            "position": position,
        }
        for position, entry in enumerate(file.categories)
    )
    return dict(db.tuples(Category.select(Category.key, Category.id).where(Category.version == version.id)))


def _control(version_id: int, category_id: int, entry: ControlEntry, position: int) -> dict[str, Any]:
    texts = (entry.code, entry.title.ja, entry.title.en, entry.question.ja, entry.question.en)
    return {
        "version": version_id,
        "category": category_id,
        "code": entry.code,
        "target": entry.target,
        "basis": entry.basis,
        "frequency": entry.frequency,
        "title_ja": entry.title.ja,
        "title_en": entry.title.en,
        "question_ja": entry.question.ja,
        "question_en": entry.question.en,
        "guidance_ja": entry.guidance.ja,
        "guidance_en": entry.guidance.en,
        "details": entry.details(),
        "search_key": search_key("\n".join(texts)),
        "position": position,
    }


def _add_measures(version: CatalogueVersion, file: CatalogueFile) -> int:
    """Insert the measures level by level, since each names the row above it."""
    ids: dict[str, int] = {}
    places_of = {entry.code: position for position, entry in enumerate(file.measures)}
    for level in _levels(file.measures):
        Measure.add_many(_measure(version.id, ids, entry, places_of[entry.code]) for entry in level)
        ids = dict(db.tuples(Measure.select(Measure.key, Measure.id).where(Measure.version == version.id)))
    return len(ids)


def _levels(measures: tuple[MeasureEntry, ...]) -> Iterator[list[MeasureEntry]]:
    above: set[str | None] = {None}
    while level := [entry for entry in measures if entry.parent in above]:
        yield level
        above = {entry.code for entry in level}


def _measure(version_id: int, ids: dict[str, int], entry: MeasureEntry, position: int) -> dict[str, Any]:
    return {
        "version": version_id,
        "key": entry.code,
        "parent": ids[entry.parent] if entry.parent else None,
        "strength": entry.strength,
        "title_ja": entry.title.ja,
        "title_en": entry.title.en,
        "text_ja": entry.measure.ja,
        "text_en": entry.measure.en,
        "details": entry.details(),
        "position": position,
    }
