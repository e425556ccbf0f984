"""What can go wrong in words that the person sees as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AuditorError(Exception):
    """Base of everything the application raises on purpose. ``str()`` of it is shown as it is."""


class ConfigurationError(AuditorError):
    """The environment asks for something that cannot be; the process does not start."""


class RuleBroken(AuditorError):
    """A rule refuses the request (answered 422). ``field`` names the form field it is about, if one."""

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)  # lazy translations are resolved when they are shown


class NotFound(AuditorError):
    """There is no such thing for this person (answered 404, so that ids cannot be guessed)."""


class Forbidden(AuditorError):
    """The person may see the thing and may not change it (answered 403)."""


class Stale(AuditorError):
    """Somebody else changed the thing meanwhile (answered 409).

    ``theirs`` is what stands now and ``mine`` what the person typed; the page shows both.
    """

    def __init__(self, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> None:
        super().__init__("stale")
        self.theirs = theirs
        self.mine = mine
