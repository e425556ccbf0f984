"""Read once by the server that the processes are forked from: the whole code, and an application that stands."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path

from auditor import db
from tests.bed import application
from tests.faults.killed import driver

with tempfile.TemporaryDirectory() as folder:
    application.built(driver.Place(Path(folder), f"sqlite:///{folder}/none.sqlite3").settings())
    db.let_go()
gc.freeze()  # what is there now is shared by all of them
