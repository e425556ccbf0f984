"""The pages of accounts, people and company in a real browser: both languages, phone and desktop, axe silent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from auditor.accounts import actions
from tests import cast as company
from tests.bed import browser

PASSWORD = "a lighthouse and 4 quiet cats"
LOOKS = [("ja", True), pytest.param("en", False, marks=pytest.mark.thorough)]  # language, phone
PAGES = [
    "/people/", "/people/departments", "/people/imports", "/people/new", "/accounts/", "/accounts/deputies",
    "/accounts/preferences", "/accounts/password", "/company/settings", "/company/closed-days",
]  # fmt: skip


@pytest.mark.parametrize("language,phone", LOOKS)
def test_a_person_without_an_address_signs_in_and_chooses_a_password(
    browser_page, cast, axe, language, phone
):
    actions.store(cast.person["without_mail"], PASSWORD, company.OPENED, must_change=True)
    page = browser_page(language, phone=phone)
    page.goto("/accounts/preferences")
    page.fill("#login", "000109")
    page.fill("#password", "something else")
    browser.follow(page.locator("main button[type=submit]"))
    axe(page)
    page.fill("#password", PASSWORD)
    browser.touch(page.locator("#show-password"))
    expect(page.locator("#password")).to_have_attribute("type", "text")
    browser.follow(page.locator("main button[type=submit]"))
    expect(page).to_have_url(re.compile("/accounts/password"))
    axe(page)
    page.fill("#current", PASSWORD)
    page.fill("#password", PASSWORD + "!")
    page.fill("#again", PASSWORD + "!")
    browser.follow(page.locator("main button[type=submit]"))
    expect(page).to_have_url(re.compile("/accounts/preferences$"))
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("language,phone", LOOKS)
def test_the_administrators_pages_are_accessible_and_fit(browser_page, cast, axe, language, phone):
    actions.store(cast.person["administrator"], PASSWORD, company.OPENED)
    page = browser_page(language, phone=phone)
    page.goto("/accounts/sign-in")
    page.fill("#login", "000101")
    page.fill("#password", PASSWORD)
    browser.follow(page.locator("main button[type=submit]"))
    person = cast.person["auditor"]
    unit = cast.department["D210"]
    own = [
        f"/people/{person}",
        f"/people/{person}/transfer",
        f"/people/departments/{unit}",
        f"/people/departments/{unit}/head",
        f"/accounts/{person}",
    ]
    for url in [*PAGES, *own]:
        page.goto(url)
        axe(page)
        browser.assert_fits(page)


def test_a_person_is_found_while_one_types(browser_page, cast):
    actions.store(cast.person["administrator"], PASSWORD, company.OPENED)
    page = browser_page("ja")
    page.goto("/accounts/sign-in?next=/accounts/deputies")
    page.fill("#login", "000101")
    page.fill("#password", PASSWORD)
    browser.follow(page.locator("main button[type=submit]"))
    browser.pick(page.locator("#deputy-search"), "たかはし", "髙橋 みのり")
    expect(page.locator("#deputy-search")).to_have_value("髙橋 みのり")
