"""A small company with its backup, and empty places to restore it into."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import open_database
from auditor.config import Settings
from auditor.evidence import actions as evidence
from tests import cast as cast_module
from tests.bed import databases, once
from tests.bed.absence import all_is_asked_for
from tests.bed.keeping import Place
from tests.cast import NOW, Cast

ENGINES = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.thorough])]


@pytest.fixture(autouse=True, scope="module")
def tables_made_once(bed_database: databases.Database) -> Iterator[None]:
    """Each restore begins with an empty company: made by the migrations where all is asked for, else a copy."""
    if all_is_asked_for() or not isinstance(bed_database, databases.SqliteFile):
        yield
        return
    with once.tables(bed_database.pristine):
        yield


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each kind of database."""
    if request.param == "sqlite":
        yield Place(tmp_path / "restored")
    else:
        with databases.scratch_postgres() as url:
            yield Place(tmp_path / "restored", url)
            databases.let_go()
    databases.let_go()


@pytest.fixture
def company(app: Any, cast: Cast, settings: Settings) -> Iterator[Place]:
    """A small company with two pieces of evidence."""
    for content, name in ((b"photo", "a.jpg"), (b"list", "about Tsuji.txt")):
        evidence.add_file(cast.actor("auditor"), NOW, settings.evidence_folder, io.BytesIO(content), name)
    yield Place(settings.data, settings.database_url)
    databases.let_go()


@pytest.fixture
def good(company: Place, tmp_path: Path) -> Path:
    """Its backup."""
    done = company.run("backup", tmp_path / "good.zip", "--outside", tmp_path / "apart")
    assert done.exit_code == 0, done.output
    return tmp_path / "good.zip"


@pytest.fixture
def apart(good: Path, tmp_path: Path) -> Path:
    """Key, end of the log and list of erasures, as they were when the backup was made."""
    return tmp_path / "apart"


@pytest.fixture
def new(tmp_path: Path) -> Place:
    return Place(tmp_path / "new")


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Place]:
    """The backup of a small company for a whole module, and where it was made."""
    folder = tmp_path_factory.mktemp("archived")
    place = Place(folder / "data")
    open_database(place.settings)
    with place.opened():
        made = cast_module.make()
        held = place.settings.evidence_folder
        evidence.add_file(made.actor("auditor"), NOW, held, io.BytesIO(b"photo"), "a.jpg")
    done = place.run("backup", folder / "good.zip", "--outside", folder / "apart")
    assert done.exit_code == 0, done.output
    return folder / "good.zip", place
