"""Keeps a small company of today's version, for later versions to upgrade: the demo company on both databases.

`make release-fixture NAME=0.2.0` writes tests/fixtures/releases/0.2.0/: the database of SQLite and of
PostgreSQL, evidence, heads of the log, and the summary workbook of a past day in both languages.
It needs pg_dump and the server named by AUDITOR_TEST_DATABASE_URL. Run it in a checkout of the release.
"""

from __future__ import annotations

import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import argon2
import psycopg
from psycopg import sql

from auditor import clock, create_app, db, open_database
from auditor.access import application
from auditor.accounts import passwords
from auditor.config import Settings
from auditor.demo.build import build
from auditor.language import speaking
from auditor.reports import actions as reports
from auditor.reports.scope import scope_of
from tests.cast import NOW

RELEASES = Path(__file__).parents[1] / "fixtures" / "releases"
AS_OF = date(2026, 9, 30)
# Of no installation: whoever has the fixture needs them to check its log.
KEYS = {
    "AUDITOR_LOG_KEY": "the log key of the kept companies of tests",
    "AUDITOR_SECRET_KEY": "the session key of the kept companies of tests",
}


def keep(name: str, server: str) -> Path:
    """Write the fixture of ``name`` and return its folder. ``server`` is a PostgreSQL address with full rights."""
    passwords._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    kept = RELEASES / name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folders = Path(scratch) / "sqlite", Path(scratch) / "postgres"
        _sqlite(kept, folders[0])
        _postgres(kept, folders[1], server)
        # Files have their hash for a name, so those of both databases lie together.
        with tarfile.open(kept / "evidence.tar.xz", "w:xz", format=tarfile.USTAR_FORMAT) as archive:
            for folder in folders:
                archive.add(folder / "evidence", "evidence", filter=_anonymous)
    return kept


def _company(folder: Path, environ: dict[str, str]) -> Settings:
    folder.mkdir()
    settings = Settings.load({**KEYS, **environ, "AUDITOR_SCHEDULER": "no"}, data=folder)
    open_database(settings)
    app = create_app(settings)
    with clock.standing_at(NOW), app.app_context(), db.connected():
        build(settings, NOW)
    return settings


def _sqlite(kept: Path, folder: Path) -> None:
    settings = _company(folder, {})
    app = create_app(settings)
    for language in ("ja", "en"):
        with clock.standing_at(NOW), app.app_context(), db.connected(), speaking(language):
            workbook = kept / f"summary-{language}.xlsx"
            reports.export_summary(
                application("command"), scope_of(NOW, AS_OF, None), language, NOW, workbook
            )
    with db.connected():
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.database.execute_sql("VACUUM")
    db.let_go()
    (kept / "auditor.sqlite3.xz").write_bytes(
        lzma.compress((folder / "auditor.sqlite3").read_bytes(), preset=9)
    )
    shutil.copyfile(folder / "log-head.json", kept / "sqlite-head.json")


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


def _postgres(kept: Path, folder: Path, server: str) -> None:
    name = f"auditor_kept_{uuid4().hex[:8]}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as administration:
        administration.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            _company(folder, {"DATABASE_URL": url})
            db.let_go()
            dump = subprocess.run(
                ["pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500", url],
                check=True, capture_output=True,
            ).stdout  # fmt: skip
        finally:
            administration.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    (kept / "postgres.sql.xz").write_bytes(lzma.compress(dump, preset=9))
    shutil.copyfile(folder / "log-head.json", kept / "postgres-head.json")


if __name__ == "__main__":
    print(keep(sys.argv[1], os.environ["AUDITOR_TEST_DATABASE_URL"]))
