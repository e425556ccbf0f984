"""auditor catalogue check, import and list, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor import db, places
from auditor.catalogue.models import CatalogueInUse, CatalogueVersion, Control
from auditor.cli import main
from tests.bed import databases

CONTROLS = places.controls() / "personal-information-jp/2026.1.yaml"
FAULTY = "format: auditor-catalogue/1\nkind: controls\nkey: Not A Key\n"


@pytest.fixture
def run(app: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that runs the command line on the test's own database."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setattr("auditor.open_database", lambda _settings: None)  # the bed made it already

    def invoke(*words: str | Path) -> Result:
        databases.let_go()  # a command opens and closes connections of its own
        done = CliRunner(env={"AUDITOR_LANGUAGE": "en"}).invoke(
            main, ["catalogue", *map(str, words), "--data", str(settings.data)]
        )
        db.database.connect(reuse_if_open=True)
        return done

    return invoke


def test_check_finds_nothing_in_the_built_in_controls(run: Any) -> None:
    checked = run("check", CONTROLS)
    assert checked.exit_code == 0, checked.output
    assert "149 controls, no problems" in checked.output


def test_check_names_file_and_line_of_every_problem(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FAULTY, encoding="utf-8")
    checked = run("check", file)
    assert checked.exit_code == 1
    assert f"{file}:3: " in checked.output
    asked = run("check", file, "--json")
    assert asked.exit_code == 1
    assert {problem["line"] for problem in json.loads(asked.output)["problems"]} >= {1, 3}


def test_import_keeps_a_version_and_uses_it_once(run: Any) -> None:
    tried = run("import", CONTROLS, "--dry-run")
    assert tried.exit_code == 0 and "would be imported: 149 new" in tried.output
    assert CatalogueVersion.select().count() == 0
    done = json.loads(run("import", CONTROLS, "--json").output)
    assert (done["imported"], done["new"], done["dry_run"]) == (True, 149, False)
    again = run("import", CONTROLS)
    assert again.exit_code == 0 and "was imported before" in again.output
    assert (CatalogueVersion.select().count(), CatalogueInUse.select().count()) == (1, 1)
    assert Control.select().count() == 149


def test_import_refuses_other_content_under_the_same_version(run: Any, tmp_path: Path) -> None:
    run("import", CONTROLS)
    file = tmp_path / "changed.yaml"
    file.write_text(
        CONTROLS.read_text(encoding="utf-8").replace("licence: MIT", "licence: X"), encoding="utf-8"
    )
    refused = run("import", file)
    assert refused.exit_code == 1
    assert CatalogueVersion.get().content_hash in refused.output
    assert CatalogueVersion.select().count() == 1


def test_list_marks_the_version_in_use(run: Any) -> None:
    assert run("list").exit_code == 0
    run("import", CONTROLS)
    assert "* personal-information-jp 2026.1 (149 controls)" in run("list").output
    assert json.loads(run("list", "--json").output)[0]["in_use"] is True


def test_formats_that_cannot_be_read_yet_are_not_offered(run: Any) -> None:
    assert "oscal" not in run("import", "--help").output
    assert run("import", CONTROLS, "--format", "oscal").exit_code == 2
