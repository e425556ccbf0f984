"""Bringing a catalogue file in through the pages: checked, previewed, applied; and the versions in use."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from auditor import places
from auditor.access import application
from auditor.catalogue import actions, queries
from auditor.catalogue.models import CatalogueUpload, CatalogueVersion, Control
from auditor.catalogue.reading import read
from auditor.dated import Moment
from tests.bed.pages import text_of
from tests.cast import NOW

SYSTEM = application("test")
CONTROLS = places.controls() / "personal-information-jp/2026.1.yaml"


def text_with(*changes: tuple[str, str]) -> bytes:
    """Return the built-in controls as another version, with something changed."""
    text = CONTROLS.read_text(encoding="utf-8").replace("version: '2026.1'", "version: '2026.2'", 1)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text.encode()


def send(client: Any, content: bytes, name: str = "controls.yaml") -> Any:
    return client.post("/catalogue/import", data={"file": (BytesIO(content), name)})


@pytest.fixture
def builtin(app: Any, cast: Any) -> CatalogueVersion:
    return actions.import_builtin(SYSTEM, NOW)[1].version


def test_a_file_is_previewed_against_the_version_in_use_and_applied(
    client: Any, cast: Any, builtin: CatalogueVersion
) -> None:
    cast.sign_in(client, "administrator")
    client.set_cookie("language", "en")
    first = read(CONTROLS).controls[0]
    sent = send(client, text_with((first.question.en, "Is there a policy?")))
    assert sent.status_code == 303
    shown = text_of(client.get(sent.location))
    assert "Is there a policy?" in shown and first.question.en in shown
    assert (
        Control.select().where(Control.version != builtin).count() == 6
    )  # those of the cast: nothing was saved
    applied = client.post(sent.location, data={"use": "yes", "valid_from": "2026-12-01"})
    assert applied.status_code == 303
    version = CatalogueVersion.get(CatalogueVersion.version == "2026.2")
    assert Control.select().where(Control.version == version).count() == 149
    assert CatalogueUpload.select().count() == 0
    page = text_of(client.get("/catalogue/versions"))
    assert "2026.2" in page and "2026-12-01" in page


def test_only_importing_leaves_the_version_in_use(client: Any, cast: Any, builtin: CatalogueVersion) -> None:
    cast.sign_in(client, "administrator")
    sent = send(client, text_with())
    assert client.post(sent.location, data={"use": "no"}).status_code == 303
    in_use = queries.version_in_use(builtin.catalogue_id, Moment.at(NOW))
    assert in_use is not None and in_use.id == builtin.id


def test_a_faulty_file_is_refused_line_by_line(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    refused = send(client, b"format: auditor-catalogue/1\nkind: controls\ntitle: x\n", "mine.yaml")
    assert refused.status_code == 422
    assert "mine.yaml:3" in text_of(refused)
    for content in (b"", b"\x00\x01", b"{", "名前: 値".encode("cp932"), b"PK\x03\x04"):
        assert send(client, content).status_code == 422
    assert send(client, b"x", "").status_code == 422
    assert CatalogueUpload.select().count() == 0


def test_the_same_version_with_other_content_is_refused_on_the_preview(
    client: Any, cast: Any, builtin: CatalogueVersion
) -> None:
    cast.sign_in(client, "administrator")
    changed = (
        text_with()
        .replace(b"version: '2026.2'", b"version: '2026.1'", 1)
        .replace(b"licence: MIT", b"licence: X", 1)
    )
    sent = send(client, changed)
    assert builtin.content_hash in text_of(client.get(sent.location))
    assert client.post(sent.location, data={"use": "yes", "valid_from": "2026-12-01"}).status_code == 422


def test_applying_without_a_day_keeps_the_preview(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    sent = send(client, text_with())
    assert client.post(sent.location, data={"use": "yes", "valid_from": ""}).status_code == 422
    assert client.post(sent.location, data={"use": "yes", "valid_from": "soon"}).status_code == 422
    assert CatalogueVersion.select().where(CatalogueVersion.version == "2026.2").count() == 0


def test_a_version_is_put_into_use_from_a_day(client: Any, cast: Any, builtin: CatalogueVersion) -> None:
    cast.sign_in(client, "administrator")
    address = f"/catalogue/versions/{builtin.id}/use"
    assert client.post(address, data={f"v{builtin.id}-valid_from": "x"}).status_code == 422
    assert client.post(address, data={f"v{builtin.id}-valid_from": "2026-10-01"}).status_code == 303
    assert "2026-10-01" in text_of(client.get("/catalogue/versions"))


def test_somebody_elses_upload_is_not_found(client: Any, cast: Any, app: Any) -> None:
    cast.sign_in(client, "administrator")
    sent = send(client, text_with())
    CatalogueUpload.update(person=cast.person["operator"]).execute()
    assert client.get(sent.location).status_code == 404
    assert client.post(sent.location, data={"use": "no"}).status_code == 404


def test_a_reader_sees_the_versions_and_may_not_change_them(
    client: Any, cast: Any, builtin: CatalogueVersion
) -> None:
    cast.sign_in(client, "head_of_audit")
    assert client.get("/catalogue/versions").status_code == 200
    assert client.post(f"/catalogue/versions/{builtin.id}/use").status_code == 403
    assert client.get("/catalogue/import").status_code == 403
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/catalogue/import").status_code == 404
    assert client.get("/catalogue/versions").status_code == 404
    assert client.post(f"/catalogue/versions/{builtin.id}/use").status_code == 404


def test_who_is_not_signed_in_comes_to_the_sign_in_page(client: Any, cast: Any) -> None:
    for address in ("/catalogue/versions", "/catalogue/import"):
        assert "/sign-in" in client.get(address).headers["Location"]
