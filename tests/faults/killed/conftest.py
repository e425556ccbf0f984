"""The prepared company, a copy of it for each kill, and what undisturbed work leads to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.bed import databases
from tests.faults.killed import driver, works
from tests.faults.killed.driver import Found, Place
from tests.faults.killed.world import World

Undisturbed = tuple[Found, Found, Found]


class Company:
    """The company as it stands before anything is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = databases.chosen_server()
        self.number = 0
        self.world = World({})
        self.quiet: dict[str, Undisturbed] = {}
        self.name = self._database()

    def make(self) -> None:
        (self.folder / "company").mkdir()
        _code, self.world = driver.in_a_process(driver.make, self._place(self.folder / "company", self.name))

    @contextmanager
    def copy(self, base: str, mail_port: int = 0) -> Iterator[Place]:
        """A copy of the company, or of nothing, that goes away after the block."""
        self.number += 1
        folder = self.folder / str(self.number)
        if base == "company":
            shutil.copytree(self.folder / "company", folder)
        else:
            folder.mkdir()
        name = self._database(self.name if base == "company" else "")
        try:
            yield self._place(folder, name, mail_port)
        finally:
            self.drop(name)
            shutil.rmtree(folder)

    def undisturbed(self, name: str, mail_port: int = 0) -> Undisturbed:
        """What there is before the work, after it was done once, and after the tidying of a later day."""
        if name not in self.quiet:
            with self.copy(works.WORKS[name].base, mail_port) as place:
                _code, self.quiet[name] = driver.in_a_process(driver.go_on, place, self.world, name)
        return self.quiet[name]

    def drop(self, name: str) -> None:
        if self.server is not None:
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _place(self, folder: Path, name: str, mail_port: int = 0) -> Place:
        if self.server is None:
            return Place(folder, f"sqlite:///{folder / 'auditor.sqlite3'}", mail_port)
        return Place(folder, urlunsplit(urlsplit(self.server)._replace(path=f"/{name}")), mail_port)

    def _database(self, template: str = "") -> str:
        name = f"auditor_killed_{uuid4().hex[:8]}"
        if self.server is not None and template:
            self._administer("CREATE DATABASE {} TEMPLATE {}", name, template)
        elif self.server is not None:
            self._administer("CREATE DATABASE {}", name)
        return name

    def _administer(self, statement: str, *names: str) -> None:
        assert self.server is not None
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    made = Company(tmp_path_factory.mktemp("killed"))
    try:
        made.make()
        yield made
    finally:
        made.drop(made.name)
