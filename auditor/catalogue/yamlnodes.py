"""YAML as nodes with lines, read so that a file can neither run, nor swell, nor change the type of a word.

Nothing is constructed: a value stays the text that was typed, and whoever reads a field says what it should be.
So ``no``, ``5.10`` and ``2026-04-01`` stay what they are, which YAML 1.1 would turn into False, 5.1 and a date.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import yaml

from auditor.catalogue.problems import Problem
from auditor.evidence.media import media_type_of

Node = yaml.Node
MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 30
MAX_VALUES = 400_000
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
# What is chosen in the place of a YAML file; a workbook with a password is an Office file of the old kind.
_KINDS = {
    "application/zip": "Excel / ZIP",
    "application/x-ole-storage": "Office 97–2003",
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
}
_CORE = "tag:yaml.org,2002:"
_LOOKS = {_CORE + look for look in ("str", "int", "float", "bool", "timestamp", "merge", "value")}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there


def compose(path: Path, name: str) -> tuple[Node | None, list[Problem]]:
    """Return the root node of a YAML file, or None and why it was not read; problems call the file ``name``."""
    text, problems = _text(path, name)
    if problems:
        return None, problems
    try:
        problem = _unsafe(name, text)
        node = None if problem else yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        at = _line_of(error, text)
        # libyaml reads ahead, and gives up by itself before our own limit is seen.
        if "nesting" in (getattr(error, "problem", None) or ""):
            return None, [Problem(name, at, "too_deep", {"limit": MAX_DEPTH})]
        return None, [Problem(name, at, "not_yaml")]
    if problem or node is None:
        return None, [problem or Problem(name, 1, "wrong_type", {"field": name, "expected": "whole"})]
    return node, []


def line(node: Node) -> int:
    """Return the line of a node, from 1."""
    return int(node.start_mark.line) + 1


def is_null(node: Node) -> bool:
    """Say whether nothing, ``~`` or ``null`` was typed without quotes."""
    return isinstance(node, yaml.ScalarNode) and node.tag == _CORE + "null"


def is_text(node: Node) -> bool:
    """Say whether a node is one value of whatever look, without a tag of its own."""
    return isinstance(node, yaml.ScalarNode) and node.tag in _LOOKS


def plain(node: Node) -> Any:
    """Return a node as JSON-like data: whole numbers, true, false and null as YAML 1.2 reads them, else text."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    if is_null(node):
        return None
    if node.tag == _CORE + "bool" and node.value in {"true", "false"}:
        return node.value == "true"
    if node.tag == _CORE + "int" and re.fullmatch(r"-?(0|[1-9]\d*)", node.value):
        return int(node.value)
    return node.value


def content_hash(node: Node) -> str:
    """Return the SHA-256 (hex) of what a node says, whatever its comments, quotes, layout and order of fields.

    It is taken from the file and not from what we make of it, so that a later release of ours finds the same.
    """
    said = json.dumps(_said(node), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _said(node: Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _said(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_said(item) for item in node.value]
    return None if is_null(node) else str(node.value).strip()


def _text(path: Path, name: str) -> tuple[str, list[Problem]]:
    try:
        with path.open("rb") as source:
            raw = source.read(MAX_BYTES + 1)
    except OSError:
        return "", [Problem(name, 1, "unreadable")]
    if len(raw) > MAX_BYTES:
        return "", [Problem(name, 1, "too_large", {"limit": MAX_BYTES // 1024 // 1024})]
    kind = _KINDS.get(media_type_of(raw[:4096]))
    if kind is not None:
        return "", [Problem(name, 1, "wrong_kind", {"kind": kind})]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "", [Problem(name, raw.count(b"\n", 0, error.start) + 1, "not_utf8")]
    if "\0" in text:  # PostgreSQL keeps no such character, and no YAML file holds one
        return "", [Problem(name, text.count("\n", 0, text.index("\0")) + 1, "not_yaml")]
    return text, []


def _unsafe(name: str, text: str) -> Problem | None:
    """Look through the file before anything is built from it; a chain of aliases would grow without end."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        at = 1 if event.start_mark is None else event.start_mark.line + 1
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return Problem(name, at, "alias")
        if depth > MAX_DEPTH:
            return Problem(name, at, "too_deep", {"limit": MAX_DEPTH})
        if count > MAX_VALUES:
            return Problem(name, at, "too_many", {"limit": MAX_VALUES})
    return None


def _line_of(error: yaml.YAMLError, text: str) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return text.count("\n", 0, int(getattr(error, "position", 0) or 0)) + 1
