"""The published text is entered, a control linked by search, and the verdict read, in Chromium."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.bed import browser
from tests.promises.test_board import checked
from tests.promises.test_entering import PASTED

VERDICT = {"ja": "確認済み", "en": "Confirmed"}


@pytest.mark.parametrize(
    ("language", "phone"), [("ja", True), pytest.param("en", False, marks=pytest.mark.thorough)]
)
def test_a_text_is_entered_and_a_control_linked_to_a_sentence(
    app: Any, cast: Any, client: Any, browser_page: Any, axe: Any, language: str, phone: bool
) -> None:
    checked(cast, "ORG-01", "conform")
    page = browser_page(language, phone=phone)
    cast.sign_in(client, "administrator")
    page.context.add_cookies(
        [{"name": "auditor", "value": client.get_cookie("auditor").value, "domain": "127.0.0.1", "path": "/"}]
    )
    page.goto("/promises/new")
    axe(page)
    for name, value in PASTED.items():
        if name != "carry":
            page.fill(f"#{name}", value)
    browser.follow(page.locator("main form button[type=submit]").last)
    browser.follow(page.locator("ol.policy a").last)
    browser.pick(page.locator("#code-search"), "ORG-01")
    browser.follow(page.locator("form[action$='/controls'] button"))
    expect(page).to_have_url(re.compile(r"/promises/\?promise="))
    axe(page)
    expect(page.locator("#proof header")).to_contain_text(VERDICT[language])
