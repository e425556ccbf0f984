"""The checklist in a real browser: keys, saving while one types, and the same without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from auditor.audits.models import ItemDraft, ItemResult
from tests.audits.looking import opened
from tests.audits.making import assigned, items
from tests.bed import browser
from tests.cast import Cast

Browse = Callable[..., Any]


def test_a_key_chooses_the_result_and_saves_it_at_once(cast: Cast, app: Any, browser_page: Browse) -> None:
    audit = assigned(cast)
    first = items(audit)[0]
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{audit.id}/items/{first.id}")
    browser.keys(page).press("2")
    browser.until(page, lambda: [row.result for row in ItemResult.select()] == ["minor"])


def test_typing_is_a_draft_and_leaving_the_field_writes_the_row(
    cast: Cast, app: Any, browser_page: Browse
) -> None:
    audit = assigned(cast)
    first = items(audit)[0]
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{audit.id}/items/{first.id}")
    keys = browser.keys(page)
    keys.press("4")
    browser.until(page, lambda: ItemResult.select().count() == 1)
    keys.press("n")
    keys.type("掲示が古い")
    browser.until(page, lambda: [row.note for row in ItemDraft.select()] == ["掲示が古い"])
    assert [row.note for row in ItemResult.select()] == [""]
    keys.press("Escape")
    browser.until(
        page, lambda: [row.note for row in ItemResult.select().order_by(ItemResult.id)] == ["", "掲示が古い"]
    )
    assert ItemDraft.select().count() == 0


def test_saving_waits_for_a_result_that_is_still_on_its_way(
    cast: Cast, app: Any, browser_page: Browse
) -> None:
    audit = assigned(cast)
    first, second = items(audit)[:2]
    page = opened(browser_page, app, cast, "auditor")
    held: list[Any] = []
    page.route("**/answer", lambda route: held.append(route))
    page.goto(f"/audits/{audit.id}/items/{first.id}")
    keys = browser.keys(page)
    keys.press("4")
    browser.until(page, lambda: bool(held))
    page.locator("[name=note]").fill("掲示が古い")
    with page.expect_navigation():
        browser.touch(page.get_by_role("button", name="保存して次へ"))
        held.pop().continue_()
    expect(page).to_have_url(re.compile(f"/items/{second.id}$"))
    assert [(row.result, row.note) for row in ItemResult.select().order_by(ItemResult.id)] == [
        ("observation", ""),
        ("observation", "掲示が古い"),
    ]


def test_the_checklist_works_without_script(cast: Cast, app: Any, browser_page: Browse) -> None:
    audit = assigned(cast)
    first, second = items(audit)[:2]
    page = opened(browser_page, app, cast, "auditor", script=False)
    page.goto(f"/audits/{audit.id}/items/{first.id}")
    page.locator("input[name=result][value=not_applicable]").check(force=True)
    page.get_by_label("対象外とする理由").fill("この部署に該当する業務がない")
    browser.follow(page.get_by_role("button", name="保存して次へ"))
    expect(page).to_have_url(re.compile(f"/items/{second.id}$"))
    assert [(row.result, row.reason) for row in ItemResult.select()] == [
        ("not_applicable", "この部署に該当する業務がない")
    ]


@pytest.mark.thorough
def test_every_page_of_an_audit_is_accessible_on_a_phone_and_a_desktop(
    cast: Cast, app: Any, browser_page: Browse, axe: Callable[[Any], None]
) -> None:
    audit = assigned(cast)
    first = items(audit)[0]
    tails = ("", f"/items/{first.id}", "/submit")
    for locale, device in (("ja", {"phone": True}), ("en", {"dark": True})):
        page = opened(browser_page, app, cast, "auditor", locale, **device)
        for address in ("/audits/", *(f"/audits/{audit.id}{tail}" for tail in tails)):
            page.goto(address)
            axe(page)
