"""Reading a published text: from a small YAML file of our own, or from two pasted texts.

The file: ``format: auditor-policy/1``, ``published_on``, ``title`` (ja, en) and ``sentences``, each with
``number``, ``ja``, ``en`` and, where they are, ``heading`` (ja, en) and ``controls`` (codes).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from auditor.catalogue.entries import Text
from auditor.catalogue.fields import CODE, Notes
from auditor.catalogue.problems import Problem
from auditor.catalogue.yamlnodes import Node, compose
from auditor.errors import RuleBroken
from auditor.language import _, _l
from auditor.promises.entries import NO_HEADING, PolicyText, Sentence

FORMAT = "auditor-policy/1"
LONGEST_NUMBER = 20
_NUMBERED = re.compile(r"([A-Za-z]{0,4}\d+(?:[.\-]\d+)*(?:\(\d+\))*)[.、:]?\s+(\S.*)")


class PolicyRefused(RuleBroken):
    """A file was not read; ``problems`` says everything that is wrong with it, by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            _l(
                "The file was not read and nothing was saved. Problems found: %(count)s.", count=len(problems)
            ),
            "file",
        )
        self.problems = tuple(problems)


def read(path: Path, name: str | None = None) -> PolicyText:
    """Return what a policy file says. Raises PolicyRefused with every problem by line."""
    root, problems = compose(path, name or str(path))
    if root is None:
        raise PolicyRefused(problems)
    notes = Notes(name or str(path))
    head = notes.fields(root, notes.file, ("format", "published_on", "title", "sentences"))
    head.word("format", (FORMAT,))
    text = PolicyText(
        head.day("published_on"),
        head.pair("title", 200),
        tuple(_sentence(notes, node) for node in head.items("sentences", at_least_one=True)),
    )
    _note_twice(notes, head.items("sentences"), text.sentences)
    if notes.problems:
        raise PolicyRefused(sorted(notes.problems, key=lambda problem: problem.line))
    return text


def _sentence(notes: Notes, node: Node) -> Sentence:
    fields = notes.fields(node, "sentences", ("number", "ja", "en"), ("heading", "controls"))
    return Sentence(
        number=fields.text("number", LONGEST_NUMBER),
        text=Text(fields.text("en"), fields.text("ja")),
        heading=fields.pair("heading", 200) if "heading" in fields.nodes else NO_HEADING,
        controls=tuple(code for code in fields.texts("controls") if re.fullmatch(CODE, code)),
    )


def _note_twice(notes: Notes, nodes: Sequence[Node], sentences: Sequence[Sentence]) -> None:
    used: dict[str, int] = {}
    for node, sentence in zip(nodes, sentences, strict=True):
        if sentence.number in used:
            notes.add(node, "duplicate_id", value=sentence.number, first=used[sentence.number])
        used.setdefault(sentence.number, node.start_mark.line + 1)


def pasted(published_on: date, title: Text, japanese: str, english: str) -> PolicyText:
    """Return the text that two pasted texts give: a line is a number and a sentence, ``#`` opens a part.

    Raises RuleBroken naming the line that is not understood, or a sentence that one language lacks.
    """
    ja, en = _lines(japanese, "text_ja"), _lines(english, "text_en")
    for numbers, others, field in ((ja, en, "text_en"), (en, ja, "text_ja")):
        missing = [number for number in numbers if number not in others]
        if missing:
            raise RuleBroken(
                _("These sentences are missing here: %(numbers)s.", numbers=_(", ").join(missing)), field
            )
    return PolicyText(
        published_on,
        title,
        tuple(
            Sentence(number, Text(en[number][1], text), Text(en[number][0], heading))
            for number, (heading, text) in ja.items()
        ),
    )


def _lines(text: str, field: str) -> dict[str, tuple[str, str]]:
    """Return heading and sentence by number, in the order of the lines."""
    found: dict[str, tuple[str, str]] = {}
    heading = ""
    for at, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line:
            continue
        if line.startswith(("#", "＃")):
            heading = line.lstrip("#＃ \u3000")[:200]
            continue
        number, sentence = _split(line)
        if not number or len(number) > LONGEST_NUMBER:
            raise RuleBroken(
                _(
                    "Line %(line)d does not begin with a number and a space: %(text)s",
                    line=at,
                    text=line[:40],
                ),
                field,
            )
        if number in found:
            raise RuleBroken(
                _("Line %(line)d: the number %(number)s is used twice.", line=at, number=number), field
            )
        found[number] = (heading, sentence)
        heading = ""
    if not found:
        raise RuleBroken(_("Enter at least one sentence."), field)
    return found


def _split(line: str) -> tuple[str, str]:
    """Return the number, its width folded (（5） is (5)), and the sentence as it is written."""
    first, _space, rest = line.replace("\u3000", " ").replace("\t", " ").partition(" ")
    matched = _NUMBERED.fullmatch(f"{unicodedata.normalize('NFKC', first)} {rest.strip()}")
    return (matched[1], rest.strip()) if matched else ("", "")
