"""`auditor backup`: one file with all of it, of one moment, while people work."""

from __future__ import annotations

import io
import json
import os
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import config, db
from auditor.access import application
from auditor.activity import ActivityEvent
from auditor.evidence import actions as evidence
from auditor.evidence.models import StoredFile
from auditor.integrity import archive, backup
from tests.bed.databases import let_go
from tests.bed.keeping import Place, killed, on_a_small_disk
from tests.cast import NOW, Cast


@pytest.fixture
def place(app: Any, cast: Cast, settings: config.Settings) -> Iterator[Place]:
    """The cast's company, with a piece of evidence."""
    _give(cast, settings, b"a photograph")
    yield Place(settings.data, settings.database_url)
    let_go()


def _give(cast: Cast, settings: config.Settings, content: bytes) -> StoredFile:
    with db.connected():
        given = evidence.add_file(
            cast.actor("auditor"), NOW, settings.evidence_folder, io.BytesIO(content), "a.jpg"
        )
        return given.file


def test_it_holds_tables_evidence_and_settings_and_only_its_owner_may_read_it(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "company.zip"
    done = place.run("backup", file, AUDITOR_BASE_URL="https://audit.example.jp")
    assert done.exit_code == 0, done.output
    assert (file.stat().st_mode & 0o777, list(tmp_path.glob(".*"))) == (0o600, [])
    with archive.opened(file) as made:
        held = {table.name: table.rows for table in made.manifest.tables if table.rows}
        assert {"person", "person_detail", "control", "company_setting", "activity_event"} <= set(held)
        assert made.manifest.files == held["stored_file"] == 1
        assert made.manifest.environment["AUDITOR_BASE_URL"] == "https://audit.example.jp"
    with place.opened():
        last = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get()
        assert (last.type, last.data["head"]) == ("backup.made", last.seq - 1)


def test_neither_the_key_nor_a_password_nor_who_is_signed_in_is_in_it(
    place: Place, app: Any, cast: Cast, tmp_path: Path
) -> None:
    with db.connected():
        cast.sign_in(app.test_client(), "auditor")
    key = (place.folder / "keys" / "log.key").read_text()
    file = tmp_path / "company.zip"
    done = place.run("backup", file, AUDITOR_SMTP_PASSWORD="opens the mail server")
    assert "nobody can prove the log" in done.output and str(place.folder / "keys" / "log.key") in done.output
    with zipfile.ZipFile(file) as made:
        everything = b"".join(made.read(name) for name in made.namelist())
        assert "tables/session.jsonl" not in made.namelist()
    for secret in (key, "opens the mail server", *([place.url] if "postgres" in place.url else [])):
        assert secret.encode() not in everything
    assert b'"AUDITOR_SMTP_PASSWORD": "(secret: not kept)"' in everything


def test_key_and_end_of_the_log_go_to_a_folder_of_their_own(place: Place, tmp_path: Path) -> None:
    done = place.run("backup", tmp_path / "company.zip", "--outside", tmp_path / "apart")
    assert done.exit_code == 0, done.output
    apart = tmp_path / "apart"
    assert {(one.name, one.stat().st_mode & 0o777) for one in apart.iterdir()} == {
        ("log.key", 0o600), ("log-head.json", 0o600), ("erasures.jsonl", 0o600),
    }  # fmt: skip
    assert (apart / "log.key").read_text().strip() == (place.folder / "keys" / "log.key").read_text()
    with place.opened():
        assert json.loads((apart / "log-head.json").read_text())["seq"] == ActivityEvent.select().count()


def test_evidence_that_is_missing_or_changed_is_named_and_the_backup_is_written_without_it(
    place: Place, cast: Cast, settings: config.Settings, tmp_path: Path
) -> None:
    kept = _give(cast, settings, b"whole")
    gone, other, odd = (_give(cast, settings, content) for content in (b"gone", b"other", b"odd"))
    evidence.path_of(settings.evidence_folder, gone.sha256).unlink()
    evidence.path_of(settings.evidence_folder, other.sha256).write_bytes(b"something else")
    evidence.path_of(settings.evidence_folder, odd.sha256).unlink()
    evidence.path_of(settings.evidence_folder, odd.sha256).mkdir()  # there, and cannot be read
    done = place.run("backup", tmp_path / "company.zip")
    assert done.exit_code == 1
    assert all(one.sha256 in done.output for one in (gone, other, odd))
    with archive.opened(tmp_path / "company.zip") as made:
        assert sorted(made.manifest.lacking) == sorted([gone.sha256, other.sha256, odd.sha256])
        assert kept.sha256 in [sha256 for sha256, _pieces in made.evidence()]


def test_a_file_that_is_there_is_replaced_only_on_request(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "company.zip"
    file.write_text("the only backup of last year")
    done = place.run("backup", file)
    assert (done.exit_code, file.read_text()) == (1, "the only backup of last year")
    assert "is there already" in done.output
    assert place.run("backup", file, "--force").exit_code == 0
    assert zipfile.is_zipfile(file)


def test_a_folder_that_is_not_there_is_wrong_usage_and_no_company_is_one_clear_line(
    place: Place, tmp_path: Path
) -> None:
    assert place.run("backup", tmp_path / "nowhere" / "company.zip").exit_code == 2
    empty = Place(tmp_path / "empty")
    done = empty.run("backup", tmp_path / "company.zip")
    assert done.exit_code == 1
    assert done.output.count("\n") == 1, done.output
    assert not list(tmp_path.glob("*.zip"))


def test_a_second_backup_to_the_same_file_waits_for_nobody(place: Place, tmp_path: Path) -> None:
    with backup._draft(tmp_path / "company.zip", force=False):
        done = place.run("backup", tmp_path / "company.zip")
    assert done.exit_code == 1
    assert "Another backup is being written" in done.output


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(
    place: Place, cast: Cast, settings: config.Settings, tmp_path: Path
) -> None:
    _give(cast, settings, os.urandom(300_000))
    code, said = on_a_small_disk(place, 200_000, "backup", tmp_path / "company.zip")
    assert (code, said.count("\n"), "cannot be written: File too large" in said) == (1, 1, True), said
    assert list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("step", ["rows", "evidence", "manifest", "name"])
def test_a_killed_backup_leaves_no_file_of_that_name_and_the_next_one_is_whole(
    place: Place, tmp_path: Path, step: str
) -> None:
    owner, name = {
        "rows": (backup, "_evidence"),
        "evidence": (archive.Writer, "evidence"),
        "manifest": (archive.Writer, "close"),
        "name": (backup.os, "replace"),
    }[step]
    file = tmp_path / "company.zip"
    killed(lambda: place.run("backup", tmp_path / "yesterday.zip"), owner, name)
    assert [one.name for one in tmp_path.glob("*.zip")] == []
    assert place.run("backup", file).exit_code == 0
    assert place.run("restore", file, "--check").exit_code == 0
    assert list(tmp_path.glob(".*")) == []


def test_what_is_backed_up_while_people_work_is_of_one_moment(
    place: Place, app: Any, cast: Cast, settings: config.Settings, tmp_path: Path
) -> None:
    """Rows, log and files are written all the while; each backup must be whole and verify clean."""
    wanted, saved = 200, threading.Semaphore(0)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                for number in range(wanted):
                    _give(cast, settings, b"photograph %d" % number)
                    saved.release()
        except BaseException as error:
            faults.append(error)
            saved.release(wanted)

    let_go()
    worker = threading.Thread(target=work)
    worker.start()
    made = []
    with app.app_context(), db.connected():
        for number, more in enumerate((10, 60, 60)):
            for _one in range(more):
                assert saved.acquire(timeout=30)
            file = tmp_path / f"{number}.zip"
            made.append(backup.back_up(application("command"), settings, file, NOW, {}))
            assert worker.is_alive() or number == 2, "nobody wrote meanwhile"
    worker.join()
    assert not faults
    files = [one.manifest.files for one in made]
    assert files == sorted(files) and files[0] > 10
    assert not any(one.lacking for one in made)
    for number in (0, 2):
        done = place.run("restore", tmp_path / f"{number}.zip", "--check")
        assert done.exit_code == 0, done.output


def test_no_secret_of_the_environment_is_kept() -> None:
    source = Path(config.__file__).read_text(encoding="utf-8")
    secrets = set(re.findall(r'_(?:secret|key)\(env, "([A-Z_]+)"', source))
    assert "AUDITOR_SMTP_PASSWORD" in secrets, "the pattern no longer fits"
    kept = backup.environment({
        **dict.fromkeys({*secrets, "AUDITOR_DATA", "HOME"}, "word"), "DATABASE_URL": "postgresql://a:word@host/b",
    })  # fmt: skip
    assert {name for name, value in kept.items() if "word" in value} == {"AUDITOR_DATA"}
    assert set(kept) == {*secrets, "DATABASE_URL", "AUDITOR_DATA"}
