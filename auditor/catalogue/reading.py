"""Reading catalogue files of our own format; controls/README.md describes it field by field.

Pure: files in, values or problems out. No database, no request.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from auditor import places
from auditor.catalogue import entries, rows
from auditor.catalogue.entries import (
    CatalogueFile,
    CategoryEntry,
    ControlEntry,
    MeasureEntry,
    SourceEntry,
    Text,
)
from auditor.catalogue.fields import SLUG, VERSION, Fields, Notes
from auditor.catalogue.problems import CatalogueRefused, Problem
from auditor.catalogue.references import schemes, targets
from auditor.catalogue.yamlnodes import Node, compose, content_hash, is_text, plain

__all__ = [
    "CatalogueFile",
    "CatalogueRefused",
    "CategoryEntry",
    "ControlEntry",
    "MeasureEntry",
    "Problem",
    "Text",
    "check",
    "read",
]

HEAD = ("format", "kind", "key", "version", "title", "publisher", "licence", "effective_from")
HEAD_OPTIONAL = ("description", "sources", "references")


def read(path: Path, name: str | None = None) -> CatalogueFile:
    """Return what a catalogue file says.

    References to other catalogues are looked up in the folder of catalogues that the file stands in, then among
    those that come with the product. Problems call the file ``name`` (an upload has one that its path does not
    show), or as its path was given. Raises CatalogueRefused, with every problem, where ``check`` lists any.
    """
    catalogue, problems = _read(path, name or str(path))
    if catalogue is None or problems:
        raise CatalogueRefused(problems)
    return catalogue


def check(path: Path, name: str | None = None) -> list[Problem]:
    """Return everything that is wrong with a catalogue file, in the order of its lines; see ``read``."""
    return _read(path, name or str(path))[1]


def _read(path: Path, name: str) -> tuple[CatalogueFile | None, list[Problem]]:
    root, problems = compose(path, name)
    if root is None:
        return None, problems
    notes = Notes(name)
    if isinstance(root, yaml.MappingNode):
        catalogue = _catalogue(notes, root, [path.resolve().parent.parent, places.controls()])
    else:
        catalogue = None
        notes.add(root, "wrong_type", field=name, expected="whole")
    return catalogue, sorted(notes.problems, key=lambda problem: problem.line)


def _catalogue(notes: Notes, root: yaml.MappingNode, libraries: list[Path]) -> CatalogueFile:
    guideline = _is_guideline(root)
    own = ("measures",) if guideline else ("categories", "controls")
    head = notes.fields(root, notes.file, (*HEAD, *own), None if guideline else HEAD_OPTIONAL)
    head.word("format", (entries.FORMAT,))
    listed = schemes(head)
    categories = rows.categories(head)
    acts = rows.acts(head) if guideline else ()
    sections = _sections(head) if guideline else {}
    return CatalogueFile(
        kind=head.word("kind", entries.KINDS),
        key=head.id("key", SLUG, "-", 80),
        version=head.id("version", VERSION, ". _ -", 40),
        title=head.pair("title", 200),
        description=head.pair_or_none("description"),
        publisher=head.text("publisher", 200),
        licence=head.text("licence", 200),
        effective_from=head.day("effective_from"),
        sources=tuple(_source(notes, node) for node in head.items("sources")),
        schemes=listed,
        categories=categories,
        controls=() if guideline else rows.controls(head, categories, targets(head, listed, libraries)),
        measures=rows.measures(head, acts) if guideline else (),
        acts=acts,
        sections={name: plain(node) for name, node in sections.items()},
        content_hash=content_hash(root),
    )


def _is_guideline(root: yaml.MappingNode) -> bool:
    return any(
        key.value == "kind" and is_text(value) and value.value == "guideline" for key, value in root.value
    )


def _sections(head: Fields) -> dict[str, Node]:
    """Return the free data of a guideline by name, each text of it looked at for both languages."""
    known = {*HEAD, *HEAD_OPTIONAL, "categories", "measures", "acts"}
    sections = {name: node for name, node in head.nodes.items() if name not in known}
    for name, node in sections.items():
        head.notes.both_languages(node, name)
    return sections


def _source(notes: Notes, node: Node) -> SourceEntry:
    fields = notes.fields(node, "sources", ("title", "url", "date"))
    return SourceEntry(fields.pair("title"), fields.text("url"), fields.day("date"))
