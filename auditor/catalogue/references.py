"""What the controls of a catalogue file refer to: the schemes it lists, and the ids of other catalogues."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from auditor.catalogue.entries import PARTS, SchemeEntry, Text
from auditor.catalogue.fields import SLUG, VERSION, Fields, Notes
from auditor.catalogue.yamlnodes import Node, compose, plain

WHERE = ("catalogue", "version", "part")


@dataclass(frozen=True)
class Target:
    """Where the values of a scheme are looked up; ``ids`` None takes any value."""

    catalogue: str = ""
    ids: frozenset[str] | None = None


def schemes(head: Fields) -> tuple[SchemeEntry, ...]:
    """Return the schemes listed under ``references``."""
    if "references" not in head.nodes:
        return ()
    listed = head.notes.fields(head.nodes["references"], "references", (), None)
    return tuple(_scheme(head.notes, scheme, node) for scheme, node in listed.nodes.items())


def targets(head: Fields, listed: Iterable[SchemeEntry], libraries: Iterable[Path]) -> dict[str, Target]:
    """Return for each scheme where its values are looked up; a catalogue that is not there is noted."""
    found: dict[str, Target] = {}
    for scheme in listed:
        found[scheme.scheme] = Target()
        if scheme.catalogue and scheme.version and scheme.part:
            name = f"{scheme.catalogue} {scheme.version}"
            found[scheme.scheme] = Target(name, _ids(scheme, libraries))
            if found[scheme.scheme].ids is None:
                head.notes.add(head.nodes["references"], "catalogue_absent", catalogue=name)
    return found


def references(control: Fields, known: Mapping[str, Target]) -> dict[str, tuple[str | Text, ...]]:
    """Return the ``refs`` of a control by scheme, noting those that lead nowhere."""
    if "refs" not in control.nodes:
        return {}
    notes = control.notes
    listed = notes.fields(control.nodes["refs"], "refs", (), None)
    found: dict[str, tuple[str | Text, ...]] = {}
    for scheme, node in listed.nodes.items():
        if scheme in known:
            found[scheme] = tuple(_value(notes, item, scheme, known[scheme]) for item in listed.items(scheme))
        else:
            notes.add(node, "unknown_scheme", value=scheme)
    return found


def _scheme(notes: Notes, scheme: str, node: Node) -> SchemeEntry:
    linked = isinstance(node, yaml.MappingNode) and any(key.value in WHERE for key, _ in node.value)
    fields = notes.fields(node, scheme, ("title", *WHERE) if linked else ("title",))
    return SchemeEntry(
        scheme=scheme,
        title=fields.pair("title"),
        catalogue=fields.id("catalogue", SLUG, "-", 80) or None,
        version=fields.id("version", VERSION, ". _ -", 40) or None,
        part=fields.word("part", PARTS) or None,
    )


def _value(notes: Notes, node: Node, scheme: str, target: Target) -> str | Text:
    value = notes.pair(node, scheme) if isinstance(node, yaml.MappingNode) else notes.text(node, scheme)
    if target.ids is not None and value and value not in target.ids:
        notes.add(node, "bad_reference", value=str(value), catalogue=target.catalogue)
    return value


def _ids(scheme: SchemeEntry, libraries: Iterable[Path]) -> frozenset[str] | None:
    key, version = str(scheme.catalogue), str(scheme.version)
    if max(len(key), len(version)) > 80 or not (re.fullmatch(SLUG, key) and re.fullmatch(VERSION, version)):
        return None  # told already where it was read; it names no file
    for library in libraries:
        path = library / key / f"{version}.yaml"
        root = compose(path, path.name)[0] if path.is_file() else None
        if isinstance(root, yaml.MappingNode):
            rows = plain(root).get(scheme.part)
            listed = rows if isinstance(rows, list) else []
            return frozenset(str(row["id"]) for row in listed if isinstance(row, dict) and "id" in row)
    return None
