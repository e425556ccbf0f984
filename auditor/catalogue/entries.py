"""What a catalogue file says, once it is read: plain frozen values and the words its fields may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

FORMAT = "auditor-catalogue/1"
KINDS = ("controls", "guideline")
TARGETS = ("company", "department", "system", "area", "contractor")
STAGES = ("acquisition", "use", "storage", "provision", "deletion", "disposal", "all")
BASES = ("statute", "measure", "important", "example", "jis", "seed", "practice")
FREQUENCIES = ("monthly", "quarterly", "semiannual", "annual")
STRENGTHS = ("must", "important", "desirable", "example")
CONFIRMATIONS = ("C", "S", "K")
PARTS = ("measures", "acts")


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    en: str
    ja: str


@dataclass(frozen=True)
class SourceEntry:
    """A public text the catalogue was written from; ``date`` is the day it was read."""

    title: Text
    url: str
    date: date


@dataclass(frozen=True)
class SchemeEntry:
    """A scheme that references use; its values are ids of ``part`` of another catalogue, if one is named."""

    scheme: str
    title: Text
    catalogue: str | None
    version: str | None
    part: str | None


@dataclass(frozen=True)
class CategoryEntry:
    """A heading for controls."""

    code: str
    prefix: str | None
    title: Text


@dataclass(frozen=True)
class ControlEntry:
    """One checkable question. ``seed`` lists the sections of the published policy that promise it."""

    code: str
    category: str
    target: str
    stages: tuple[str, ...]
    basis: str
    frequency: str
    title: Text
    question: Text
    guidance: Text
    evidence: tuple[Text, ...]
    references: Mapping[str, tuple[str | Text, ...]]
    seed: tuple[str, ...]

    def details(self) -> dict[str, Any]:
        """Return what has no column of its own, ready for JSON, under the names of the file."""
        entry = asdict(self)
        return {
            "stage": list(self.stages),
            "evidence": list(entry["evidence"]),
            "refs": {scheme: list(values) for scheme, values in entry["references"].items()},
            "seed": list(self.seed),
        }


@dataclass(frozen=True)
class MeasureEntry:
    """What law or guideline asks for; ``parent`` is the id of the measure above it."""

    code: str
    parent: str | None
    strength: str
    title: Text
    short_title: Text
    measure: Text
    examples: tuple[Text, ...]
    small_business_examples: tuple[Text, ...]
    note: Text | None
    acts: tuple[str, ...]
    confirmed: str

    def details(self) -> dict[str, Any]:
        """Return what has no column of its own, ready for JSON, under the names of the file."""
        entry = asdict(self)
        return {
            "short_title": entry["short_title"],
            "examples": list(entry["examples"]),
            "small_business_examples": list(entry["small_business_examples"]),
            "note": entry["note"],
            "acts": list(self.acts),
            "confirmed": self.confirmed,
        }


@dataclass(frozen=True)
class ActEntry:
    """An article that measures and controls refer to."""

    code: str
    title: Text
    note: Text | None
    confirmed: str


@dataclass(frozen=True)
class CatalogueFile:
    """One version of one catalogue.

    ``sections`` holds a guideline's further data as it stands in the file. ``content_hash`` is the SHA-256 (hex)
    of what the file says: comments, quotes, layout and the order of fields do not change it.
    """

    kind: str
    key: str
    version: str
    title: Text
    description: Text | None
    publisher: str
    licence: str
    effective_from: date
    sources: tuple[SourceEntry, ...]
    schemes: tuple[SchemeEntry, ...]
    categories: tuple[CategoryEntry, ...]
    controls: tuple[ControlEntry, ...]
    measures: tuple[MeasureEntry, ...]
    acts: tuple[ActEntry, ...]
    sections: Mapping[str, Any]
    content_hash: str
