"""A restore that is killed leaves no half of a company: the next one begins anew, or it had come to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor import open_database
from auditor.errors import ConfigurationError
from auditor.integrity import archive, restore, tables, unfinished
from auditor.integrity.verify import verify
from auditor.people.models import Person
from tests.bed import databases
from tests.bed.keeping import Place, killed

BEFORE: dict[str, tuple[Any, str]] = {
    "at the first file": (archive.Reader, "_pieces"),
    "in the tables": (tables, "count_on"),
    "at the end": (restore, "verify"),
}


@pytest.mark.parametrize("step", BEFORE)
def test_killed_on_its_way_there_is_no_company_and_the_next_one_restores_it(
    archived: tuple[Path, Place], empty: Place, step: str
) -> None:
    good, company = archived
    key = company.settings.log_key.decode()
    killed(lambda: empty.run("restore", good, AUDITOR_LOG_KEY=key), *BEFORE[step])
    with pytest.raises(ConfigurationError, match="was not finished"):
        open_database(empty.settings)
    databases.let_go()
    done = empty.run("restore", good, AUDITOR_LOG_KEY=key)
    assert done.exit_code == 0, done.output
    _is_whole(empty, key)


def test_killed_after_the_database_is_in_place_the_next_start_puts_the_rest_there(
    archived: tuple[Path, Place], empty: Place
) -> None:
    good, company = archived
    key = company.settings.log_key.decode()
    killed(lambda: empty.run("restore", good, AUDITOR_LOG_KEY=key), unfinished, "_follow")
    assert not (empty.folder / "evidence").exists()
    (empty.folder / "keys" / "log.key").write_text(key)
    open_database(empty.settings)
    databases.let_go()
    _is_whole(empty, key)


def test_a_second_restore_meanwhile_is_refused(archived: tuple[Path, Place], tmp_path: Path) -> None:
    good, company = archived
    place = Place(tmp_path / "new")
    key = company.settings.log_key.decode()
    place.folder.mkdir()
    (place.folder / unfinished.FOLDER).mkdir()
    with unfinished._lock(place.folder):
        done = place.run("restore", good, AUDITOR_LOG_KEY=key)
        assert "is running" in done.output and done.exit_code == 1
        with pytest.raises(ConfigurationError, match="is running"):
            open_database(place.settings)


def _is_whole(place: Place, key: str) -> None:
    keys = place.folder / "keys"
    (keys / "log.key").write_text(key)
    left = {one.name for one in place.folder.iterdir()}
    expected = {"evidence", "keys", "log-head.json", "erasures.jsonl"} | (
        {"auditor.sqlite3"} if not place.url else set()
    )
    assert left - {"upgrade.lock"} == expected
    with place.opened():
        assert Person.select().count() == 12
        assert verify(place.settings.evidence_folder).clean
