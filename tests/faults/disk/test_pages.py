"""What people see while the disk or the database fails, apart from the form they sent; and that it passes by itself."""

from __future__ import annotations

import io
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart
from wtforms import PasswordField

from auditor import activity, db, errorpages
from auditor.config import Settings
from tests.audits import making
from tests.bed import databases
from tests.bed.pages import parsed, text_of
from tests.cast import Cast
from tests.faults.disk import faults
from tests.faults.disk.conftest import LONG
from tests.faults.disk.faults import HERE, STILL_READ

READ = ("/worklist/", "/audits/", "/people/", "/jobs/")
REPORT = {"text": LONG, "recipient": "administrator", "once": "w1"}


@pytest.mark.parametrize("fault", HERE)
def test_pages_are_read_as_far_as_they_can_be(
    fault: str, bed_database: Any, cast: Cast, client: Any, alone: None, standing_clock: Any
) -> None:
    broken, status, words = HERE[fault]
    with db.connected():
        cast.sign_in(client, "administrator")
    databases.let_go()
    # Long enough ago that each page would write down when the session was last seen.
    standing_clock.move(standing_clock.instant + timedelta(hours=1))
    with broken(bed_database):
        for path in READ:
            page = client.get(path)
            assert page.status_code == (200 if fault in STILL_READ else status), (path, text_of(page))
            if page.status_code != 200:
                assert words in text_of(page)
                assert parsed(page).xpath("//main//a/@href")[0] == path, "the same page again"
            databases.let_go()
    assert client.get(READ[0]).status_code == 200


@pytest.mark.skipif(HERE is not faults.POSTGRES, reason="an embedded database has no server that restarts")
def test_the_first_page_after_a_restart_of_the_server_is_served(
    bed_database: Any, cast: Cast, client: Any, app: Flask, alone: None
) -> None:
    with db.connected():
        cast.sign_in(client, "administrator")
    databases.let_go()
    assert client.get("/worklist/").status_code == 200
    faults.terminate(bed_database)  # the pool knows nothing of it
    assert client.get("/worklist/").status_code == 200
    faults.terminate(bed_database)
    assert client.get("/healthz").data == b"ok\n"


def test_every_connection_in_use_is_told_and_passes(cast: Cast, client: Any, app: Flask, alone: None) -> None:
    if HERE is not faults.POSTGRES:
        pytest.skip("the embedded database has as many connections as there are threads")
    pool: Any = db.database.obj
    usual = pool._max_connections, pool._wait_timeout
    pool._max_connections, pool._wait_timeout = 1, 0.1
    try:
        with ThreadPoolExecutor(1) as other:
            other.submit(db.database.connect).result()
            page = client.get("/accounts/sign-in")
            assert page.status_code == 503 and "他のプログラムが" in text_of(page)
            other.submit(db.database.close).result()
        assert client.get("/accounts/sign-in").status_code == 200
    finally:
        pool._max_connections, pool._wait_timeout = usual


def test_no_password_comes_back(bed_database: Any, cast: Cast, client: Any, alone: None) -> None:
    broken, _status, _words = HERE["read_only"]
    with broken(bed_database):
        page = client.post(
            "/accounts/sign-in", data={"login": "000104", "password": "correct horse", "next": "/"}
        )
    assert page.status_code == 503 and "correct horse" not in page.text
    assert "もう一度入力してください" in text_of(page) and not parsed(page).xpath("//main//form")


def test_every_field_of_a_password_is_known_as_a_secret() -> None:
    forms = list(FlaskForm.__subclasses__())
    for form in forms:
        forms += form.__subclasses__()
    ours = [form for form in forms if form.__module__.startswith("auditor.")]
    names = {
        name
        for form in ours
        for name in dir(form)
        if getattr(getattr(form, name), "field_class", None) is PasswordField
    }
    assert names == errorpages.SECRET
    assert len(ours) > 10


def test_no_form_of_another_site_comes_back_to_be_sent_with_a_token(
    bed_database: Any, cast: Cast, client: Any, alone: None
) -> None:
    with db.connected():
        cast.sign_in(client, "staff_of_sales")
    databases.let_go()
    broken, _status, _words = HERE["locked"]
    with broken(bed_database):
        page = client.post("/findings/worries/report", data=REPORT, csrf=False)
    assert page.status_code == 400 and LONG[:20] not in page.text


