"""The own calendar in a browser: the address can be copied, on a phone too, and axe finds nothing."""

from __future__ import annotations

from typing import Any

from tests import cast as members
from tests.bed.browser import assert_fits, follow, touch


def test_an_address_is_made_and_copied(
    cast: members.Cast, client: Any, settings: Any, browser_page: Any, axe: Any
) -> None:
    cast.sign_in(client, "auditor")
    page = browser_page("en", phone=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.context.add_cookies(
        [{"name": "auditor", "value": client.get_cookie("auditor").value, "domain": "127.0.0.1", "path": "/"}]
    )
    page.goto("/calendar/")
    follow(page.get_by_role("button", name="Make an address"))
    address = page.get_by_label("Address of your calendar").input_value()
    assert address.startswith(f"{settings.base_url}/calendar/")
    touch(page.get_by_role("button", name="Copy the address"))
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address
    axe(page)
    assert_fits(page)
