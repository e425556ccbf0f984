"""auditor people import and auditor user, as an operator types them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from auditor import db
from auditor.cli import main
from auditor.people.models import Person
from tests.people import rosters


def let_go():
    """A command connects anew: what was open before must be closed by whoever opened it."""
    if not db.database.is_closed():
        db.database.close()
    if hasattr(db.database.obj, "close_all"):
        db.database.close_all()


@pytest.fixture
def run(app, settings, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("AUDITOR_SCHEDULER", "no")

    def call(*arguments, **options):
        let_go()
        done = CliRunner(env={"AUDITOR_LANGUAGE": "en"}).invoke(
            main, [*map(str, arguments), "--data", str(settings.data)], **options
        )
        let_go()
        db.database.connect(reuse_if_open=True)
        return done

    return call


def test_a_dry_run_says_what_would_change_and_changes_nothing(run, app):
    done = run("people", "import", rosters.DEMO / "roster-2026-04-01.xlsx", "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["effective_from"] == "2026-04-01" and report["counts"]["added"] == 320
    assert Person.select().count() == 0


def test_a_roster_is_applied_from_the_command_line(run, app):
    done = run("people", "import", rosters.DEMO / "roster-2026-04-01.xlsx", "--whole-roster")
    assert done.exit_code == 0, done.output
    assert Person.select().count() == 320
    again = run("people", "import", rosters.DEMO / "roster-2026-04-01.xlsx", "--whole-roster")
    assert again.exit_code == 1 and len(again.stderr.strip().splitlines()[-1:]) == 1


def test_errors_are_told_by_cell_and_nothing_is_applied(run, app, tmp_path):
    file = tmp_path / "bad.xlsx"
    file.write_bytes(rosters.workbook([rosters.person("000101", unit="D999")], rosters.UNITS))
    done = run("people", "import", file)
    assert done.exit_code == 1 and "社員名簿!I2" in done.stderr
    assert Person.select().count() == 0


def test_a_file_that_is_not_there_is_wrong_usage(run, app):
    assert run("people", "import", "nowhere.xlsx").exit_code == 2


def test_a_first_administrator_is_made_from_the_command_line(run, app):
    done = run(
        "user", "create", "000101", "--family-name", "髙田", "--given-name", "直子", "--role", "administrator"
    )
    assert done.exit_code == 0 and "first password: " in done.stdout, done.output
    assert "(administrator): 000101" in run("user", "roles").stdout


def test_passwords_and_roles_are_changed_from_the_command_line(run, app):
    run(
        "user", "create", "000101", "--family-name", "髙田", "--given-name", "直子", "--role", "administrator"
    )
    assert run("user", "passwd", "000101", "--first").exit_code == 0
    assert run("user", "passwd", "000101", "--password", "short").exit_code == 1
    assert run("user", "passwd", "000101", input="a lighthouse and 4 cats\n" * 2).exit_code == 0
    assert run("user", "roles", "000101", "--withdraw", "administrator").exit_code == 1
    assert run("user", "roles", "999999", "--grant", "operator").exit_code == 1
    assert run("user", "roles", "--grant", "operator").exit_code == 2
    done = run("user", "roles", "000101", "--grant", "operator", "--json")
    assert json.loads(done.stdout)["operator"] == ["000101"]
