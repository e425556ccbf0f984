"""The audit notice while it is written: what was typed survives a lost connection, and goes once it was sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error, expect

from auditor.audits.models import AuditNotice
from tests.audits.looking import opened
from tests.audits.making import assigned
from tests.audits.test_notice import sent
from tests.bed import browser
from tests.cast import Cast

COPIES = "() => Object.keys(localStorage).filter((name) => name.includes('notice-')).length"


def test_what_was_typed_survives_a_lost_connection_and_goes_once_the_notice_was_sent(
    cast: Cast, app: Any, browser_page: Callable[..., Any]
) -> None:
    audit = assigned(cast)
    address = f"/audits/{audit.id}/notice"
    page = opened(browser_page, app, cast, "auditor")
    page.goto(address)
    papers = page.get_by_label("準備いただく資料")
    proposed = papers.input_value()
    papers.fill("・委託先の一覧\n・持出しの記録")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "kept")
    page.context.set_offline(True)
    browser.touch(page.get_by_role("button", name="通知書を送る"))
    with suppress(Error):
        page.wait_for_url("chrome-error://**", timeout=3000)
    assert not AuditNotice.select().exists()
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(address)
    papers = page.get_by_label("準備いただく資料")
    expect(papers).to_have_value("・委託先の一覧\n・持出しの記録")
    browser.follow(page.get_by_role("button", name="通知書を送る"))
    expect(page).to_have_url(re.compile("/notices/[0-9]+$"))
    assert AuditNotice.get().papers == "・委託先の一覧\n・持出しの記録" != proposed
    browser.until(page, lambda: page.evaluate(COPIES) == 0)


def test_what_was_typed_before_another_notice_went_out_is_offered_and_not_put_over_it(
    cast: Cast, app: Any, browser_page: Callable[..., Any]
) -> None:
    audit = assigned(cast, auditors=("auditor", "second_auditor"))
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{audit.id}/notice")
    page.get_by_label("場所").fill("第9会議室")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "kept")
    sent(cast, audit, by="second_auditor")
    page.close()
    page = page.context.new_page()
    page.goto(f"/audits/{audit.id}/notice")
    place = page.get_by_label("場所")
    expect(place).to_have_value("第2会議室")
    browser.touch(page.get_by_role("button", name="この端末に残っている入力を戻す"))
    expect(place).to_have_value("第9会議室")
