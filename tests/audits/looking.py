"""A person of the cast in front of a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cast import Cast


def opened(
    browser_page: Callable[..., Any], app: Any, cast: Cast, name: str, locale: str = "ja", **device: bool
) -> Any:
    """Return a page of a browser in which the person is signed in."""
    client = app.test_client()
    cast.sign_in(client, name)
    page = browser_page(locale, **device)
    cookie = client.get_cookie("auditor")
    assert cookie is not None
    page.context.add_cookies(
        [{"name": "auditor", "value": cookie.value, "domain": "127.0.0.1", "path": "/", "httpOnly": True}]
    )
    return page
