"""Each benchmark measures the application and a floor in the same run, and prints the ratio.

Absolute figures drift with the machine; a ratio to work that cannot be avoided does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


def best_of(repeats: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs: the least disturbed one."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.fixture
def compared(capsys: pytest.CaptureFixture[str]) -> Callable[..., float]:
    """compared("what", work, floor, repeats=3): prints both times and gives work / floor."""

    def compare(
        what: str, work: Callable[[], object], floor: Callable[[], object], repeats: int = 3
    ) -> float:
        ours, least = best_of(repeats, work), best_of(repeats, floor)
        with capsys.disabled():
            print(f"\n{what}: {ours * 1000:.1f} ms, floor {least * 1000:.1f} ms, ratio {ours / least:.1f}")
        return ours / least

    return compare
