"""auditor export: the same files from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from auditor import db
from auditor.activity import ActivityEvent
from auditor.cli import main
from auditor.config import Settings
from tests.bed import databases
from tests.reports.year import Year


@pytest.fixture
def run(app: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that runs the command on the test's database: run("summary", "-o", path)."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setattr("auditor.open_database", lambda _settings: None)  # the bed made it already

    def command(*words: str) -> Result:
        databases.let_go()  # a command opens and closes connections of its own
        done = CliRunner(env={"AUDITOR_LANGUAGE": "en"}).invoke(
            main, ["export", *words, "--data", str(settings.data)]
        )
        databases.let_go()
        db.database.connect(reuse_if_open=True)
        return done

    return command


def test_the_summary_is_written_as_of_a_past_day(year: Year, run: Any, tmp_path: Path) -> None:
    path = tmp_path / "summary.xlsx"
    done = run("summary", "--as-of", "2026-09-30", "--lang", "en", "-o", str(path))
    assert done.exit_code == 0, done.output
    cover = [row[2] for row in load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    assert "Wed 30 Sep 2026" in cover
    event = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).first()
    assert (event.type, event.system, event.data["as_of"]) == ("reports.exported", "command", "2026-09-30")


@pytest.mark.parametrize(
    "what", [("findings",), ("findings", "--open"), ("training",), ("audits",), ("audit", "1")]
)
def test_lists_are_written(year: Year, run: Any, tmp_path: Path, what: tuple[str, ...]) -> None:
    path = tmp_path / "list.xlsx"
    done = run(*what, "--lang", "ja", "-o", str(path))
    assert done.exit_code == 0, done.output
    assert load_workbook(path).active.max_row > 4


def test_a_day_to_come_is_one_clear_line(year: Year, run: Any, tmp_path: Path) -> None:
    done = run("summary", "--as-of", "2030-01-01", "-o", str(tmp_path / "x.xlsx"))
    assert done.exit_code == 1
    assert "Choose today or an earlier day." in done.output or "今日以前の日付" in done.output
    assert not (tmp_path / "x.xlsx").exists()


def test_a_day_that_is_none_is_wrong_usage(year: Year, run: Any, tmp_path: Path) -> None:
    assert run("summary", "--as-of", "yesterday", "-o", str(tmp_path / "x.xlsx")).exit_code == 2
    assert run("summary").exit_code == 2


@pytest.mark.parametrize(
    ("number", "code", "said"), [("999", 1, "no such thing"), ("9" * 20, 2, "is not in the range")]
)
def test_an_audit_that_is_not_there_is_one_clear_line(
    year: Year, run: Any, tmp_path: Path, number: str, code: int, said: str
) -> None:
    done = run("audit", number, "-o", str(tmp_path / "x.xlsx"))
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_a_folder_that_is_not_there_is_said_before_anything_is_made(
    year: Year, run: Any, tmp_path: Path
) -> None:
    done = run("summary", "-o", str(tmp_path / "nowhere" / "x.xlsx"))
    assert done.exit_code == 2
    assert "There is no folder" in done.output
