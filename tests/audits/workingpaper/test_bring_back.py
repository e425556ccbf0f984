"""Bringing a paper back on the page: what is refused and why, the preview, and taking it over."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from auditor import filekinds
from auditor.activity import ActivityEvent
from auditor.audits import actions
from auditor.audits.models import Audit, ItemResult
from auditor.audits.results import Result
from auditor.audits.workingpaper.models import AppliedPaper, IssuedPaper, PaperUpload
from tests.audits.making import answer, answer_all, assigned, items
from tests.audits.workingpaper.filling import changed, filled, place, standing, taken
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast
from tests.fuzz import badfiles as bad
from tests.people.roster_files import book, repacked

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def audit(cast: Cast, client: Any) -> Audit:
    cast.sign_in(client, "auditor")
    return assigned(cast, auditors=("auditor", "second_auditor"), at=NOW - timedelta(days=101))


def brought(client: Any, audit: Audit, content: bytes, name: str = "調書.xlsx") -> Any:
    return client.post(f"/audits/{audit.id}/papers", data={"file": (io.BytesIO(content), name)})


def test_a_paper_is_brought_back_looked_at_and_taken_over(client: Any, cast: Cast, audit: Audit) -> None:
    back = filled(taken(cast, audit), {"ORG-01": {"result": "軽微な不適合", "note": "印がない"}})
    sent = brought(client, audit, back)
    assert sent.status_code == 303
    page = client.get(sent.location)
    text = text_of(page)
    assert "印がない" in text and "ORG-01" in text and "調書.xlsx" in text
    assert f"チェックリスト!{place(back, 'ORG-01', 'result')}" in text
    assert not ItemResult.select().exists(), "looking changes nothing"
    digest = parsed(page).xpath("//input[@name='digest']/@value")[0]
    done = client.post(f"{sent.location}/apply", data={"digest": digest})
    assert (done.status_code, done.location) == (303, f"/audits/{audit.id}")
    assert standing(audit, "ORG-01") == ("minor", "印がない", "")
    twice = client.post(f"{sent.location}/apply", data={"digest": digest})
    assert twice.status_code == 303
    assert "取込み済み" in text_of(client.get(twice.location))
    assert AppliedPaper.select().count() == 1
    again = brought(client, audit, back)
    page = text_of(client.get(again.location))
    assert "この調書による変更はありません" in page and "同じファイルを" in page


def test_a_conflict_shows_both_and_keeps_what_was_chosen_when_something_else_is_missing(
    client: Any, cast: Cast, audit: Audit
) -> None:
    back = filled(taken(cast, audit), {"ORG-01": {"note": "私の文"}, "ORG-02": {"note": "別の文"}})
    for item in items(audit)[:2]:
        answer(cast, item, Result.MINOR, by="second_auditor", note=f"相手の文{item.position}")
    address = brought(client, audit, back).location
    page = client.get(address)
    text = text_of(page)
    assert "食い違い2件" in text and "私の文" in text and "相手の文" in text and "森田" in text
    assert not parsed(page).xpath("//input[@type='radio'][@checked]"), "nothing is chosen for the person"
    digest = parsed(page).xpath("//input[@name='digest']/@value")[0]
    first, second = (item.id for item in items(audit)[:2])
    refused = client.post(f"{address}/apply", data={"digest": digest, f"choice-{first}": "both_mine"})
    assert refused.status_code == 422
    chosen = parsed(refused).xpath("//input[@type='radio'][@checked]/@name")
    assert chosen == [f"choice-{first}"]
    assert parsed(refused).xpath(f"//a[@href='#item-{second}']")
    done = client.post(
        f"{address}/apply",
        data={"digest": digest, f"choice-{first}": "both_mine", f"choice-{second}": "theirs"},
    )
    assert done.status_code == 303
    assert standing(audit, "ORG-01") == ("minor", "相手の文1\n\n私の文", "")
    assert standing(audit, "ORG-02")[1] == "相手の文2"


def test_what_was_entered_since_the_preview_is_shown_before_anything_is_written(
    client: Any, cast: Cast, audit: Audit
) -> None:
    address = brought(client, audit, filled(taken(cast, audit), {"ORG-01": {"note": "私の文"}})).location
    digest = parsed(client.get(address)).xpath("//input[@name='digest']/@value")[0]
    answer(cast, items(audit)[0], Result.MINOR, by="second_auditor", note="相手の文")
    stale = client.post(f"{address}/apply", data={"digest": digest})
    assert stale.status_code == 409
    assert "その間に別の入力がありました" in text_of(stale) and "相手の文" in text_of(stale)
    assert standing(audit, "ORG-01")[1] == "相手の文"


def test_a_paper_with_problems_can_only_be_corrected(client: Any, cast: Cast, audit: Audit) -> None:
    address = brought(client, audit, filled(taken(cast, audit), {"ORG-01": {"result": "まあまあ"}})).location
    page = client.get(address)
    assert "まだ取り込めません：問題1件" in text_of(page)
    assert not parsed(page).xpath("//button[contains(., '調書を取り込む')]")
    assert client.post(f"{address}/apply", data={"digest": "x"}).status_code in (409, 422)
    assert client.post(f"{address}/discard").status_code == 303
    assert client.get(address).status_code == 404


def test_an_upload_waits_for_its_author_alone_and_not_for_ever(
    client: Any, cast: Cast, audit: Audit, standing_clock: Any
) -> None:
    back = filled(taken(cast, audit), {"ORG-01": {"result": "適合"}})
    address = brought(client, audit, back).location
    assert brought(client, audit, back).location == address, "the same file is the same upload"
    assert "取込み前" in text_of(client.get(f"/audits/{audit.id}/papers"))
    cast.sign_in(client, "second_auditor")
    assert client.get(address).status_code == 404
    other = assigned(cast)
    cast.sign_in(client, "auditor")
    assert client.get(f"/audits/{other.id}/papers/{PaperUpload.get().id}").status_code == 404
    standing_clock.move(NOW + timedelta(days=8))
    cast.sign_in(client, "auditor", NOW + timedelta(days=8))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("person", "status"), [("administrator", 403), ("head_of_sales", 403), ("staff_of_sales", 404)]
)
def test_only_who_audits_brings_papers_back(
    client: Any, cast: Cast, audit: Audit, person: str, status: int
) -> None:
    content = taken(cast, audit)
    address = brought(client, audit, filled(content, {"ORG-01": {"result": "適合"}})).location
    cast.sign_in(client, person)
    assert brought(client, audit, content).status_code == status
    assert client.get(address).status_code == 404, "what somebody else brought back is nobody's business"
    assert client.post(f"{address}/apply").status_code == 404
    assert client.post(f"{address}/discard").status_code == 404


# --- What is refused at once, each with its reason in both languages --------------------------------


def _other_audit(cast: Cast, audit: Audit) -> bytes:
    return taken(cast, assigned(cast, subject="D130"))


def _closed(cast: Cast, audit: Audit) -> bytes:
    content = filled(taken(cast, audit), {"ORG-01": {"result": "適合"}})
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    return content


def _unknown(cast: Cast, audit: Audit) -> bytes:
    content = taken(cast, audit)
    token = IssuedPaper.get().token
    return repacked(content, lambda name, part: part.replace(token.encode(), b"0123456789"))


def _expired(cast: Cast, audit: Audit) -> bytes:
    return taken(cast, audit, at=NOW - timedelta(days=100))


def _other_version(cast: Cast, audit: Audit) -> bytes:
    return repacked(
        taken(cast, audit),
        lambda name, part: part.replace(b"auditor-working-paper/1", b"auditor-working-paper/7"),
    )


def _without_keys(cast: Cast, audit: Audit) -> bytes:
    def strip(made: Any) -> None:
        made.security = None
        del made["auditor"]
        made.worksheets[1].delete_cols(1)

    return changed(taken(cast, audit), strip)


REFUSED = {
    "another audit": (_other_audit, "ここの調書ではありません", "not of this one"),
    "a closed audit": (_closed, "提出済み又は終了している", "has been submitted or has ended"),
    "another company": (_unknown, "このシステムから受け取った調書ではありません", "was not taken here"),
    "expired": (_expired, "期限（2026-11-10）を過ぎています", "could be brought back until 2026-11-10"),
    "another version": (_other_version, "別の版が作った調書（auditor-working-paper/7）", "written by another version"),
    "keys gone": (_without_keys, "どの調書のファイルか判別できません", "no longer says which working paper"),
    "a roster": (lambda *_: book(), "このブックは調書ではありません", "is not a working paper"),
    "too large": (lambda *_: b"PK\x03\x04" + b"\0" * 400_000, "MBを超えている", "larger than"),
    "macros": (lambda *_: bad.part_added("xl/vbaProject.bin", b"m"), "マクロを含む", "contains macros"),
    "encrypted": (lambda *_: bad.compound("EncryptionInfo", "EncryptedPackage"), "パスワードで保護", "protected by a password"),
    "a table as text": (lambda *_: b"a,b\r\n1,2\r\n", "Excelブックではないファイルです", "not an Excel workbook"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda name: str(name).replace(" ", "-"))
def test_what_is_no_paper_of_this_audit_is_refused_with_the_reason(
    client: Any, cast: Cast, audit: Audit, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filekinds, "LARGEST_FILE", 400_000)
    make, ja, en = REFUSED[case]
    content = make(cast, audit)
    before = (ItemResult.select().count(), PaperUpload.select().count(), ActivityEvent.select().count())
    for language, words in (("ja", ja), ("en", en)):
        client.set_cookie("language", language)
        refused = brought(client, audit, content)
        assert refused.status_code == 422
        assert words in text_of(refused), text_of(refused)[:1500]
    assert before == (
        ItemResult.select().count(),
        PaperUpload.select().count(),
        ActivityEvent.select().count(),
    )


def test_more_than_the_server_takes_is_refused_before_it_is_read(
    client: Any, audit: Audit, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 400_000)  # in place of the 25 MB of an installation
    refused = brought(client, audit, b"0" * 400_001)
    assert refused.status_code == 413
    assert "受け取れるのは" in text_of(refused)
    assert not PaperUpload.select().exists()
