"""What a notice says: each feature registers, by kind, the function that finds the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auditor.dated import Moment


@dataclass(frozen=True)
class Words:
    """A notice in the language spoken: a headline and one sentence. Urgent ones stand first in the mail.

    ``path`` takes the place of the stored one where the link must not be written down beforehand.
    """

    headline: str
    sentence: str = ""
    urgent: bool = False
    path: str = ""


Render = Callable[[dict[str, Any], Moment], Words | None]
_kinds: dict[str, Render] = {}


def kind(name: str) -> Callable[[Render], Render]:
    """Register how a notice of this kind reads. The function gets its params (ids) and the moment of sending.

    It speaks the current language, and returns None when there is nothing to tell any more.
    """

    def register(render: Render) -> Render:
        if name in _kinds:
            raise RuntimeError(f"notice kind {name} is registered twice")
        _kinds[name] = render
        return render

    return register


def words(name: str, params: dict[str, Any], moment: Moment) -> Words | None:
    """Return what a notice says now, or None when it has become idle."""
    return _kinds[name](params, moment)


def registered() -> frozenset[str]:
    """Return the names of all kinds."""
    return frozenset(_kinds)
