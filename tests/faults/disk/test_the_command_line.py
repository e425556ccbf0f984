"""A start or a command that cannot read or write: one clear line, exit 1, and the same again works afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor import db
from auditor.cli import main
from tests.bed import databases
from tests.cast import Cast
from tests.faults.disk.faults import BY_PRAGMA, HERE, fill, remount, small_disk


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The data folder of an installation of its own, on the embedded database."""
    let_go()
    yield tmp_path / "company"
    let_go()


def let_go() -> None:
    if db.database.obj is not None:
        databases.let_go()


def run(data: Path, *words: str, **environ: str) -> Result:
    settings = {
        "DATABASE_URL": None,
        "AUDITOR_LANGUAGE": None if "LANG" in environ else "en",
        "AUDITOR_DATABASE_WAIT": "1",
        **environ,
    }
    result = CliRunner(env=settings).invoke(main, [*words, "--data", str(data)])
    databases.let_go()
    return result


def refused(result: Result, *said: str) -> None:
    """Hold that the command ended with one line that says so, and with no traceback."""
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("auditor: ")
    assert [word for word in said if word not in line] == [], line


COMMANDS = [("serve", "--port", "1"), ("scheduler",), ("verify",), ("db", "status"), ("jobs", "run")]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_server_that_is_not_there_is_one_line(data: Path, words: tuple[str, ...]) -> None:
    refused(run(data, *words, DATABASE_URL="postgresql://a:b@127.0.0.1:9/a"), "The database does not answer")


def test_a_line_is_in_the_language_of_the_terminal(data: Path) -> None:
    assert run(data, "db", "upgrade").exit_code == 0
    with closing(sqlite3.connect(data / "auditor.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(run(data, "jobs", "run", "tidy", LANG="en_US.UTF-8"), "Another program", "database is locked")
        refused(run(data, "jobs", "run", "tidy", LANG="ja_JP.UTF-8"), "他のプログラムが")
    assert run(data, "jobs", "run", "tidy").exit_code == 0


@pytest.mark.parametrize("words", [("serve",), ("verify",)], ids=" ".join)
def test_a_file_that_is_no_database_is_one_line_and_is_left_alone(data: Path, words: tuple[str, ...]) -> None:
    data.mkdir()
    (data / "auditor.sqlite3").write_text("a text that somebody put here by mistake " * 200)
    refused(run(data, *words), "cannot be read", "not a database")
    assert (data / "auditor.sqlite3").read_text().startswith("a text that")


@pytest.mark.parametrize("words", [("serve",), ("db", "upgrade"), ("verify",)], ids=" ".join)
def test_no_empty_company_takes_the_place_of_a_database_that_is_away(
    data: Path, words: tuple[str, ...]
) -> None:
    assert run(data, "db", "upgrade").exit_code == 0
    (data / "log-head.json").write_text('{"seq": 1, "hash": "a"}')
    file = data / "auditor.sqlite3"
    file.rename(data / "aside")
    refused(run(data, *words), "is not there", "log-head.json", "Put the database back")
    assert not file.exists()
    (data / "aside").rename(file)
    assert run(data, "db", "upgrade").exit_code == 0


@pytest.mark.parametrize("key", ["session.key", "log.key"])
def test_a_key_that_cannot_be_read_is_named(data: Path, key: str) -> None:
    (data / "keys" / key).mkdir(parents=True)
    refused(run(data, "serve"), key)


def test_a_read_only_folder_is_one_line(data: Path) -> None:
    with small_disk(data, 8192):
        assert run(data, "db", "upgrade").exit_code == 0
        remount(data, "ro")
        for words in (("serve",), ("scheduler",), ("jobs", "run", "tidy")):
            refused(run(data, *words), str(data))
        remount(data, "rw")
        assert run(data, "jobs", "run", "tidy").exit_code == 0


def test_a_full_disk_at_the_first_start_leaves_nothing_that_stops_the_next_one(data: Path) -> None:
    with small_disk(data, 8192):
        filler = fill(data)
        refused(run(data, "serve"))
        filler.unlink()
        filler.write_bytes(b"x" * (8192 - 200) * 1024)
        refused(run(data, "serve"), "The disk is full")
        filler.unlink()
        assert run(data, "db", "upgrade").exit_code == 0
        assert run(data, "verify").exit_code == 0


def test_a_workbook_for_which_there_is_no_room_leaves_no_half(
    cast: Cast, app: Any, settings: Any, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "stick", 4) as stick:
        environ = {"DATABASE_URL": settings.database_url, "AUDITOR_LANGUAGE": "en"}
        words = ["export", "findings", "-o", str(stick / "f.xlsx"), "--data", str(settings.data)]
        result = CliRunner(env=environ).invoke(main, words)
        refused(result, "The disk is full", "f.xlsx")
        assert list(stick.iterdir()) == []


@pytest.mark.parametrize("fault", [name for name in HERE if name not in ("cut", *BY_PRAGMA)])
def test_a_command_meets_a_fault_of_the_database(
    fault: str, bed_database: Any, cast: Cast, alone: None, settings: Any
) -> None:
    broken, _status, _words = HERE[fault]
    environ = {"DATABASE_URL": settings.database_url, "AUDITOR_LANGUAGE": "en", "AUDITOR_DATABASE_WAIT": "1"}
    words = ["jobs", "run", "tidy", "--data", str(settings.data)]
    with broken(bed_database):
        refused(CliRunner(env=environ).invoke(main, words))
        databases.let_go()
    assert CliRunner(env=environ).invoke(main, words).exit_code == 0
