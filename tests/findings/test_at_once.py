"""Several people at the same moment, each on a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from auditor import clock, db
from auditor.errors import RuleBroken, Stale
from auditor.findings import verifying
from auditor.findings.models import Finding, FindingState, Verification
from tests.findings.making import state


def at_once(steps: list[Callable[[], object]]) -> list[BaseException | None]:
    """Run the steps in threads that start together; what each raised, or None."""
    gate = threading.Barrier(len(steps))
    raised: list[BaseException | None] = [None] * len(steps)

    def run(place: int, step: Callable[[], object], instant: Any) -> None:
        with clock.standing_at(instant), db.connected():
            gate.wait()
            try:
                step()
            except Exception as error:
                raised[place] = error

    threads = [
        threading.Thread(target=run, args=(place, step, clock.now())) for place, step in enumerate(steps)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_findings_recorded_at_once_get_a_number_each(making: Any) -> None:
    assert at_once([making.recorded] * 4) == [None] * 4
    assert [row.number for row in Finding.select().order_by(Finding.number)] == [
        f"F26-00{number}" for number in (1, 2, 3, 4)
    ]


def test_of_two_findings_on_one_item_one_is_recorded(making: Any) -> None:
    item = making.item()
    item.audit.subject_id  # noqa: B018  read before the threads share it
    raised = at_once([lambda: making.recorded(by="auditor", item=item)] * 2)
    assert Finding.select().count() == 1
    assert [type(error) for error in raised if error] == [RuleBroken]


def test_of_two_verifications_one_counts(making: Any) -> None:
    finding = making.verifying()
    at = making.tomorrow()
    seen = FindingState.select().order_by(FindingState.id.desc()).get().id

    def verify(name: str) -> Callable[[], object]:
        actor = making.actor(name)
        return lambda: verifying.verify(actor, at, finding, accepted=True, comment="見た。", seen=seen)

    raised = at_once([verify("administrator"), verify("head_of_audit")])
    assert Verification.select().count() == 1 and state(finding) == "effectiveness"
    (refused,) = [error for error in raised if error]
    assert isinstance(refused, RuleBroken | Stale)
