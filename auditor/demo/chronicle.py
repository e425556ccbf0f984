"""What happens in the demo years, in the order of time: each step one of the application's own actions."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from auditor import activity, db

Step = Callable[[datetime], None]
_TOGETHER = 200  # steps of one database transaction: a demo is made anew, not resumed


class Chronicle:
    """Steps with their instants; a step may add later ones. Time never runs backwards."""

    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, Step]] = []
        self._number = count()
        self._now = datetime.min.replace(tzinfo=UTC)

    def add(self, at: datetime, step: Step) -> None:
        """Have ``step`` happen at ``at``, or now where that has passed: business days may bring close days together.

        Steps of the same instant happen in the order they were added.
        """
        heapq.heappush(self._steps, (max(at, self._now), next(self._number), step))

    def run(self, until: datetime) -> int:
        """Let everything happen up to ``until`` and return the number of steps."""
        done = 0
        while self._steps and self._steps[0][0] <= until:
            with activity.many_actions(), db.transaction():
                for _ in range(_TOGETHER):
                    if not self._steps or self._steps[0][0] > until:
                        break
                    self._now, _number, step = heapq.heappop(self._steps)
                    step(self._now)
                    done += 1
        return done
