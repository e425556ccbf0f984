"""Walks every link that a person can follow, in both languages: each opens, and each keeps the rules of a page."""

from __future__ import annotations

from collections import deque
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.bed.pages import parsed

PERSONS = [
    "administrator",
    pytest.param("head_of_audit", marks=pytest.mark.thorough),
    pytest.param("representative", marks=pytest.mark.thorough),
    "operator",
    "auditor",
    pytest.param("head_of_sales", marks=pytest.mark.thorough),
    "staff_of_sales",
]
MOST = 80  # pages for one person: enough for each kind of page that the cast's data leads to
LEAVING = ("/accounts/sign-out", "/accounts/language")


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("name", PERSONS)
def test_every_link_of_a_person_opens(client: Any, cast: Any, name: str, language: str) -> None:
    cast.sign_in(client, name)
    client.set_cookie("language", language)
    waiting, known, broken = deque(["/"]), {"/"}, []
    while waiting:
        address = waiting.popleft()
        response = client.get(address, follow_redirects=True)
        if response.status_code != 200 or (address == "/" and "/sign-in" in response.request.path):
            broken.append(f"{address}: {response.status_code}")
            continue
        if response.mimetype != "text/html" or not response.data:
            continue
        page = parsed(response)
        assert page.get("lang") == language, f"{address} is in {page.get('lang')}"
        for link in page.xpath("//a/@href"):
            target = _path(urljoin(response.request.path, link))
            if target and target not in known and len(known) < MOST:
                known.add(target)
                waiting.append(target)
    assert not broken, f"links that lead nowhere for {name}:\n" + "\n".join(broken)


def _path(link: str) -> str | None:
    """The address of one page; another order or page of the same list is not another page."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(LEAVING):
        return None
    sorting = {"sort", "page", "size", "order"} & {pair.partition("=")[0] for pair in parts.query.split("&")}
    return None if sorting else parts._replace(fragment="").geturl()
