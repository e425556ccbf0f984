"""Evidence of a corrective action: links, and what is said of a file."""

from __future__ import annotations

import io
from typing import Any

from auditor.evidence.models import Evidence
from auditor.findings.models import ActionEvidence
from tests.bed.pages import text_of
from tests.findings.ladder import answers, signed_in

LINK = {"url": "https://wiki.example.jp/training?id=3", "title": "再教育の記録", "about_on": "2026-11-10"}


def _address(finding: Any) -> str:
    return f"/findings/{finding.id}/actions/1/evidence/new"


def test_the_owner_adds_a_link_once_however_often_it_is_sent(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    before = ActionEvidence.select().count()
    signed_in(client, cast, "staff_of_sales")
    assert client.get(_address(finding)).status_code == 200
    for _ in range(2):
        assert client.post(_address(finding), data=LINK).status_code == 303
    assert ActionEvidence.select().count() == before + 1
    kept = Evidence.get(Evidence.url == LINK["url"])
    assert (kept.name, kept.about_on.isoformat()) == (LINK["title"], "2026-11-10")
    assert "再教育の記録" in text_of(client.get(f"/findings/{finding.id}"))
    led = client.get(f"/findings/{finding.id}/evidence/{kept.id}")
    assert (led.status_code, led.location) == (303, LINK["url"])


def test_files_are_added_with_what_is_said_of_them(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    signed_in(client, cast, "staff_of_sales")
    form = {
        "files": [(io.BytesIO(b"one"), "受講者一覧.csv")], "expires_on": "2026-12-01", "source": "人事総務部", "shows": "全員分",
    }  # fmt: skip
    assert client.post(_address(finding), data=form).status_code == 303
    page = text_of(client.get(f"/findings/{finding.id}"))
    assert all(words in page for words in ("受講者一覧.csv", "2026-12-01", "人事総務部", "全員分"))


def test_what_is_no_evidence_is_refused(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    before = Evidence.select().count()
    signed_in(client, cast, "staff_of_sales")
    both = {**LINK, "files": [(io.BytesIO(b"one"), "a.csv")]}
    for wrong in ({}, {**LINK, "url": "http://x.example"}, {**LINK, "title": ""}, both):
        assert client.post(_address(finding), data=wrong).status_code == 422
    assert Evidence.select().count() == before


def test_who_does_not_carry_the_action_out_adds_nothing(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    expected = {"staff_of_sales": 200, "head_of_sales": 200, "administrator": 403, "head_of_other": 404}
    answers(client, cast, _address(finding), expected)


def test_a_newer_version_takes_the_place_and_the_earlier_one_stays_readable(
    client: Any, cast: Any, making: Any
) -> None:
    finding = making.verifying()
    signed_in(client, cast, "staff_of_sales")
    first = {"files": [(io.BytesIO(b"old"), "受講者一覧.csv")]}
    assert client.post(_address(finding), data=first).status_code == 303
    old = Evidence.get(Evidence.name == "受講者一覧.csv")
    address = f"{_address(finding)}?replaces={old.id}"
    assert "受講者一覧.csv" in text_of(client.get(address))
    for _ in range(2):
        newer = {"files": [(io.BytesIO(b"new"), "受講者一覧.csv")], "shows": "2名を追加"}
        assert client.post(address, data=newer).status_code == 303
    (kept,) = Evidence.select().where(Evidence.replaces == old.id)
    assert kept.version == 2
    page = text_of(client.get(f"/findings/{finding.id}"))
    assert "2名を追加" in page and "以前の版" in page
    for one, content in ((kept, b"new"), (old, b"old")):
        with client.get(f"/findings/{finding.id}/evidence/{one.id}") as sent:
            assert sent.data == content
    refused = client.post(address, data={"files": [(io.BytesIO(b"third"), "別.csv")]})
    assert refused.status_code == 422 and "先に新しい版を確認" in text_of(refused), text_of(refused)[:900]
    assert client.post(address, data={}).status_code == 422
    stray = {"files": [(io.BytesIO(b"third"), "別.csv")]}
    assert client.post(f"{_address(finding)}?replaces=99", data=stray).status_code == 404
