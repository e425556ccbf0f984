"""Evidence of an item: several files, links, used again without a copy, replaced by a newer version."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest

from auditor import settings_of
from auditor.access import Permission, application
from auditor.audits import actions, attached, attaching, queries
from auditor.audits.attaching import File, Link
from auditor.audits.models import Audit, AuditItem, ItemEvidence
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.evidence.actions import NOTHING_SAID, About
from auditor.evidence.models import Evidence, StoredFile
from auditor.integrity import erasure, texts, verify, written
from tests.audits.making import answer_all, assigned, items
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

LATER = NOW + timedelta(hours=1)
WIKI = Link("https://wiki.example.jp/backup?page=3", "バックアップの手順")


def _folder(app: Any) -> Any:
    return settings_of(app).evidence_folder


def _attach(
    app: Any, cast: Cast, item: AuditItem, content: bytes = b"first", name: str = "log.txt", **said: Any
) -> Evidence:
    file = io.BytesIO(content)
    return actions.attach(cast.actor("auditor"), NOW, _folder(app), item, file, name, About(**said))


def _held(item: AuditItem, at: Any = NOW) -> list[int]:
    rows = ItemEvidence.standing(Moment.at(at), ItemEvidence.item == item.id)
    return sorted(row.evidence_id for row in rows if row.held)


def _shown(item: AuditItem, at: Any = NOW) -> list[attached.Attached]:
    return attached.shown(attached.on_item(item, Moment.at(at)), {})


def _approved(cast: Cast, audit: Audit) -> None:
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    actions.approve(cast.actor("head_of_audit"), NOW, Audit.get_by_id(audit.id))


# ---- files ----


def test_several_files_are_attached_at_once_with_what_is_said_of_them(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}"
    cast.sign_in(client, "auditor")
    form = {
        "file": [(io.BytesIO(b"one"), "a.jpg"), (io.BytesIO(b"two"), "b.jpg")],
        "about_on": "2026-09-30", "expires_on": "2026-12-05", "source": "営業一課 西村", "shows": "施錠の様子",
    }  # fmt: skip
    assert client.post(f"{address}/evidence", data=form).status_code == 303
    page = text_of(client.get(address))
    assert all(words in page for words in ("a.jpg", "b.jpg", "営業一課 西村", "施錠の様子", "2026-12-05"))
    rows = list(Evidence.select())
    assert [(row.name, row.about_on, row.source) for row in rows] == [
        ("a.jpg", date(2026, 9, 30), "営業一課 西村"),
        ("b.jpg", date(2026, 9, 30), "営業一課 西村"),
    ]


def test_of_several_files_all_are_attached_or_none_and_the_bad_one_is_named(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}/evidence"
    cast.sign_in(client, "auditor")
    sent = client.post(
        address, data={"file": [(io.BytesIO(b"one"), "a.jpg"), (io.BytesIO(b""), "empty.jpg")]}
    )
    assert sent.status_code == 422
    assert "empty.jpg" in text_of(sent)
    assert Evidence.select().count() == 0


def test_it_cannot_expire_before_the_day_it_is_about(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}/evidence"
    cast.sign_in(client, "auditor")
    form = {"file": (io.BytesIO(b"one"), "a.jpg"), "about_on": "2026-09-30", "expires_on": "2026-09-01"}
    assert client.post(address, data=form).status_code == 422
    assert Evidence.select().count() == 0


# ---- links ----


def test_a_link_is_attached_shown_with_where_it_leads_and_not_fetched(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}"
    cast.sign_in(client, "auditor")
    form = {"url": WIKI.url, "title": WIKI.title, "about_on": "2026-10-01"}
    assert client.post(f"{address}/evidence/link", data=form).status_code == 303
    assert client.post(f"{address}/evidence/link", data=form).status_code == 303  # a double click
    kept = Evidence.get()
    assert Evidence.select().count() == 1
    assert (kept.url, kept.name, kept.file_id) == (WIKI.url, WIKI.title, None)
    page = client.page(address)
    (way,) = page.xpath(f"//a[@href='{WIKI.url}']")
    assert "noreferrer" in way.get("rel")
    assert "wiki.example.jp" in page.text_content()
    led = client.get(f"{address}/evidence/{kept.id}")
    assert (led.status_code, led.location) == (303, WIKI.url)


@pytest.mark.parametrize(
    "url",
    [
        "", "http://a.example/x", "javascript:alert(1)", "https://", "https:///x", "//a.example/x", "ftp://a.example",
        "https://a.example/x y", "https://user:pass@a.example/", "https://a.example/\nX: 1", "https://[::1", "https://a:x/",
        "https://a.example/" + "x" * 2000, 'https://a.example/"><b>',
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(client: Any, cast: Cast, url: str) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}/evidence/link"
    assert client.post(address, data={"url": url, "title": "手順"}).status_code == 422
    assert Evidence.select().count() == 0


def test_a_link_needs_a_title(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}/evidence/link"
    assert client.post(address, data={"url": WIKI.url, "title": " "}).status_code == 422


def test_an_erased_link_leads_nowhere(app: Any, client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    kept = attaching.attach_link(cast.actor("auditor"), NOW, item, WIKI, NOTHING_SAID)
    found = written.belonging_to(application("test"), "audit", audit.id)
    urls = [text for text in found if text.column in ("url", "name")]
    texts.erase_texts(cast.actor("administrator"), urls, "asked for", LATER)
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{item.id}"
    page = client.page(address)
    assert not page.xpath("//div[@id='evidence']//a[starts-with(@href, 'https:')]")
    assert client.get(f"{address}/evidence/{kept.id}").status_code == 410
    assert verify.verify(_folder(app)).clean


# ---- used again ----


def test_evidence_of_another_item_is_attached_without_a_copy(app: Any, client: Any, cast: Cast) -> None:
    first, second, *_ = items(assigned(cast))
    kept = _attach(app, cast, first, name="入退室.csv", note="10月分")
    cast.sign_in(client, "auditor")
    address = f"/audits/{first.audit_id}/items/{second.id}/evidence/known"
    assert "入退室.csv" in text_of(client.get(address))
    assert "入退室.csv" in text_of(client.get(f"{address}?q=10月"))
    assert "入退室.csv" not in text_of(client.get(f"{address}?q=ほか"))
    assert client.post(address, data={"evidence": [kept.id]}).status_code == 303
    assert client.post(address, data={"evidence": [kept.id]}).status_code == 303  # sent twice
    assert (_held(first), _held(second)) == ([kept.id], [kept.id])
    assert (Evidence.select().count(), StoredFile.select().count()) == (1, 1)
    assert "入退室.csv" not in text_of(client.get(address))
    assert _given(client, f"/audits/{first.audit_id}/items/{second.id}/evidence/{kept.id}") == b"first"


def test_evidence_of_an_earlier_audit_of_the_subject_is_offered_to_who_may_see_it(
    app: Any, cast: Cast
) -> None:
    before = assigned(cast)
    kept = _attach(app, cast, items(before)[0])
    _approved(cast, before)
    item = _loaded(cast, items(assigned(cast))[0])
    assert [one.id for one in attached.offered(cast.actor("auditor"), item, NOW)[0]] == [kept.id]
    assert attaching.attach_known(cast.actor("auditor"), NOW, item, [kept.id]) == 1


@pytest.mark.parametrize("subject, auditors", [("D210", ("second_auditor",)), ("D130", ("auditor",))])
def test_evidence_of_an_audit_one_may_not_see_or_of_another_subject_is_not_used(
    app: Any, cast: Cast, subject: str, auditors: tuple[str, ...]
) -> None:
    hidden = assigned(cast, subject=subject, auditors=auditors)
    file = io.BytesIO(b"hidden")
    kept = actions.attach(cast.actor(auditors[0]), NOW, _folder(app), items(hidden)[0], file, "hidden.txt")
    mine = _loaded(cast, items(assigned(cast, kind="conformity"))[0])
    assert attached.offered(cast.actor("auditor"), mine, NOW) == ([], False)
    with pytest.raises(NotFound):
        attaching.attach_known(cast.actor("auditor"), NOW, mine, [kept.id])
    assert _held(mine) == []


def test_choosing_nothing_is_told(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}/evidence/known"
    assert client.post(address, data={}).status_code == 422


# ---- replaced ----


def test_a_newer_version_stands_at_each_item_of_the_audit_and_the_old_one_stays_readable(
    app: Any, client: Any, cast: Cast
) -> None:
    first, second, third, *_ = items(assigned(cast))
    old = _attach(app, cast, first, b"v1", "台帳.xlsx")
    attaching.attach_known(cast.actor("auditor"), NOW, _loaded(cast, second), [old.id])
    cast.sign_in(client, "auditor")
    address = f"/audits/{first.audit_id}/items/{first.id}/evidence"
    assert "台帳.xlsx" in text_of(client.get(f"{address}/{old.id}/newer"))
    sent = [
        client.post(f"{address}/{old.id}/newer", data={"file": (io.BytesIO(b"v2"), "台帳2.xlsx")})
        for _ in range(2)  # a double click
    ]
    assert [one.status_code for one in sent] == [303, 303]
    new = Evidence.get(Evidence.replaces == old.id)
    assert new.version == 2
    assert (_held(first), _held(second), _held(third)) == ([new.id], [new.id], [])
    (shown,) = _shown(first)
    assert [one.id for one in shown.older] == [old.id]
    assert _given(client, f"{address}/{new.id}") == b"v2"
    assert _given(client, f"{address}/{old.id}") == b"v1"
    assert "台帳.xlsx" in text_of(client.get(f"/audits/{first.audit_id}/items/{first.id}"))
    assert verify.verify(_folder(app)).clean


def test_another_audit_keeps_the_version_it_had_and_says_that_there_is_a_newer_one(
    app: Any, cast: Cast
) -> None:
    before = assigned(cast)
    earlier = items(before)[0]
    old = _attach(app, cast, earlier, b"v1")
    _approved(cast, before)
    now = _loaded(cast, items(assigned(cast))[0])
    attaching.attach_known(cast.actor("auditor"), NOW, now, [old.id])
    new = attaching.replace(
        cast.actor("auditor"),
        LATER,
        _folder(app),
        now,
        old.id,
        File(io.BytesIO(b"v2"), "log.txt"),
        NOTHING_SAID,
    )
    assert (_held(earlier, LATER), _held(now, LATER)) == ([old.id], [new.id])
    assert [(one.id, one.overtaken) for one in _shown(earlier, LATER)] == [(old.id, True)]
    assert [(one.id, one.overtaken) for one in _shown(earlier, NOW)] == [(old.id, False)]  # as of then
    with pytest.raises(NotFound):  # the newer one does not hang there
        attached.evidence_of(earlier, new.id, Moment.at(LATER))


def test_a_version_that_only_hung_elsewhere_is_not_given_here(app: Any, cast: Cast) -> None:
    first, second, *_ = items(assigned(cast))
    old = _attach(app, cast, first, b"v1")
    file = File(io.BytesIO(b"v2"), "log.txt")
    new = attaching.replace(cast.actor("auditor"), NOW, _folder(app), first, old.id, file, NOTHING_SAID)
    attaching.attach_known(cast.actor("auditor"), NOW, _loaded(cast, second), [new.id])
    assert attached.evidence_of(second, new.id, Moment.at(NOW)).id == new.id
    with pytest.raises(NotFound):
        attached.evidence_of(second, old.id, Moment.at(NOW))


def test_of_two_who_replace_the_same_evidence_the_second_is_told(app: Any, cast: Cast) -> None:
    first = items(assigned(cast))[0]
    old = _attach(app, cast, first, b"v1")
    other = items(assigned(cast, kind="conformity"))[0]
    assert other.audit_id != first.audit_id
    attaching.attach_known(cast.actor("auditor"), NOW, _loaded(cast, other), [old.id])
    attaching.replace(
        cast.actor("auditor"),
        NOW,
        _folder(app),
        first,
        old.id,
        File(io.BytesIO(b"v2"), "a.txt"),
        NOTHING_SAID,
    )
    with pytest.raises(RuleBroken):
        attaching.replace(
            cast.actor("auditor"),
            NOW,
            _folder(app),
            other,
            old.id,
            File(io.BytesIO(b"v3"), "b.txt"),
            NOTHING_SAID,
        )
    assert _held(other) == [old.id]
    assert Evidence.select().count() == 2


def test_a_link_is_replaced_by_a_link(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    old = attaching.attach_link(cast.actor("auditor"), NOW, item, WIKI, NOTHING_SAID)
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{item.id}/evidence/{old.id}/newer"
    newer = {"url": "https://wiki.example.jp/backup?page=4", "title": WIKI.title}
    assert client.post(address, data={**newer, "url": "http://x.example"}).status_code == 422
    assert client.post(address, data=newer).status_code == 303
    assert Evidence.get(Evidence.replaces == old.id).url == newer["url"]


def test_what_replaces_a_file_is_a_file(app: Any, client: Any, cast: Cast) -> None:
    item = items(assigned(cast))[0]
    old = _attach(app, cast, item)
    cast.sign_in(client, "auditor")
    address = f"/audits/{item.audit_id}/items/{item.id}/evidence/{old.id}/newer"
    assert client.post(address, data={"url": WIKI.url, "title": "x"}).status_code == 422


def test_an_erased_earlier_version_reads_as_erased(app: Any, client: Any, cast: Cast) -> None:
    item = items(assigned(cast))[0]
    old = _attach(app, cast, item, b"v1", "顔写真.jpg")
    file = File(io.BytesIO(b"v2"), "伏せた写真.jpg")
    attaching.replace(cast.actor("auditor"), NOW, _folder(app), item, old.id, file, NOTHING_SAID)
    erasure.erase_file(cast.actor("administrator"), old.file, _folder(app), "asked for", LATER)
    cast.sign_in(client, "auditor")
    page = text_of(client.get(f"/audits/{item.audit_id}/items/{item.id}"))
    assert "顔写真.jpg" not in page
    assert "伏せた写真.jpg" in page
    assert client.get(f"/audits/{item.audit_id}/items/{item.id}/evidence/{old.id}").status_code == 410
    assert verify.verify(_folder(app)).clean


# ---- who may ----


def test_evidence_of_a_submitted_audit_stays_as_it_is(app: Any, client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    old = _attach(app, cast, item)
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    actor, file = cast.actor("auditor"), File(io.BytesIO(b"v2"), "a.txt")
    with pytest.raises(RuleBroken):
        attaching.attach_link(actor, LATER, item, WIKI, NOTHING_SAID)
    with pytest.raises(RuleBroken):
        attaching.replace(actor, LATER, _folder(app), item, old.id, file, NOTHING_SAID)
    with pytest.raises(RuleBroken):
        attaching.attach_known(actor, LATER, _loaded(cast, items(audit)[1]), [old.id])
    assert _held(item, LATER) == [old.id]
    cast.sign_in(client, "auditor")
    for way in ("link", "known", f"{old.id}/newer"):
        assert client.get(f"/audits/{audit.id}/items/{item.id}/evidence/{way}").status_code == 403


def test_the_audited_department_reads_evidence_once_it_is_told_and_changes_none(
    app: Any, client: Any, cast: Cast
) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    old = _attach(app, cast, item)
    address = f"/audits/{audit.id}/items/{item.id}/evidence"
    cast.sign_in(client, "head_of_sales")
    assert client.get(f"{address}/{old.id}").status_code == 404
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    assert _given(client, f"{address}/{old.id}") == b"first"
    for way in ("link", "known", f"{old.id}/newer"):
        assert client.post(f"{address}/{way}").status_code == 403


def _loaded(cast: Cast, item: AuditItem) -> AuditItem:
    return queries.item_for(cast.actor("auditor"), item.id, Permission.AUDIT_CONDUCT, NOW)


def _given(client: Any, address: str) -> bytes:
    with client.get(address) as answer:
        assert answer.status_code == 200
        return bytes(answer.data)
