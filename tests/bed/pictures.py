"""What many tests begin with: written by the first of them that asks for it, put back for each other."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from auditor import db
from auditor.config import Settings
from tests.bed.databases import Database

T = TypeVar("T")


class Pictures:
    """The pictures of one process's database, with the files beside it and what their makers told of them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self._told: dict[str, Any] = {}

    def begin(self, name: str, settings: Settings, make: Callable[[], T]) -> T:
        """Let the open database and its folder hold what ``make`` writes into them, and give what it returned.

        Where the picture is there, it takes the place of all that the database holds: whoever asks for it does so
        before anything else is written.
        """
        if name not in self._told:
            made = make()
            self.database.keep(name)
            shutil.copytree(settings.data, self.folder / name, ignore=shutil.ignore_patterns("keys"))
            self._told[name] = copy.deepcopy(made)
            return made
        db.database.close()
        self.database.empty()
        self.database.put_back(name)
        db.database.connect()
        shutil.copytree(self.folder / name, settings.data, dirs_exist_ok=True)
        again: T = copy.deepcopy(self._told[name])
        return again
