"""The numbered migrations give the tables that the models describe, on both databases."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor import db, migrating, open_database, places
from auditor.config import Settings
from tests.bed import catalogue
from tests.bed.databases import let_go, scratch_postgres
from tests.bed.models import every_table

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
        let_go()
    else:
        with scratch_postgres() as url:
            yield url
            let_go()


def _settings(url: str, folder: Path) -> Settings:
    return Settings.load({"DATABASE_URL": url}, data=folder)


def _migrated(url: str, folder: Path) -> catalogue.Schema:
    open_database(_settings(url, folder))
    with db.connected():
        return catalogue.schema()


def _as_the_models_say() -> catalogue.Schema:
    """The same database again, its tables made by the models instead."""
    tables = every_table()
    with db.connected():
        db.database.drop_tables(tables, cascade=not db.is_sqlite())
        assert catalogue.schema() == {}, "a migration makes a table that no model has"
        db.database.create_tables(tables)
        return catalogue.schema()


def test_migrated_tables_are_those_of_the_models(empty_url: str, tmp_path: Path) -> None:
    migrated = _migrated(empty_url, tmp_path / "data")
    differences = catalogue.differences(migrated, _as_the_models_say())
    assert not differences, "\n".join(differences)


def test_upgrading_again_does_nothing(empty_url: str, tmp_path: Path) -> None:
    settings = _settings(empty_url, tmp_path / "data")
    open_database(settings)
    assert migrating.upgrade(settings) == []


@pytest.mark.slow
def test_four_that_start_at_once_upgrade_once(empty_url: str, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from auditor import open_database; from auditor.config import Settings\n"
        "open_database(Settings.load({'DATABASE_URL': sys.argv[1]}, data=Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", script, empty_url, str(tmp_path / "data")]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    complaints = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, "\n".join(complaints)


def test_each_migration_has_a_number_of_its_own_and_is_frozen() -> None:
    names = sorted(path.stem for path in places.migrations().glob("*.py"))
    assert names, "there is no migration"
    # Those that are written at the same time take their numbers beforehand: a gap is closed by another one.
    numbers = [int(name.partition("_")[0]) for name in names]
    assert len(set(numbers)) == len(numbers) and all(re.match(r"\d{4}_", name) for name in names), names
    for name in names:
        text = (places.migrations() / f"{name}.py").read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) auditor\b", text, re.MULTILINE), (
            f"{name} depends on today's models"
        )
