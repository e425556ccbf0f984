"""The pages of reports in a real browser: nothing sticks out, axe finds nothing, the file comes down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.bed import browser
from tests.cast import Cast
from tests.reports.year import Year


def opened(browser_page: Callable[..., Any], app: Any, cast: Cast, language: str, phone: bool) -> Any:
    """A page of a session of the representative."""
    client = app.test_client()
    cast.sign_in(client, "representative")
    page = browser_page(language, phone=phone)
    cookie = client.get_cookie("auditor")
    page.context.add_cookies(
        [{"name": "auditor", "value": cookie.value, "domain": "127.0.0.1", "path": "/", "httpOnly": True}]
    )
    return page


@pytest.mark.parametrize(
    ("language", "phone"),
    [
        pytest.param("ja", True, id="ja-phone"),
        pytest.param("en", False, id="en-desktop", marks=pytest.mark.thorough),
    ],
)
def test_the_pages_are_accessible_and_fit(
    app: Any, cast: Cast, year: Year, browser_page: Callable[..., Any], axe: Any, language: str, phone: bool
) -> None:
    page = opened(browser_page, app, cast, language, phone)
    for address in ("/reports/overview", "/reports/"):
        page.goto(address)
        axe(page)
        browser.assert_fits(page)


def test_the_summary_comes_down_with_its_name(
    app: Any, cast: Cast, year: Year, browser_page: Callable[..., Any]
) -> None:
    page = opened(browser_page, app, cast, "en", False)
    page.goto("/reports/")
    file = browser.fetched(page.get_by_role("button", name="Download the summary"))
    assert file.suggested_filename == "auditor-summary-2026-2026-11-20-en.xlsx"
