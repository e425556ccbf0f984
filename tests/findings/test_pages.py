"""A finding's way through a real browser, in both languages, with axe on every page it touches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor.findings import duedates, worries
from auditor.findings.models import ActionDetail, Finding
from tests.bed import browser
from tests.cast import NOW
from tests.findings.making import DUE, due_instant, state

pytestmark = pytest.mark.slow
WORDS = {
    "ja": {
        "answer": "修正・原因を記入",
        "save": "保存",
        "action": "処置を追加",
        "submit": "計画を提出",
        "review": "計画の承認・差戻し",
        "approve": "計画を承認する",
        "done": "完了を記録",
        "verify": "処置の検証",
        "accept": "承認：すべて実施されている",
        "check": "有効性の確認",
        "effective": "有効：再発していない",
        "closed": "対応は完了しています。",
    },
    "en": {
        "answer": "Write correction and cause",
        "save": "Save",
        "action": "Add an action",
        "submit": "Submit the plan",
        "review": "Decide on the plan",
        "approve": "Approve the plan",
        "done": "Mark as done",
        "verify": "Verify the actions",
        "accept": "Accept: everything was carried out",
        "check": "Check the effectiveness",
        "effective": "Effective: it has not happened again",
        "closed": "Nothing more to do.",
    },
}


class Desk:
    """Opens pages as a person of the cast and holds each against axe and its width."""

    def __init__(self, app: Any, cast: Any, browser_page: Any, address: str, axe: Any) -> None:
        self.app, self.cast, self.browser_page, self.address, self.axe = app, cast, browser_page, address, axe

    def sit(self, name: str, language: str, **device: Any) -> Any:
        client = self.app.test_client()
        self.cast.sign_in(client, name)
        page = self.browser_page(language, **device)
        cookie = {"url": self.address, "name": "auditor", "value": client.get_cookie("auditor").value}
        page.context.add_cookies([cookie, {"url": self.address, "name": "language", "value": language}])
        return page

    def look(self, page: Any) -> None:
        self.axe(page)
        browser.assert_fits(page)


@pytest.fixture
def desk(app: Any, cast: Any, browser_page: Any, live_server: str, axe: Any) -> Desk:
    return Desk(app, cast, browser_page, live_server, axe)


@pytest.mark.parametrize(("language", "phone"), [("ja", False), ("en", True)])
@pytest.mark.thorough  # the journeys of tests/journeys go the same way in the demo company
def test_a_finding_from_answer_to_close(
    desk: Desk, making: Any, cast: Any, standing_clock: Any, language: str, phone: bool
) -> None:
    words = WORDS[language]
    making.at = NOW
    finding = making.recorded()
    here = f"/findings/{finding.id}"

    head = desk.sit("head_of_sales", language, phone=phone)
    head.goto(here)
    desk.look(head)
    browser.follow(head.get_by_role("link", name=words["answer"]))
    head.locator("#correction").fill("3名の権限を削除した。")
    head.locator("#cause").fill("申請がないと削除が始まらない。")
    desk.look(head)
    browser.follow(head.get_by_role("button", name=words["save"], exact=True))
    browser.follow(head.get_by_role("link", name=words["action"]))
    head.locator("#text").fill("発令データを毎日取り込む")
    browser.pick(head.locator("#owner-search"), "にしむら")
    desk.look(head)
    browser.follow(head.get_by_role("button", name=words["save"], exact=True))
    browser.follow(head.get_by_role("button", name=words["submit"]))
    assert state(finding) == "answered" and ActionDetail.get().owner_id == cast.person["staff_of_sales"]

    verifier = desk.sit("administrator", language, phone=phone)
    verifier.goto(here)
    browser.follow(verifier.get_by_role("link", name=words["review"]))
    verifier.get_by_label(words["approve"]).check()
    desk.look(verifier)
    browser.follow(verifier.get_by_role("button", name=words["save"], exact=True))

    owner = desk.sit("staff_of_sales", language, phone=phone)
    owner.goto(here)
    browser.follow(owner.get_by_role("link", name=words["done"]))
    owner.locator("#comment").fill("10月28日から自動で停止している。")
    owner.locator("#files").set_input_files({"name": "記録.txt", "mimeType": "text/plain", "buffer": b"log"})
    desk.look(owner)
    browser.follow(owner.get_by_role("button", name=words["done"]))
    owner.get_by_text("記録.txt", exact=True).wait_for()
    desk.look(owner)
    assert state(finding) == "verifying"

    verifier.goto(here)
    browser.follow(verifier.get_by_role("link", name=words["verify"]))
    verifier.get_by_label(words["accept"]).check()
    verifier.locator("#comment").fill("記録を見た。")
    desk.look(verifier)
    browser.follow(verifier.get_by_role("button", name=words["save"], exact=True))
    verifier.locator(".flow").wait_for()

    standing_clock.move(due_instant(finding) + timedelta(hours=1))
    checker = desk.sit("head_of_audit", language, phone=phone)
    checker.goto(here)
    browser.follow(checker.get_by_role("link", name=words["check"]))
    checker.get_by_label(words["effective"]).check()
    checker.locator("#comment").fill("その後の異動12名を確かめた。")
    browser.follow(checker.get_by_role("button", name=words["save"], exact=True))
    checker.get_by_text(words["closed"]).wait_for()
    desk.look(checker)
    assert state(finding) == "closed"


@pytest.mark.parametrize(
    ("language", "device"),
    [
        pytest.param("ja", {"phone": True, "dark": True}, id="ja-phone-dark"),
        pytest.param("en", {}, id="en-desktop", marks=pytest.mark.thorough),
    ],
)
def test_every_other_page_reads_well(
    desk: Desk, making: Any, cast: Any, language: str, device: dict[str, bool]
) -> None:
    item = making.item()
    acting = making.acting(title="権限の残存")
    recorded = making.recorded()
    duedates.ask(making.actor("head_of_sales"), making.at, acting, DUE + timedelta(days=14), "改修のため。")
    worry = worries.report(making.actor("staff_of_sales"), making.at, "名簿が置かれたまま。")
    pages = {
        "administrator": [
            "/findings/",
            "/findings/?q=zzz",
            f"/findings/{acting.id}",
            f"/findings/{acting.id}/change",
            f"/findings/{acting.id}/withdraw",
            f"/findings/{acting.id}/due/1",
            f"/findings/{recorded.id}/due",
            "/findings/worries",
            f"/findings/worries/{worry.id}",
            f"/findings/record?worry={worry.id}",
        ],
        "auditor": [f"/findings/record?item={item.id}"],
        "head_of_sales": [
            "/findings/",
            f"/findings/{recorded.id}/due",
            f"/findings/{acting.id}/actions/1/change",
        ],
        "staff_of_sales": ["/findings/worries/report", f"/findings/worries/{worry.id}"],
    }
    for name, addresses in pages.items():
        page = desk.sit(name, language, **device)
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, f"{name} {address}: {answer.status}"
            desk.look(page)
    assert Finding.select().count() == 2


def test_without_script_an_owner_is_found_by_what_was_typed(desk: Desk, making: Any, cast: Any) -> None:
    finding = making.recorded()
    page = desk.sit("head_of_sales", "ja", script=False)
    page.goto(f"/findings/{finding.id}/actions/new")
    page.locator("#text").fill("名簿を確かめる")
    page.locator("#owner-search").fill("こばやし")
    browser.follow(page.get_by_role("button", name="保存", exact=True))
    page.get_by_text("1. 名簿を確かめる").wait_for()
    assert ActionDetail.get().owner_id == cast.person["head_of_sales"]
