"""Everything on one disk that really has no room left, or really is read-only: the embedded default, as installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import db, open_database, use_settings
from auditor.config import Settings
from auditor.integrity.verify import verify
from tests import cast as members
from tests.bed import databases
from tests.bed.pages import parsed, text_of
from tests.faults.disk import faults
from tests.faults.disk.conftest import WORKS


@pytest.fixture
def installed(app: Any, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The application on an installation of its own, whose data folder is a disk of twelve megabytes."""
    databases.let_go()
    with faults.small_disk(tmp_path / "srv", 12 * 1024) as disk:
        own = Settings.load({"AUDITOR_BASE_URL": settings.base_url, "AUDITOR_DATABASE_WAIT": "1"}, data=disk)
        open_database(own)
        use_settings(app, own)
        yield own
        databases.let_go()
        use_settings(app, settings)


def test_a_full_disk_gives_the_text_back_and_takes_it_when_there_is_room(
    installed: Settings, client: Any
) -> None:
    with db.connected():
        cast = members.make()
        form = WORKS["item"](cast)
        cast.sign_in(client, form.who)
    databases.let_go()
    assert client.get("/audits/").status_code == 200  # its connection rests from now on, as behind a server
    filler = faults.fill(installed.data)
    page = form.send(client)
    assert page.status_code == 507 and "空き容量がありません" in text_of(page)
    assert form.typed[0].strip() in parsed(page).xpath("string(//main//textarea)")
    assert client.get("/audits/").status_code == 200, "pages are read all the same"
    filler.unlink()
    assert form.send_again(client, page).status_code == 303
    with db.connected():
        assert form.rows() == 1 and verify(installed.evidence_folder).clean


def test_a_disk_that_became_read_only_gives_the_text_back(installed: Settings, client: Any) -> None:
    with db.connected():
        cast = members.make()
        form = WORKS["finding"](cast)
        cast.sign_in(client, form.who)
    databases.let_go()
    faults.remount(installed.data, "ro")
    page = form.send(client)
    assert page.status_code == 503 and "書き込みができません" in text_of(page)
    assert client.get("/healthz").status_code == 503
    databases.let_go()
    faults.remount(installed.data, "rw")
    assert form.send_again(client, page).status_code == 303
    with db.connected():
        assert form.rows() == 1 and verify(installed.evidence_folder).clean
