"""A clock that stands, in the test and in the server it looks at, so that no test depends on the day it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from auditor import clock


class StandingClock:
    """Stands at `instant` until it is moved."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self._stack = ExitStack()
        self.move(instant)

    def move(self, to: datetime) -> None:
        """Lets the clock stand at another instant from now on, for the test and for the live server."""
        self._stack.enter_context(clock.standing_at(to))
        self.instant = to

    def close(self) -> None:
        self._stack.close()

    def over(self, application: Callable[..., Any]) -> Callable[..., Iterator[bytes]]:
        """The WSGI application with this clock: a server answers in threads of its own."""

        def standing(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
            with clock.standing_at(self.instant):
                answer = application(environ, start_response)
                try:
                    yield from answer
                finally:
                    if hasattr(answer, "close"):
                        answer.close()

        return standing
