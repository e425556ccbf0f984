"""YAML read with its lines, so that every problem of a file can be shown at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.language import _l

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file. ``line`` counts from 1; ``message`` is translated when it is shown."""

    file: str
    line: int
    message: Any

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class MarkedFile:
    """One file under reading, with the problems found so far."""

    name: str
    problems: list[Problem] = field(default_factory=list)

    def blame(self, line: int, message: Any) -> None:
        """Add a problem at ``line`` (from 1)."""
        self.problems.append(Problem(self.name, line, message))

    def text_of(self, folder: Path) -> str | None:
        """Return the file's text with plain line ends, or None with a problem when it cannot be read."""
        try:
            return (folder / self.name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.blame(1, _l("The file is missing."))
        except UnicodeDecodeError:
            self.blame(1, _l("The file is not UTF-8 text. Save it as UTF-8."))
        return None

    def entry_of(self, folder: Path) -> Entry | None:
        """Return the mapping at the top of the file, or None with a problem where there is none."""
        text = self.text_of(folder)
        if text is None:
            return None
        try:
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self.blame(mark.line + 1 if mark else 1, _l("This is not valid YAML: %(why)s", why=error.problem))
            return None
        except yaml.YAMLError as error:
            self.blame(1, _l("This is not valid YAML: %(why)s", why=str(error)))
            return None
        return self.entry(node, 1)

    def entry(self, node: Node | None, line: int) -> Entry | None:
        """Return ``node`` as a mapping, or None with a problem where it is something else."""
        if not isinstance(node, MappingNode):
            self.blame(node.start_mark.line + 1 if node else line, _l("Names with values are expected here."))
            return None
        entry = Entry(self, node.start_mark.line + 1)
        for name, value in node.value:
            at = name.start_mark.line + 1
            if str(name.value) in entry.values:
                self.blame(at, _l("“%(name)s” appears here twice.", name=name.value))
            entry.values[str(name.value)] = value
            entry.lines[str(name.value)] = at
        return entry


@dataclass
class Entry:
    """A mapping of a file. Each read returns a value and blames what is missing or of the wrong kind."""

    file: MarkedFile
    line: int
    values: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, name: str) -> int:
        """Return the line where ``name`` stands, or that of the mapping where it does not."""
        return self.lines.get(name, self.line)

    def only(self, *names: str) -> None:
        """Blame every name that is not one of ``names``: a misspelt one would be overlooked in silence."""
        for name in self.values.keys() - set(names):
            self.file.blame(self.line_of(name), _l("“%(name)s” is not known here.", name=name))

    def text(self, name: str, longest: int = 5000) -> str:
        """Return a text that is not blank and has at most ``longest`` characters."""
        node = self.values.get(name)
        text = node.value.strip() if isinstance(node, ScalarNode) and not _is_null(node) else ""
        if not text:
            self.file.blame(self.line_of(name), _l("“%(name)s” is missing.", name=name))
        elif len(text) > longest:
            self.file.blame(
                self.line_of(name),
                _l("“%(name)s” has more than %(longest)s characters.", name=name, longest=longest),
            )
        return text

    def slug(self, name: str, longest: int) -> str:
        """Return a stable key: lower-case letters and digits, joined by hyphens."""
        text = self.text(name, longest)
        if text and not SLUG.fullmatch(text):
            self.file.blame(
                self.line_of(name),
                _l("“%(name)s” takes lower-case letters, digits and hyphens only.", name=name),
            )
        return text

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return a text that is one of ``allowed``."""
        text = self.text(name)
        if text and text not in allowed:
            self.file.blame(
                self.line_of(name),
                _l("“%(name)s” must be one of: %(allowed)s.", name=name, allowed=", ".join(allowed)),
            )
        return text

    def number(self, name: str, least: int, most: int) -> int:
        """Return a whole number from ``least`` to ``most``."""
        node = self.values.get(name)
        if isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:int":
            value = yaml.safe_load(node.value)
            if isinstance(value, int) and least <= value <= most:
                return value
        self.file.blame(
            self.line_of(name),
            _l(
                "“%(name)s” must be a whole number from %(least)s to %(most)s.",
                name=name,
                least=least,
                most=most,
            ),
        )
        return least

    def number_or_none(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number, or None where the value is empty or absent."""
        node = self.values.get(name)
        if node is None or (isinstance(node, ScalarNode) and _is_null(node)):
            return None
        return self.number(name, least, most)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        node = self.values.get(name)
        if isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:bool":
            return bool(yaml.safe_load(node.value))
        self.file.blame(self.line_of(name), _l("“%(name)s” must be true or false.", name=name))
        return False

    def both(self, name: str, longest: int = 5000) -> tuple[str, str]:
        """Return the Japanese and the English text of ``name``."""
        if name not in self.values:
            self.file.blame(self.line, _l("“%(name)s” is missing.", name=name))
            return "", ""
        entry = self.file.entry(self.values[name], self.line)
        if entry is None:
            return "", ""
        entry.only("ja", "en")
        return entry.text("ja", longest), entry.text("en", longest)

    def entries(self, name: str) -> Iterator[Entry]:
        """Yield the mappings of a list; blames a list that is empty or none."""
        node = self.values.get(name)
        if not isinstance(node, SequenceNode) or not node.value:
            self.file.blame(self.line_of(name), _l("“%(name)s” must be a list with entries.", name=name))
            return
        for item in node.value:
            entry = self.file.entry(item, item.start_mark.line + 1)
            if entry is not None:
                yield entry


def _is_null(node: ScalarNode) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")
