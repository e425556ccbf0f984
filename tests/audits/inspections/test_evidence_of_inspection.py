"""Evidence of an item of a self-inspection: links, dates, validity, newer versions, evidence that is there already."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from auditor.audits.inspections import deciding
from auditor.audits.models import Audit, ItemEvidence
from auditor.evidence.models import Evidence
from tests.audits.inspections.making import answer_all, inspection
from tests.audits.making import items
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast

LINK = {"url": "https://wiki.example.jp/keys", "title": "鍵の管理簿", "about_on": "2026-11-10"}


@pytest.fixture
def audit(cast: Cast, client: Any) -> Audit:
    cast.sign_in(client, "head_of_sales")
    return inspection(cast)


def where(audit: Audit, place: int = 0) -> str:
    return f"/inspections/{audit.id}/items/{items(audit)[place].id}/evidence"


def test_a_link_hangs_on_the_item_once_with_what_is_said_of_it(client: Any, audit: Audit) -> None:
    assert client.get(where(audit)).status_code == 200
    for _ in range(2):
        assert client.post(where(audit), data={**LINK, "source": "総務部"}).status_code == 303
    kept = Evidence.get()
    assert (kept.url, kept.about_on) == (LINK["url"], date(2026, 11, 10))
    assert ItemEvidence.select().count() == 1
    assert all(words in text_of(client.get(where(audit))) for words in ("鍵の管理簿", "総務部", "2026-11-10"))
    assert "鍵の管理簿" in text_of(client.get(f"/inspections/{audit.id}"))
    led = client.get(f"/inspections/{audit.id}/items/{items(audit)[0].id}/files/{kept.id}")
    assert (led.status_code, led.location) == (303, LINK["url"])


def test_files_say_until_when_they_are_valid_on_every_page_of_theirs(client: Any, audit: Audit) -> None:
    sent = {
        "file": [(io.BytesIO(b"one"), "証明書.pdf"), (io.BytesIO(b"two"), "写真.jpg")],
        "expires_on": "2026-12-01",
    }
    assert client.post(where(audit), data=sent).status_code == 303
    assert Evidence.select().count() == 2
    for page in (where(audit), f"/inspections/{audit.id}", f"/inspections/{audit.id}/answer"):
        assert "2026-12-01" in text_of(client.get(page)), page


def test_a_newer_version_takes_the_place_and_the_earlier_one_stays_readable(
    client: Any, audit: Audit
) -> None:
    assert client.post(where(audit), data={"file": (io.BytesIO(b"old"), "一覧.csv")}).status_code == 303
    old = Evidence.get()
    address = f"{where(audit)}?replaces={old.id}"
    assert client.get(address).status_code == 200
    for _ in range(2):
        newer = {"file": (io.BytesIO(b"new"), "一覧.csv")}
        assert client.post(address, data=newer).status_code in (303, 404)
    (kept,) = Evidence.select().where(Evidence.replaces == old.id)
    assert "以前の版" in text_of(client.get(where(audit)))
    for one, content in ((kept, b"new"), (old, b"old")):
        with client.get(f"/inspections/{audit.id}/items/{items(audit)[0].id}/files/{one.id}") as given:
            assert given.data == content


def test_evidence_of_another_item_hangs_here_too_without_a_copy(
    client: Any, cast: Cast, audit: Audit
) -> None:
    assert client.post(where(audit), data=LINK).status_code == 303
    kept = Evidence.get()
    offered = parsed(client.get(where(audit, 1))).xpath("//input[@name='evidence']/@value")
    assert offered == [str(kept.id)]
    assert client.post(where(audit, 1), data={"known": "1", "evidence": str(kept.id)}).status_code == 303
    assert Evidence.select().count() == 1 and ItemEvidence.select().count() == 2
    assert client.post(where(audit, 2), data={"known": "1"}).status_code == 422
    elsewhere = inspection(cast, "D220")
    cast.sign_in(client, "head_of_other")
    taken = client.post(where(elsewhere), data={"known": "1", "evidence": str(kept.id)})
    assert taken.status_code == 404, "another department's evidence is none to choose"


def test_what_is_no_evidence_is_refused(client: Any, audit: Audit) -> None:
    both = {**LINK, "file": (io.BytesIO(b"one"), "a.csv")}
    early = {**LINK, "expires_on": "2026-11-01"}
    for wrong in ({}, {**LINK, "url": "http://x.example"}, {**LINK, "title": ""}, early, both):
        assert client.post(where(audit), data=wrong).status_code == 422, wrong
    assert not Evidence.select().exists()


@pytest.mark.parametrize("state", ["submitted", "confirmed"])
def test_a_self_inspection_that_was_handed_in_takes_none(
    client: Any, cast: Cast, audit: Audit, state: str
) -> None:
    answer_all(cast, audit, "head_of_sales")
    deciding.submit(cast.actor("head_of_sales"), NOW, Audit.get_by_id(audit.id))
    if state == "confirmed":
        deciding.confirm(cast.actor("administrator"), NOW, Audit.get_by_id(audit.id))
    assert client.get(where(audit)).location == f"/inspections/{audit.id}"
    refused = client.post(where(audit), data=LINK)
    assert refused.status_code == 422 and "差し戻してもらってください" in text_of(refused)
    assert not Evidence.select().exists()


@pytest.mark.parametrize(
    ("person", "status"), [("administrator", 403), ("head_of_other", 404), ("staff_of_sales", 404)]
)
def test_only_who_answers_adds_evidence(
    client: Any, cast: Cast, audit: Audit, person: str, status: int
) -> None:
    cast.sign_in(client, person)
    assert client.get(where(audit)).status_code == status
    assert client.post(where(audit), data=LINK).status_code == status


def test_who_is_not_signed_in_is_led_to_the_door(app: Any, audit: Audit) -> None:
    stranger = app.test_client()
    assert stranger.get(where(audit)).status_code == 303
    assert stranger.post(where(audit), data=LINK).status_code == 303
    assert not Evidence.select().exists()
