"""The company of each earlier release upgrades: nothing lost, the log whole, an old workbook unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import clock, create_app, db, migrating, open_database
from auditor.access import application
from auditor.config import Settings
from auditor.demo.signins import PASSWORD, SIGN_INS
from auditor.integrity.verify import verify
from auditor.language import speaking
from auditor.reports import actions as reports
from auditor.reports.scope import scope_of
from tests.bed import catalogue, databases, pages, releases, workbooks
from tests.bed.newrelease import AS_OF, RELEASES
from tests.cast import NOW


@pytest.fixture(scope="module", params=releases.kept())
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def upgraded(release: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A kept company after the start of today's version on it."""
    with releases.unpacked(release, tmp_path_factory.mktemp("kept")) as settings:
        open_database(settings)
        yield settings
        databases.let_go()


@pytest.fixture
def old(upgraded: Settings) -> Iterator[Any]:
    app = create_app(upgraded)
    app.testing = True
    app.test_client_class = pages.CheckedClient
    with clock.standing_at(NOW), app.app_context(), db.connected():
        yield app
    databases.let_go()


def test_the_upgrade_gives_the_tables_of_today(old: Any, bed_database: databases.Database) -> None:
    assert all(entry.applied and entry.path for entry in migrating.runner().status())
    found = catalogue.schema()
    db.database.close()
    bed_database.empty()
    db.connect(bed_database.url)
    with db.connected():
        assert catalogue.differences(found, catalogue.schema()) == []


def test_it_verifies_clean_up_to_the_end_of_the_log_kept_outside(old: Any, upgraded: Settings) -> None:
    report = verify(upgraded.evidence_folder)
    assert [str(problem) for problem in report.problems] == []
    assert report.files > 0 and report.rows > 1000


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_a_workbook_of_a_past_day_comes_out_as_it_did_then(
    old: Any, release: str, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "summary.xlsx"
    with speaking(language):
        reports.export_summary(application("command"), scope_of(NOW, AS_OF, None), language, NOW, path)
    then = workbooks.cells(RELEASES / release / f"summary-{language}.xlsx")
    assert workbooks.without_production(workbooks.cells(path)) == workbooks.without_production(then)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(one.number, marks=pytest.mark.thorough if place else [])
        for place, one in enumerate(SIGN_INS)
    ],
)
def test_everybody_of_then_signs_in_and_works(old: Any, number: str) -> None:
    client = old.test_client()
    client.get("/accounts/sign-in")
    answer = client.post("/accounts/sign-in", data={"login": number, "password": PASSWORD})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert client.get("/", follow_redirects=True).status_code == 200
