"""Fixtures: the application on a fresh database, and the real things around it (see tests/bed/).

app, settings      the application, its settings; the test's own connection to the database is open
standing_clock     the clock stands at the cast's NOW in every test with an app; .move(instant) moves it
cast               the small named company: cast.person["auditor"], cast.sign_in(client, "auditor")
demo_template      the demo company, made once a run; with demo_template.copy(folder) as settings: …
client             a test client that checks every page it fetches (one h1, labels, token, language, policy)
live_server        the address of the application behind a real server
browser_page       browser_page("ja", phone=True): a page of a real Chromium on that server
axe                axe(page): holds that axe finds nothing
smtp_server        a mail server on loopback, with moods
libreoffice        opens, recalculates and prints workbooks
query_count        with query_count() as statements: ... statements.count
assert_same_queries(read, grow)   as many statements for 1,000 rows as for 10
postgres_url       an empty PostgreSQL database, whichever database the suite runs on
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import argon2
import hypothesis
import pytest

from auditor import connections, db, open_database, places
from auditor.accounts import passwords
from auditor.config import Settings
from tests import cast as cast_module
from tests.bed import (
    absence,
    application,
    browser,
    company,
    counting,
    databases,
    mail,
    models,
    network,
    office,
    once,
    pages,
    ports,
    serving,
    standing,
)
from tests.bed.pictures import Pictures

hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    network.guard()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ and session.config.getoption("numprocesses", None):
        company.forget(session.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    needs = {"chromium": "browser", "libreoffice": "libreoffice", "postgres_url": "postgres"}
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        for fixture, marker in needs.items():
            if fixture in used:
                item.add_marker(marker)
    absence.leave_the_thorough(items)


def pytest_collection_finish() -> None:
    # What all tests stand on is not looked through for garbage again and again.
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says which database the suite ran on and what this machine could not try."""
    engine = "PostgreSQL" if databases.chosen_server() else "SQLite"
    terminalreporter.write_line(f"database: {engine}")
    for reason, count in absence.reasons(terminalreporter.stats.get("skipped", [])).most_common():
        terminalreporter.write_line(f"not tried: {count} × {reason}", yellow=True)
    if engine == "SQLite" and not os.environ.get("AUDITOR_REQUIRE_ALL"):
        terminalreporter.write_line(
            "not tried: the suite on PostgreSQL (AUDITOR_TEST_DATABASE_URL=postgresql://…)"
        )


@pytest.fixture(scope="session", autouse=True)
def light_passwords() -> Iterator[None]:
    """The same Argon2id with the least work: a suite signs in more often than a company does in a month."""
    with pytest.MonkeyPatch.context() as patch:
        light = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", light)
        patch.setattr(passwords, "_NOBODYS", light.hash("nobody's password"))
        yield


@pytest.fixture(scope="session", autouse=True)
def light_disk() -> Iterator[None]:
    """No waiting for the disk at each commit: a database of a test need not outlive a power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "SYNCHRONOUS", "normal")
        yield


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the workers of one run share; the run itself removes what they made there."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def compiled_once(run_folder: Path) -> Iterator[None]:
    """Templates and routes are the same in each application that a test makes."""
    with once.templates(run_folder / "compiled-templates"), once.routes():
        yield


@pytest.fixture(scope="session")
def bed_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Database]:
    with databases.database(tmp_path_factory.mktemp("database"), _upgrade) as made:
        yield made


def _upgrade(url: str) -> None:
    """Brings an empty database up to date as an installation does."""
    with tempfile.TemporaryDirectory() as folder:
        open_database(Settings.load({"DATABASE_URL": url}, data=Path(folder)))
        if not list(places.migrations().glob("*.py")):
            # Before the first migration is written, the tables are made as the models say.
            with db.connected():
                models.create_all()
    databases.let_go()


@pytest.fixture(scope="session")
def demo_template(run_folder: Path, light_passwords: None) -> Iterator[company.Template]:
    with company.template(run_folder, _upgrade) as made:
        yield made
    if "PYTEST_XDIST_WORKER" not in os.environ:
        company.forget(run_folder)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of an installation, the same in each test: a picture of the database holds a log made with them."""
    data = tmp_path_factory.mktemp("keys")
    Settings.load({}, data=data)
    return data / "keys"


@pytest.fixture
def settings(bed_database: databases.Database, keys: Path, tmp_path: Path) -> Settings:
    """Settings as an installation would have them, on the test's own folder and database."""
    shutil.copytree(keys, tmp_path / "data" / "keys")
    return Settings.load(
        {
            "DATABASE_URL": bed_database.url,
            "AUDITOR_BASE_URL": f"http://127.0.0.1:{ports.free_port()}",
            "AUDITOR_SCHEDULER": "no",
        },
        data=tmp_path / "data",
    )


@pytest.fixture
def standing_clock() -> Iterator[standing.StandingClock]:
    """The clock of the test and of its live server: it stands at the cast's NOW; `.move(instant)` moves it."""
    stood = standing.StandingClock(cast_module.NOW)
    yield stood
    stood.close()


@pytest.fixture
def app(
    bed_database: databases.Database, settings: Settings, standing_clock: standing.StandingClock
) -> Iterator[Any]:
    """The application on an empty, migrated database; the test's connection is open meanwhile."""
    bed_database.empty()
    made = application.built(settings)
    with db.connected():
        yield made
    databases.let_go()


@pytest.fixture
def client(app: Any) -> pages.CheckedClient:
    """Somebody who has not signed in; every page fetched is checked."""
    made: pages.CheckedClient = app.test_client()
    return made


@pytest.fixture(scope="session")
def pictures(bed_database: databases.Database, tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return Pictures(bed_database, tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def cast(
    app: Any, bed_database: databases.Database, settings: Settings, pictures: Pictures
) -> cast_module.Cast:
    """The small named company in the open database: written in the first test, put back in each other."""
    if not bed_database.is_empty():  # a fixture of the test has written something before
        return cast_module.make()
    return pictures.begin("cast", settings, cast_module.make)


@pytest.fixture
def live_server(app: Any, settings: Settings, standing_clock: standing.StandingClock) -> Iterator[str]:
    """The application behind a real server at the address that its mails link to."""
    with serving.served(standing_clock.over(app), settings.base_url):
        yield settings.base_url


@pytest.fixture(scope="session")
def chromium() -> Iterator[browser.Browser]:
    with browser.launched() as launched:
        yield launched


@pytest.fixture
def browser_page(
    chromium: browser.Browser, live_server: str, tmp_path: Path
) -> Iterator[Callable[..., browser.Page]]:
    """A function that opens a fresh session: browser_page("en", phone=True, dark=True, script=False)."""
    visitor = browser.Visitor(chromium, live_server)
    yield visitor.page
    visitor.close()


@pytest.fixture
def axe() -> Callable[[browser.Page], None]:
    return browser.assert_accessible


@pytest.fixture
def smtp_server() -> Iterator[mail.Postbox]:
    with mail.postbox() as box:
        yield box


@pytest.fixture(scope="session")
def office_profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office") / "profile"


@pytest.fixture
def libreoffice(office_profile: Path, tmp_path: Path) -> office.Office:
    return office.Office(tmp_path / "office", office_profile)


@pytest.fixture
def query_count() -> Callable[[], AbstractContextManager[counting.Statements]]:
    return counting.counted


@pytest.fixture
def assert_same_queries() -> Callable[..., None]:
    return counting.assert_same_queries


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with databases.scratch_postgres() as url:
        yield url
