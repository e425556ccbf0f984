"""What can be wrong with a catalogue file, said with its line in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditor.errors import RuleBroken
from auditor.language import _l

if TYPE_CHECKING:
    from flask_babel import LazyString

MESSAGES: Mapping[str, LazyString] = {
    "unreadable": _l("The file cannot be opened."),
    "too_large": _l("The file is larger than %(limit)s MB."),
    "wrong_kind": _l("This is not a YAML file but %(kind)s. Choose the file in YAML."),
    "not_utf8": _l("The file is not UTF-8. Save it as UTF-8 and try again."),
    "not_yaml": _l("This is not YAML from here on. Look at indentation, quotes and brackets."),
    "alias": _l("Anchors and aliases (&, *) are not used in catalogue files. Write the value out."),
    "too_deep": _l("Values are nested more than %(limit)s levels deep."),
    "too_many": _l("The file holds more than %(limit)s values."),
    "wrong_type": _l("“%(field)s” should be %(expected)s."),
    "missing_field": _l("“%(field)s” is missing."),
    "unknown_field": _l("“%(field)s” is not a field of this format."),
    "duplicate_field": _l("“%(field)s” is given twice."),
    "missing_language": _l("“%(field)s” has no %(language)s text."),
    "cut_text": _l("“%(field)s” is cut at a comma. Put the sentence in quotes."),
    "unknown_value": _l("“%(value)s” is not a known %(field)s. Known: %(known)s."),
    "empty": _l("“%(field)s” is empty."),
    "too_long": _l("“%(field)s” is longer than %(limit)s characters."),
    "bad_id": _l("“%(value)s” cannot be used as “%(field)s”. Use only letters, digits and %(marks)s."),
    "duplicate_id": _l("“%(value)s” is already used on line %(first)s."),
    "bad_prefix": _l("“%(value)s” does not begin with “%(prefix)s-”, the prefix of its category."),
    "bad_reference": _l("“%(value)s” is not in %(catalogue)s."),
    "unknown_scheme": _l("“%(value)s” is not listed under references."),
    "catalogue_absent": _l(
        "The catalogue %(catalogue)s was not found, so references to it cannot be followed."
    ),
    "cycle": _l("“%(value)s” is placed below itself."),
    "all_alone": _l("“all” must stand alone; it cannot be listed with other stages."),
    "promise_unnamed": _l("A control with the basis “seed” has to name the section that promises it."),
}

# Parameters that are words of ours, not of the file, and so are translated too.
WORDS: Mapping[str, LazyString] = {
    "en": _l("English"),
    "ja": _l("Japanese"),
    "text": _l("a text"),
    "list": _l("a list"),
    "fields": _l("a set of fields"),
    "date": _l("a date (YYYY-MM-DD)"),
    "whole": _l("a whole catalogue, not a list or a text"),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, at a line (from 1) of a file.

    ``key`` names the message; ``params`` fill it in and are for machines too.
    """

    file: str
    line: int
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it; needs an application context."""
        words = {
            name: str(WORDS[value]) if name in {"language", "expected"} else value
            for name, value in self.params.items()
        }
        return str(MESSAGES[self.key]) % words

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class CatalogueRefused(RuleBroken):
    """A catalogue file was not read; ``problems`` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            _l(
                "The catalogue file %(file)s was not read. Problems found: %(count)s.",
                file=problems[0].file,
                count=len(problems),
            )
        )
        self.problems = tuple(problems)
