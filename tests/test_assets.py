"""Files in static/: addresses that change with the content."""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient

from auditor import assets


def test_every_asset_of_a_page_carries_its_version_and_is_kept_for_a_year(client: FlaskClient) -> None:
    page = client.get("/no-such-page").get_data(as_text=True)
    addresses = set(re.findall(r'(?:href|src)="(/[^"#]*static/[^"#]+)', page))
    assert len(addresses) >= 4
    for address in addresses:
        assert re.search(r"\?v=[0-9a-f]{10}$", address), address
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_asset_asked_for_without_a_version_is_asked_for_again(client: FlaskClient) -> None:
    with client.get("/static/js/csrf.js") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


def test_another_content_gives_another_version(tmp_path: Path) -> None:
    style, script, part = (tmp_path / name for name in ("a.css", "a.js", "b.js"))
    for file in (style, script, part):
        file.write_text("old")
    before = assets.version(tmp_path, "a.css"), assets.version(tmp_path, "a.js")
    assets.version.cache_clear()
    style.write_text("new")
    part.write_text("new")
    after = assets.version(tmp_path, "a.css"), assets.version(tmp_path, "a.js")
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_missing_file_breaks_no_page(tmp_path: Path) -> None:
    assert assets.version(tmp_path, "gone.css")
