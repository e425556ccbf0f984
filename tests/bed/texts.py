"""The texts that the product speaks, as extracted from its code and templates, and their translations."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "_n": (1, 2),
    "N_": None,  # marked in a table, translated where it is shown
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sdif]|%%")


@cache
def spoken() -> dict[tuple[str, ...], list[str]]:
    """Every text of the code and the templates (with its plural, if any) and where it is spoken."""
    found: dict[tuple[str, ...], list[str]] = {}
    for folder, methods in (
        ("auditor", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
    ):
        options = {
            "**.html": {"trimmed": "true", "silent": "false"},
            "**.txt": {"trimmed": "true", "silent": "false"},
        }
        extracted = extract_from_dir(ROOT / folder, methods, options, keywords=KEYWORDS)
        for file, line, text, _comments, _context in extracted:
            key = text if isinstance(text, tuple) else (text,)
            found.setdefault(tuple(part for part in key if part), []).append(f"{folder}/{file}:{line}")
    found.pop((), None)
    return found


def sources(language: str = "ja") -> list[Path]:
    """The .po files of a language, one a feature."""
    return sorted((ROOT / "auditor" / "locale" / language).glob("*.po"))


def read(source: Path) -> Catalog:
    """One .po file, with its errors raised."""
    with source.open("rb") as file:
        return read_po(file, locale=source.parent.name, abort_invalid=True)


@cache
def translations(language: str = "ja") -> dict[str, list[tuple[Path, Message]]]:
    """Each translated text (its singular) and the messages that translate it, with their files."""
    found: dict[str, list[tuple[Path, Message]]] = {}
    for source in sources(language):
        for message in read(source):
            if message.id:
                found.setdefault(forms(message.id)[0], []).append((source, message))
    return found


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """A text, or a text with its plural, as a tuple."""
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    """What is filled in: the names, or the conversions where they have no name."""
    return {
        match.group(1) or match.group(0) for match in PLACEHOLDER.finditer(text) if match.group(0) != "%%"
    }


@cache
def english_only() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """The English texts that must not stand on a Japanese page: plain ones, and patterns for filled-in ones.

    A text whose translation is the same as itself (a name, an abbreviation) may stand. The translations tell what
    there is to be found: tests/test_translations.py names each text that has none, once instead of on every page.
    """
    plain: set[str] = set()
    filled: list[re.Pattern[str]] = []
    for messages in translations().values():
        same = {part for _, message in messages for part in forms(message.string or "")}
        for text in dict.fromkeys(part for _, message in messages for part in forms(message.id)):
            if text in same or not re.search(r"[A-Za-z]{3}", PLACEHOLDER.sub("", text)):
                continue
            if placeholders(text):
                parts = [
                    re.escape(" ".join(part.split())) for part in re.split(r"%\(\w+\)[sdif]|%[sdif]", text)
                ]
                filled.append(re.compile(r"\s*.+?\s*".join(parts).replace("%%", "%")))
            else:
                plain.add(" ".join(text.split()))
    return frozenset(plain), tuple(filled)


@cache
def untranslated(seen: str) -> bool:
    """Whether a piece of a Japanese page is one of the product's English texts."""
    plain, filled = english_only()
    text = " ".join(seen.split())
    return text in plain or any(pattern.fullmatch(text) for pattern in filled)
