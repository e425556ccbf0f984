"""The order of the demo's story."""

from __future__ import annotations

from datetime import datetime, timedelta

from auditor.demo.chronicle import Chronicle
from tests.cast import NOW, Cast


def test_what_a_step_adds_for_an_earlier_time_happens_at_once(cast: Cast) -> None:
    """Two days of the story can become one business day, and ten o'clock of the second comes before two of the first."""
    story = Chronicle()
    happened: list[tuple[str, datetime]] = []

    def found(at: datetime) -> None:
        happened.append(("found", at))
        story.add(at - timedelta(hours=4), lambda at: happened.append(("withdrawn", at)))

    story.add(NOW, found)
    story.add(NOW + timedelta(hours=1), lambda at: happened.append(("later", at)))
    assert story.run(NOW + timedelta(days=1)) == 3
    assert happened == [("found", NOW), ("withdrawn", NOW), ("later", NOW + timedelta(hours=1))]
