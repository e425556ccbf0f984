"""A reader searches the controls and the administrator imports a file, in Chromium, on a phone and at a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from auditor import places
from auditor.access import application
from auditor.catalogue import actions
from auditor.catalogue.models import CatalogueVersion
from tests.bed import browser
from tests.cast import NOW

CONTROLS = places.controls() / "personal-information-jp/2026.1.yaml"
WORDS = {
    "ja": (
        "ｱｸｾｽ権の棚卸し",
        "アクセス権の棚卸し",
        "ファイルを検査",
        "この版を取り込む",
        "2026.2版を取り込みました。",
    ),
    "en": (
        "access RIGHTS review",
        "",
        "Check the file",
        "Import this version",
        "Version 2026.2 has been imported.",
    ),
}


@pytest.mark.parametrize(
    ("language", "phone"), [("ja", True), pytest.param("en", False, marks=pytest.mark.thorough)]
)
def test_a_control_is_found_read_and_a_newer_version_taken_in(
    app: Any, cast: Any, client: Any, browser_page: Any, axe: Any, tmp_path: Path, language: str, phone: bool
) -> None:
    actions.import_builtin(application("test"), NOW)
    typed, title, check, take, said = WORDS[language]
    page = browser_page(language, phone=phone)
    cast.sign_in(client, "administrator")
    page.context.add_cookies(
        [{"name": "auditor", "value": client.get_cookie("auditor").value, "domain": "127.0.0.1", "path": "/"}]
    )

    page.goto("/catalogue/")
    axe(page)
    page.fill("#text", typed)
    browser.enter(page.locator("#text"))
    browser.follow(page.locator("tbody th a").first)
    expect(page.locator("h1")).to_contain_text(title)
    for fold in page.locator("main details").all():
        fold.evaluate("fold => { fold.open = true }")
    axe(page)

    file = tmp_path / "controls.yaml"
    text = CONTROLS.read_text(encoding="utf-8").replace("version: '2026.1'", "version: '2026.2'", 1)
    file.write_text(text.replace("licence: MIT", "licence: X", 1), encoding="utf-8")
    page.goto("/catalogue/import")
    axe(page)
    page.set_input_files("#file", str(file))
    browser.follow(page.get_by_role("button", name=check))
    axe(page)
    browser.follow(page.get_by_role("button", name=take))
    expect(page.locator("main")).to_contain_text(said)
    axe(page)
    assert CatalogueVersion.select().where(CatalogueVersion.version == "2026.2").count() == 1
    page.goto("/catalogue/subjects/add")
    axe(page)
