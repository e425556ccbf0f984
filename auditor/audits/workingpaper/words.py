"""The words of a working paper: its columns and results in both languages, and the key of each row."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import has_app_context

from auditor.audits.inspections.words import ANSWERS as INSPECTED
from auditor.audits.results import RESULT_LABELS, AuditKind, Result
from auditor.language import LANGUAGES, _l, speaking

FORMAT = "auditor-working-paper/1"
KEY, CATEGORY, CODE, QUESTION, GUIDANCE, BEFORE, FINDINGS, RESULT, NOTE, REASON = (
    "key", "category", "code", "question", "guidance", "before", "findings", "result", "note", "reason",
)  # fmt: skip
HEADINGS: dict[str, Any] = {
    KEY: _l("Row key (do not change)"),
    CATEGORY: _l("Category"),
    CODE: _l("Code"),
    QUESTION: _l("Question"),
    GUIDANCE: _l("How to check"),
    BEFORE: _l("Last time"),
    FINDINGS: _l("Open findings"),
    RESULT: _l("Result"),
    NOTE: _l("Note: what was seen and heard"),
    REASON: _l("Why it does not apply"),
}
INSPECTION_HEADINGS: dict[str, Any] = {
    **HEADINGS,
    RESULT: _l("Answer"),
    NOTE: _l("Memo: what is not kept, and where"),
}
ANSWERS = (RESULT, NOTE, REASON)
MARK = "auditor."  # before the name of a column, in the hidden row above the headings
REMOVE = _l("(remove)")  # typed into a cell to take away the text that stands

_SHORT = {  # what people write who do not use the list
    Result.CONFORM: ("○", "◯", "ok", "conform"),
    Result.MINOR: ("軽微", "軽微不適合", "minor"),
    Result.MAJOR: ("重大", "重大不適合", "major"),
    Result.OBSERVATION: ("観察",),
    Result.IMPROVEMENT: ("改善", "improvement"),
    Result.NOT_APPLICABLE: ("該当なし", "非該当", "n/a", "na"),
    Result.NOT_CHECKED: ("未実施", "unchecked"),
}
_KEY = re.compile(r"([0-9a-f]{10})-(\d{1,9})-(\d{1,9})-([0-9a-f]{4})")


def paper_name(kind: str) -> Any:
    """Return what the file is called: an audit has one, a self-inspection another."""
    return _l("Self-inspection paper") if kind == AuditKind.SELF_INSPECTION else _l("Audit working paper")


def headings(kind: str) -> Mapping[str, Any]:
    """Return what stands above the columns."""
    return INSPECTION_HEADINGS if kind == AuditKind.SELF_INSPECTION else HEADINGS


def results(kind: str) -> Mapping[Result, Any]:
    """Return the results to choose from, in the words of the screen on which such a check is entered."""
    return INSPECTED if kind == AuditKind.SELF_INSPECTION else RESULT_LABELS


def folded(text: str) -> str:
    """Return a word as it is compared: whatever the width, the case and the blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True)
class Vocabulary:
    """What is understood, in both languages whatever the language of the file; by folded word."""

    headings: dict[str, str]
    results: dict[str, Result]
    removals: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Return what is understood. Raises RuntimeError outside an application context, where nothing is translated."""
    if not has_app_context():
        raise RuntimeError("the words of a working paper need an application context")
    columns = {f"{MARK}{name}": name for name in HEADINGS}
    words = {folded(word): result for result, short in _SHORT.items() for word in short}
    removals = set()
    for language in LANGUAGES:
        with speaking(language):
            for of_kind in (HEADINGS, INSPECTION_HEADINGS):
                columns |= {folded(str(label)): name for name, label in of_kind.items()}
            for of_result in (RESULT_LABELS, INSPECTED):
                words |= {folded(str(label)): result for result, label in of_result.items()}
            removals.add(folded(str(REMOVE)))
    return Vocabulary(columns, words, frozenset(removals))


@dataclass(frozen=True)
class RowKey:
    """Which item a row is, and which of its results stood when the paper was written (0: none)."""

    token: str
    item_id: int
    based_on: int

    def __str__(self) -> str:
        body = f"{self.token}-{self.item_id}-{self.based_on}"
        return f"{body}-{_check(body)}"


def read_key(text: str) -> RowKey | None:
    """Return the key that a cell holds; None for anything else, a key that was changed included."""
    found = _KEY.fullmatch(text.strip())
    if found is None or _check(text.strip().rpartition("-")[0]) != found[4]:
        return None
    return RowKey(found[1], int(found[2]), int(found[3]))


def _check(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:4]
