"""The companies kept from earlier releases (tests/fixtures/releases), unpacked for a test to upgrade."""

from __future__ import annotations

import lzma
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from auditor.config import Settings
from tests.bed import databases
from tests.bed.newrelease import KEYS, RELEASES


def kept() -> list[str]:
    """The releases of which a company is kept, oldest first."""
    names = [folder.name for folder in RELEASES.iterdir() if folder.is_dir()]
    return sorted(names, key=lambda name: [int(part) for part in name.split(".")])


@contextmanager
def unpacked(name: str, folder: Path) -> Iterator[Settings]:
    """The company of one release in ``folder``, on the kind of database that the suite runs on."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(RELEASES / name / "evidence.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    if databases.chosen_server() is None:
        packed = (RELEASES / name / "auditor.sqlite3.xz").read_bytes()
        (folder / "auditor.sqlite3").write_bytes(lzma.decompress(packed))
        shutil.copyfile(RELEASES / name / "sqlite-head.json", folder / "log-head.json")
        yield Settings.load(KEYS, data=folder)
        return
    with databases.scratch_postgres() as url:
        dump = lzma.decompress((RELEASES / name / "postgres.sql.xz").read_bytes()).decode()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(for_any_client(dump))
        shutil.copyfile(RELEASES / name / "postgres-head.json", folder / "log-head.json")
        yield Settings.load({**KEYS, "DATABASE_URL": url}, data=folder)


def for_any_client(dump: str) -> bytes:
    """A dump of pg_dump without what only psql, or only a newer server, understands."""
    left_out = ("\\restrict ", "\\unrestrict ", "SET transaction_timeout")
    return "".join(line for line in dump.splitlines(True) if not line.startswith(left_out)).encode()
