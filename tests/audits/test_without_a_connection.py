"""The checklist where the connection fails: what was typed stays on the device and is sent once; and by keys alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from auditor import activity
from auditor.access import application
from auditor.audits.models import ItemResult
from auditor.catalogue.models import Category, Control
from tests.audits.looking import opened
from tests.audits.making import answer, assigned, items
from tests.bed import browser
from tests.cast import CAST_MADE, NOW, Cast

Browse = Callable[..., Any]
MANY = 20


def told() -> list[tuple[str, str]]:
    return [(row.result, row.note) for row in ItemResult.select().order_by(ItemResult.id)]


def test_what_was_typed_without_a_connection_is_sent_once_when_it_returns(
    cast: Cast, app: Any, browser_page: Browse
) -> None:
    first = items(assigned(cast))[0]
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{first.audit_id}/items/{first.id}")
    keys = browser.keys(page)
    page.context.set_offline(True)
    keys.press("4")
    keys.press("n")
    keys.type("掲示が古い")
    keys.press("Escape")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "kept")
    assert told() == []
    page.context.set_offline(False)
    browser.until(page, lambda: told()[-1:] == [("observation", "掲示が古い")])
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    page.reload()
    assert len(told()) == 1, "sent once, and not again by the page that comes after"


def test_what_a_tab_that_died_had_kept_is_sent_by_the_next_page_and_a_conflict_is_shown(
    cast: Cast, app: Any, browser_page: Browse
) -> None:
    first, second = items(assigned(cast))[:2]
    dying = opened(browser_page, app, cast, "auditor")
    for item, key in ((first, "4"), (second, "1")):
        dying.route(
            "**/items/*/*",
            lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
        )
        dying.goto(f"/audits/{item.audit_id}/items/{item.id}")
        browser.keys(dying).press(key)
        expect(dying.locator("[data-save-state]")).to_have_attribute("data-state", "kept")
    answer(cast, second, note="ほかの人", by="auditor", at=NOW)
    page = dying.context.new_page()
    dying.close()
    page.goto("/static/favicon.svg")  # a page without scripts: what is kept is sent by the one after it alone
    _age(page, 60_000)  # as if the tab had died a minute ago
    page.goto("/audits/")
    expect(page.locator("main [role=status]").first).to_be_visible()
    browser.until(page, lambda: ("observation", "") in told())
    expect(page.get_by_text("この端末に残っていた入力1件を送りました。")).to_be_visible()
    expect(page.get_by_role("link", name="ページを開いて比べる")).to_have_attribute(
        "href", f"/audits/{second.audit_id}/items/{second.id}"
    )


def test_what_was_left_before_it_was_saved_is_sent_at_once_by_the_next_page_of_the_tab(
    cast: Cast, app: Any, browser_page: Browse
) -> None:
    first, second = items(assigned(cast))[:2]
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{first.audit_id}/items/{first.id}")
    page.route(f"**/items/{first.id}/*", lambda route: route.abort())
    browser.keys(page).press("4")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "kept")
    page.unroute(f"**/items/{first.id}/*")
    page.goto(f"/audits/{second.audit_id}/items/{second.id}")
    browser.until(page, lambda: told() == [("observation", "")])
    expect(page.locator("main [role=status].note")).to_have_count(0)
    page.reload()
    assert told() == [("observation", "")], "sent once"


def _age(page: Any, milliseconds: int) -> None:
    """Make what is kept on the device older."""
    page.evaluate(
        """(by) => { for (const name of Object.keys(localStorage)) {
            const copy = JSON.parse(localStorage.getItem(name));
            localStorage.setItem(name, JSON.stringify({ ...copy, at: copy.at - by })); } }""",
        milliseconds,
    )


@pytest.mark.thorough
def test_many_items_are_answered_by_keys_alone(cast: Cast, app: Any, browser_page: Browse) -> None:
    with activity.action(application("test"), NOW):
        for place in range(MANY):
            code = f"KEY-{place:02}"
            cast.control[code] = Control.create(
                version=cast.version, category=Category.get(), code=code, target="department", basis="measure",
                frequency="annual", title_ja=f"{code}の管理策", title_en=code, question_ja="守られているか。",
                question_en="Is it kept?", details={}, position=200 + place,
            ).id  # fmt: skip
        activity.record(CAST_MADE, persons=0)
    audit = assigned(cast, codes=[f"KEY-{place:02}" for place in range(MANY)])
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{audit.id}/items/")
    for place in range(MANY):
        keys = browser.keys(page)
        keys.press("1" if place % 5 else "4")
        if place % 5 == 0:
            keys.press("n")
            keys.type(f"{place}番目")
            keys.press("Escape")
            focused = page.evaluate("document.activeElement?.name ?? document.activeElement?.tagName")
            assert focused in ("note", "BODY", "result"), "the focus stays on the page"
        # A hand is slower than a save; what is left sooner stays on the device and is sent by a later page.
        expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
        browser.until(page, lambda place=place: len({row.item_id for row in ItemResult.select()}) > place)
        if place % 5 == 0:
            browser.until(
                page, lambda place=place: f"{place}番目" in {row.note for row in ItemResult.select()}
            )
        if place < MANY - 1:
            with page.expect_navigation():
                keys.press("j")
    browser.until(page, lambda: len({row.item_id for row in ItemResult.select()}) == MANY)
    notes = {row.note for row in ItemResult.select() if row.note}
    assert notes == {f"{place}番目" for place in range(0, MANY, 5)}
    browser.keys(page).press("e")
    assert page.evaluate("!!document.activeElement.closest('#evidence')")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()


def test_a_phone_has_a_field_for_the_camera_and_its_photo_becomes_evidence(client: Any, cast: Cast) -> None:
    first = items(assigned(cast))[0]
    cast.sign_in(client, "auditor")
    here = f"/audits/{first.audit_id}/items/{first.id}"
    (camera,) = client.page(here).xpath("//input[@type='file' and @capture='environment']")
    assert (camera.get("accept"), camera.get("name")) == ("image/*", "file")
    photo = {camera.get("name"): (io.BytesIO(b"\xff\xd8\xff\xe0 a photo"), "IMG_0001.jpg", "image/jpeg")}
    assert client.post(f"{here}/evidence", data=photo).status_code == 303
    assert "IMG_0001.jpg" in client.page(here).xpath("string(//*[@id='evidence'])")