def test_what_was_typed_is_text_and_stays_text(
    bed_database: Any, cast: Cast, client: Any, alone: None
) -> None:
    with db.connected():
        cast.sign_in(client, "staff_of_sales")
    databases.let_go()
    evil = "</textarea><script>alert(1)</script> " * 3
    broken, _status, _words = HERE["locked"]
    with broken(bed_database):
        page = client.post("/findings/worries/report", data={**REPORT, "text": evil, '"><b>x': '"><b>y'})
    assert "<script>alert" not in page.text and "<b>" not in page.text
    assert parsed(page).xpath("//textarea")[0].text.strip() == evil.strip()


def test_a_script_that_saves_is_told_in_its_own_way(
    bed_database: Any, cast: Cast, client: Any, alone: None
) -> None:
    with db.connected():
        audit = making.assigned(cast)
        item = making.items(audit)[0]
        cast.sign_in(client, "auditor")
    databases.let_go()
    broken, status, _words = HERE["read_only"]
    with broken(bed_database):
        path = f"/audits/{audit.id}/items/{item.id}/draft"
        told = client.post(path, data={"note": "x", "based_on": ""}, headers={"X-Requested-With": "fetch"})
    assert told.status_code == status and "もう一度お試しください" in told.json["message"]


def test_a_full_folder_for_temporary_files_loses_the_file_and_not_the_text(
    cast: Cast, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = making.assigned(cast)
    cast.sign_in(client, "auditor")
    path = f"/audits/{audit.id}/items/{making.items(audit)[0].id}/evidence"
    big = FileStorage(io.BytesIO(b"x" * 900_000), "big.pdf", "file")
    boundary, body = encode_multipart({"file": big, "about_on": "2026-11-20"})  # the text behind the file
    kind = f"multipart/form-data; boundary={boundary}"
    with faults.small_disk(tmp_path / "tmp", 300) as small:
        monkeypatch.setattr(tempfile, "tempdir", str(small))
        page = client.post(path, data=body, content_type=kind)
        assert page.status_code == 507 and "空き容量がありません" in text_of(page)
        assert parsed(page).xpath("//input[@name='about_on']/@value") == ["2026-11-20"]
        assert parsed(page).xpath("//input[@type='file']/@name") == ["file"]
        assert list(small.iterdir()) == []
    monkeypatch.undo()
    assert client.post(path, data=body, content_type=kind).status_code == 303


def test_a_full_data_folder_loses_the_file_and_nothing_else(
    cast: Cast, client: Any, settings: Settings
) -> None:
    audit = making.assigned(cast)
    head = settings.head_file.read_text()
    cast.sign_in(client, "auditor")
    path = f"/audits/{audit.id}/items/{making.items(audit)[0].id}"
    with faults.small_disk(settings.data, 256):
        settings.head_file.write_text(head)
        filler = faults.fill(settings.data)
        evidence = {"about_on": "2026-11-20"}
        file = (io.BytesIO(b"%PDF-1.7" + b"0" * 90_000), "log.pdf")
        page = client.post(f"{path}/evidence", data={**evidence, "file": file})
        assert page.status_code == 507, text_of(page)
        assert client.get("/healthz").status_code == 503
        saved = client.post(path, data={"result": "minor", "note": "見えた。", "based_on": ""})
        assert saved.status_code == 303, "what needs no room in the data folder is saved"
        export = client.get("/audits/export.xlsx")
        assert export.status_code in (404, 507)
        filler.unlink()
        assert client.get("/healthz").status_code == 200
        file = (io.BytesIO(b"%PDF-1.7" + b"0" * 90_000), "log.pdf")
        assert client.post(f"{path}/evidence", data={**evidence, "file": file}).status_code == 303
        assert activity.kept_head() == activity.head()


@pytest.mark.parametrize("fault", HERE)
def test_monitoring_learns_whether_the_system_works_and_nothing_else(
    fault: str, bed_database: Any, cast: Cast, client: Any, settings: Settings, alone: None
) -> None:
    well = client.get("/healthz")
    assert (well.status_code, well.data, well.mimetype) == (200, b"ok\n", "text/plain")
    broken, _status, _words = HERE[fault]
    with broken(bed_database):
        databases.let_go()
        ill = client.get("/healthz")
    # A lock and the like pass: only what cannot be read or written at all is reported.
    expected = (200, b"ok\n") if fault in STILL_READ else (503, b"not ok\n")
    assert (ill.status_code, ill.data) == expected
    assert client.get("/healthz").data == b"ok\n"


def test_an_error_of_the_program_is_no_outage(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(ConnectionResetError):
        app.handle_user_exception(ConnectionResetError(104, "reset by peer"))
