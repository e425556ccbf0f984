"""Two hundred people at once, then two servers and a scheduler on PostgreSQL: `make load`.

    make load                               5 minutes of 200 people, and a minute of 20 on PostgreSQL
    make load MINUTES=0.5 PEOPLE=50         shorter and smaller
    make load WHERE=embedded | postgresql   only one of the two

It runs on loopback only, in a folder of its own that it removes, and stops by itself. It fails when an answer
was an error, when a save was lost or doubled, or when `auditor verify` finds anything; how fast it was is
printed, and fails it only where the 95th percentile of the 200 people's answers is above half a second.
PostgreSQL is the server of AUDITOR_TEST_POSTGRES_URL (or AUDITOR_TEST_DATABASE_URL), in a database of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from auditor import clock
from auditor.config import Settings
from tests.bed.databases import scratch_postgres
from tests.bed.ports import free_port
from tests.benchmarks.load_company import Morning, prepare
from tests.benchmarks.load_counting import check, kept, table, verified
from tests.benchmarks.load_people import Person, Tally
from tests.benchmarks.load_servers import Servers

GOAL = 500  # milliseconds, of 95 in 100 answers
AT_THE_DOOR = 4  # people who sign in at the same time
SECOND_PEOPLE, SECOND_MINUTES = 20, 1.0
_APART = {"sign in", "sign-in page", "asset"}  # of the warm-up


def main() -> int:
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--minutes", type=float, default=5.0)
    read.add_argument("--people", type=int, default=200)
    read.add_argument("--where", choices=("both", "embedded", "postgresql"), default="both")
    wanted = read.parse_args()
    if not 0 < wanted.minutes <= 30 or not 5 <= wanted.people <= 250:
        read.error("at most 30 minutes, and 5 to 250 people")
    failures = []
    if wanted.where != "postgresql":
        failures += embedded(wanted.people, wanted.minutes)
    if wanted.where != "embedded":
        failures += on_postgresql(min(SECOND_PEOPLE, wanted.people), min(SECOND_MINUTES, wanted.minutes))
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


def embedded(people: int, minutes: float) -> list[str]:
    """Measure the server as shipped, on the embedded database."""
    with tempfile.TemporaryDirectory(prefix="auditor-load.") as folder:
        settings = Settings.load(_environ(), data=Path(folder))
        print(
            f"\n{people} people on the embedded database, {minutes:g} minutes. Making their company …",
            flush=True,
        )
        morning = prepare(settings, people, clock.now())
        return _measure(settings, morning, minutes, _mixed, servers=1, goal=GOAL)


def on_postgresql(people: int, minutes: float) -> list[str]:
    """Measure two servers and a scheduler on one PostgreSQL, everybody saving, a half of it the same items."""
    with tempfile.TemporaryDirectory(prefix="auditor-load.") as folder, scratch_postgres() as url:
        settings = Settings.load(_environ(DATABASE_URL=url), data=Path(folder))
        print(
            f"\n{people} people saving on PostgreSQL, {minutes:g} minutes. Making their company …", flush=True
        )
        morning = prepare(settings, people, clock.now())
        return _measure(settings, morning, minutes, _saving, servers=2)


def _environ(**more: str) -> dict[str, str]:
    """Return the settings of an installation behind a proxy; what this shell happens to set stays out."""
    return {"AUDITOR_BASE_URL": f"http://127.0.0.1:{free_port()}", "AUDITOR_TRUSTED_PROXIES": "1", **more}


Life = Callable[[Person, float], Coroutine[Any, Any, None]]


def _measure(
    settings: Settings, morning: Morning, minutes: float, life: Life, servers: int, goal: float | None = None
) -> list[str]:
    before = kept(settings)
    tally = Tally()
    with Servers(settings, servers) as running:
        crowd = [
            Person(worker, running.addresses[place % servers], place, tally, morning.right)
            for place, worker in enumerate(morning.workers)
        ]
        own = time.process_time()
        asyncio.run(_let_in(crowd))
        print(table("Warm-up: signing in", tally.times, None, only=_APART), flush=True)
        errors_before = len(tally.errors)
        tally.times.clear()
        running.begin()
        start = time.monotonic()
        asyncio.run(_all(crowd, life, start + minutes * 60))
        taken = time.monotonic() - start
        print(table(f"{len(crowd)} people, {taken:.0f} s", tally.times, taken, only=None))
        print(running.cost(taken))
        print(f"client: {(time.process_time() - own):.0f} s of CPU")
    failures = [f"{len(tally.errors)} errors, {errors_before} while signing in"] if tally.errors else []
    for error in tally.errors[:10]:
        print("  " + error)
    failures += check(settings, before, tally)
    failures += verified(settings)
    clicks = sorted(one for times in tally.times.values() for one in times)
    p95 = clicks[int(len(clicks) * 0.95)] if clicks else 0
    if goal is not None and p95 > goal:
        failures.append(f"the 95th percentile is {p95:.0f} ms, the goal {goal} ms")
    return failures


async def _let_in(crowd: list[Person]) -> None:
    """Sign everybody in, a few at once as over a morning: checking a password costs a fifth of a second of CPU."""
    room = asyncio.Semaphore(AT_THE_DOOR)

    async def enter(person: Person) -> None:
        async with room:
            await person.click(person.sign_in)

    await asyncio.gather(*(enter(person) for person in crowd))


async def _all(crowd: list[Person], life: Life, until: float) -> None:
    await asyncio.gather(*(life(person, until) for person in crowd))


async def _mixed(person: Person, until: float) -> None:
    await person.live(until)


async def _saving(person: Person, until: float) -> None:
    """Save without a rest for thinking; every second time an item that the whole team has open."""
    await asyncio.sleep(random.Random(person.place).random())
    while time.monotonic() < until:
        shared = person.count % 2 == 1
        await person.click(person.save_shared if shared else person.save)
        await asyncio.sleep(person.random.uniform(0.5, 1.5))


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    # Cut off, it still stops its servers and clears up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
