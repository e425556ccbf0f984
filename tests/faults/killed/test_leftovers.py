"""What dead processes leave in the data folder is cleared away after a day; nothing else is."""

from __future__ import annotations

import io
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor import connections, db
from auditor.evidence import actions as evidence
from auditor.people import staging
from auditor.scheduling import actions
from auditor.scheduling.jobs import named
from tests.cast import NOW, Cast
from tests.faults.killed import driver
from tests.faults.killed.conftest import Company

STRAYS = (
    ".head0123",
    ".erasures.jsonl.0123",
    "keys/.new-log.key",
    "exports/tmp0123.xlsx",
    "exports/.tmp0123.xlsx.part",
    "imports/.upload0123",
    f"imports/{'a' * 64}",
    "evidence/.incoming-0123",
    f"evidence/ab/ab{'c' * 62}",
)
OF_SOMEBODY = (".bashrc", "keys/log.key", "log-head.json", "roster.xlsx")


@pytest.fixture
def tidied(cast: Cast, app: Any, settings: Any) -> Any:
    """Makes every file of the data folder as old as ``age``, tidies, and returns those that are left."""

    def tidy(age: timedelta) -> set[str]:
        seconds = (NOW - age).timestamp()
        files = [path for path in settings.data.rglob("*") if path.is_file()]
        for path in files:
            os.utime(path, (seconds, seconds))
        job = named("tidy")
        assert job is not None
        with app.app_context():
            assert actions.run(job, settings, NOW).outcome == "done"
        return {str(path.relative_to(settings.data)) for path in settings.data.rglob("*") if path.is_file()}

    return tidy


def _written(folder: Path) -> None:
    for name in (*STRAYS, *OF_SOMEBODY):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).exists():
            (folder / name).write_text("left")


def test_strays_go_after_a_day_and_what_somebody_needs_stays(cast: Cast, settings: Any, tidied: Any) -> None:
    head = cast.actor("administrator")
    given = evidence.add_file(head, NOW, settings.evidence_folder, io.BytesIO(b"a paper"), "a.txt")
    waiting = staging.stage(head, settings.data / "imports", b"a,b", "r.csv", date(2026, 12, 1), False, NOW)
    _written(settings.data)
    assert set(STRAYS) <= tidied(timedelta(hours=23)), "somebody may be writing to them"
    left = tidied(timedelta(hours=25))
    assert not set(STRAYS) & left
    assert set(OF_SOMEBODY) <= left
    sha256 = given.file.sha256
    assert {f"evidence/{sha256[:2]}/{sha256}", f"imports/{waiting.file_hash}"} <= left


def _synchronous() -> Any:
    return db.database.execute_sql("PRAGMA synchronous").fetchone()[0] if db.is_sqlite() else "of the server"


def _as_installed(place: driver.Place) -> Any:
    connections.SYNCHRONOUS = driver.SYNCHRONOUS
    db.connect(place.url)
    with db.connected():
        return _synchronous()


def test_what_was_saved_outlives_a_power_cut(company: Company) -> None:
    with company.copy("company") as place:
        _code, level = driver.in_a_process(_as_installed, place)
    assert level in (2, "of the server")  # 2: each commit waits until the disk has it
