"""Pages are compressed, except for whom another site led here (docs/decisions/0015)."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.cast import Cast

TAKES = {"Accept-Encoding": "gzip, deflate, br"}


def _encoding(client: Any, address: str = "/audits/", **headers: str) -> str | None:
    found: str | None = client.get(
        address, headers={**TAKES, **{name.replace("_", "-"): value for name, value in headers.items()}}
    ).headers.get("Content-Encoding")
    return found


@pytest.fixture
def signed_in(client: Any, cast: Cast) -> Any:
    cast.sign_in(client, "administrator")
    return client


@pytest.fixture
def over_https(app: Any) -> Any:
    """The application as behind a proxy that speaks https."""
    app.config["SESSION_COOKIE_SECURE"] = True
    yield
    app.config["SESSION_COOKIE_SECURE"] = False


def test_a_page_is_compressed_and_is_the_same_page(signed_in: Any) -> None:
    plain = signed_in.get("/accounts/password")
    packed = signed_in.get("/accounts/password", headers=TAKES)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data)[:200] == plain.data[:200]


def test_a_browser_that_does_not_ask_for_it_gets_the_page_as_it_is(signed_in: Any) -> None:
    assert _encoding(signed_in, Accept_Encoding="identity") is None
    assert _encoding(signed_in, Accept_Encoding="br") is None
    assert _encoding(signed_in, Accept_Encoding="gzip;q=0") is None


@pytest.mark.parametrize("led", ["cross-site", "same-site"])
def test_nobody_whom_another_site_led_here_gets_a_compressed_page(signed_in: Any, led: str) -> None:
    assert _encoding(signed_in, "/findings/?q=guess", Sec_Fetch_Site=led) is None


@pytest.mark.parametrize("led", ["same-origin", "none"])
def test_our_own_pages_and_the_address_bar_lead_to_compressed_ones(
    signed_in: Any, over_https: None, led: str
) -> None:
    assert _encoding(signed_in, Sec_Fetch_Site=led) == "gzip"


def test_over_https_a_browser_that_does_not_say_who_led_it_gets_the_page_as_it_is(
    signed_in: Any, over_https: None
) -> None:
    assert _encoding(signed_in) is None


def test_a_form_that_is_shown_again_is_compressed_too(signed_in: Any) -> None:
    answer = signed_in.post("/accounts/password", data={}, headers=TAKES)
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (422, "gzip")


def test_files_of_ours_are_compressed_for_everybody_and_not_sent_twice(client: Any) -> None:
    headers = {**TAKES, "Sec-Fetch-Site": "cross-site"}
    with client.get("/static/tracker.css", headers=headers) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"--ink" in gzip.decompress(answer.data)
        etag = answer.headers["ETag"]
    with client.get("/static/tracker.css", headers={**headers, "If-None-Match": etag}) as again:
        assert (again.status_code, again.data) == (304, b"")
    with client.get("/static/tracker.css", headers={**headers, "Range": "bytes=0-9"}) as part:
        assert (part.status_code, len(part.data)) == (206, 10)
        assert "Content-Encoding" not in part.headers


def test_a_download_stays_as_it_is(signed_in: Any) -> None:
    with signed_in.get("/reports/export/audits.xlsx", headers=TAKES) as answer:
        assert answer.data[:2] == b"PK"
        assert "Content-Encoding" not in answer.headers
