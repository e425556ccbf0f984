"""A published text as it is typed or read from a file, before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditor.catalogue.entries import Text

NO_HEADING = Text("", "")


@dataclass(frozen=True)
class Sentence:
    """One sentence with its number, the heading that it opens, and the controls that show it kept."""

    number: str
    text: Text
    heading: Text = NO_HEADING
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyText:
    """A whole published text."""

    published_on: date
    title: Text
    sentences: tuple[Sentence, ...]
