"""Reading the fields of a catalogue file one by one, and noting with its line whatever is not as it should be.

Each reader returns a value that can be worked on with even where it noted a problem, so that one pass over a
file finds everything that is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

import yaml

from auditor.catalogue.entries import Text
from auditor.catalogue.problems import Problem
from auditor.catalogue.yamlnodes import Node, is_null, is_text, line

LANGUAGES = ("en", "ja")
NO_TEXT = Text("", "")
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
VERSION = r"[0-9A-Za-z]+([._-][0-9A-Za-z]+)*"
CODE = r"\w+([-.()]\w+)*\)*"  # stands in an address and in a file name as it is


class Fields:
    """The fields of one mapping of a file; a field that is not there is noted once and read as empty."""

    def __init__(
        self, notes: Notes, node: Node, name: str, required: Collection[str], optional: Collection[str] | None
    ) -> None:
        self.notes = notes
        self.node = node
        self.nodes: dict[str, Node] = {}
        if not isinstance(node, yaml.MappingNode):
            notes.add(node, "wrong_type", field=name, expected="fields")
            return
        for key, value in node.value:
            if not is_text(key):
                notes.add(key, "wrong_type", field=name, expected="fields")
            elif key.value in self.nodes:
                notes.add(key, "duplicate_field", field=key.value)
            else:
                self.nodes[key.value] = value
                if optional is not None and key.value not in {*required, *optional}:
                    notes.add(key, "unknown_field", field=key.value)
        for missing in (field for field in required if field not in self.nodes):
            notes.add(node, "missing_field", field=missing)

    def text(self, name: str, limit: int | None = None) -> str:
        """Return a field that has to be one text, stripped; "" if it is not."""
        node = self.nodes.get(name)
        return "" if node is None else self.notes.text(node, name, limit)

    def pair(self, name: str, limit: int | None = None) -> Text:
        """Return a field in both languages."""
        node = self.nodes.get(name)
        return NO_TEXT if node is None else self.notes.pair(node, name, limit)

    def pair_or_none(self, name: str) -> Text | None:
        """Return a field in both languages that may be left out."""
        return self.pair(name) if name in self.nodes else None

    def id(self, name: str, pattern: str, marks: str, limit: int) -> str:
        """Return a field that is a name for machines; ``marks`` says which signs it may have."""
        value = self.text(name, limit)
        if value and not re.fullmatch(pattern, value):
            self.notes.add(self.nodes[name], "bad_id", field=name, value=value, marks=marks)
        return value

    def word(self, name: str, known: Collection[str]) -> str:
        """Return a field that has to be one of the known words."""
        node = self.nodes.get(name)
        return "" if node is None else self.notes.word(node, name, known)

    def day(self, name: str) -> date:
        """Return a field that has to be a date; the first day of the calendar if it is not."""
        node = self.nodes.get(name)
        value = "" if node is None else self.text(name)
        try:
            return date.fromisoformat(value)
        except ValueError:
            if node is not None and value:
                self.notes.add(node, "wrong_type", field=name, expected="date")
            return date.min

    def items(self, name: str, at_least_one: bool = False) -> list[Node]:
        """Return the nodes of a list; none if the field is not there."""
        node = self.nodes.get(name)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.notes.add(node, "wrong_type", field=name, expected="list")
            return []
        if at_least_one and not node.value:
            self.notes.add(node, "empty", field=name)
        return list(node.value)

    def pairs(self, name: str) -> tuple[Text, ...]:
        """Return a list of texts in both languages."""
        return tuple(self.notes.pair(item, name) for item in self.items(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of single texts."""
        return tuple(self.notes.text(item, name) for item in self.items(name))


class Notes:
    """The problems of one file, as they are found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, node: Node, key: str, **params: object) -> None:
        """Note one problem at the line of a node."""
        self.problems.append(Problem(self.file, line(node), key, params))

    def fields(
        self, node: Node, name: str, required: Collection[str], optional: Collection[str] | None = ()
    ) -> Fields:
        """Return the fields of a mapping; with ``optional`` None it may have others."""
        return Fields(self, node, name, required, optional)

    def text(self, node: Node, name: str, limit: int | None = None) -> str:
        """Return one text, stripped; "" and a note if it is none, empty, or longer than ``limit`` characters."""
        if not is_text(node):
            self.add(node, "empty" if is_null(node) else "wrong_type", field=name, expected="text")
            return ""
        value = str(node.value).strip()
        if not value:
            self.add(node, "empty", field=name)
        if limit is not None and len(value) > limit:
            self.add(node, "too_long", field=name, limit=limit)
        return value

    def pair(self, node: Node, name: str, limit: int | None = None) -> Text:
        """Return one text in both languages."""
        if not isinstance(node, yaml.MappingNode):
            self.add(node, "wrong_type", field=name, expected="fields")
            return NO_TEXT
        found: dict[str, str] = {}
        for key, value in node.value:
            if is_text(key) and key.value in LANGUAGES:
                if key.value in found:
                    self.add(key, "duplicate_field", field=key.value)
                elif is_null(value) or (is_text(value) and not value.value.strip()):
                    continue
                found[key.value] = self.text(value, name, limit)
            else:  # a comma in a sentence without quotes makes a field of the rest of the sentence
                self.add(
                    key,
                    "cut_text" if is_null(value) else "unknown_field",
                    field=name if is_null(value) else str(key.value),
                )
        for language in (missing for missing in LANGUAGES if missing not in found):
            self.add(node, "missing_language", field=name, language=language)
        return Text(found.get("en", ""), found.get("ja", ""))

    def word(self, node: Node, name: str, known: Collection[str]) -> str:
        """Return one of the known words; "" and a note for any other."""
        value = self.text(node, name)
        if value and value not in known:
            self.add(node, "unknown_value", field=name, value=value, known=", ".join(known))
            return ""
        return value

    def both_languages(self, node: Node, name: str) -> None:
        """Note every pair of languages below a node of free data that has only one of them, or is cut."""
        for place, below in _mappings(node, name):
            if any(is_text(key) and key.value in LANGUAGES for key, _ in below.value):
                bare = [(key, value) for key, value in below.value if is_text(key)]
                for language in LANGUAGES:
                    if not any(key.value == language and is_text(value) for key, value in bare):
                        self.add(below, "missing_language", field=place, language=language)
                for key, value in bare:
                    if is_null(value):
                        self.add(key, "cut_text", field=place)


def _mappings(node: Node, name: str) -> Iterator[tuple[str, yaml.MappingNode]]:
    if isinstance(node, yaml.MappingNode):
        yield name, node
        for key, value in node.value:
            yield from _mappings(value, str(key.value) if is_text(key) else name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mappings(item, name)
