"""The checklist in a real browser: keys, saving while one types, and the same without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.audits.models import ItemDraft, ItemResult
from tests.audits.looking import opened
from tests.audits.making import assigned, items
from tests.cast import Cast

Browse = Callable[..., Any]


def _wait(page: Any, told: Callable[[], bool]) -> None:
    for _ in range(60):
        if told():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it was not saved")


def _ready(page: Any) -> None:
    """The help for the keys shows as soon as the keys are heard."""
    page.locator("[data-key-help]:visible").wait_for()


def test_a_key_chooses_the_result_and_saves_it_at_once(cast: Cast, app: Any, browser_page: Browse) -> None:
    audit = assigned(cast)
    first = items(audit)[0]
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{audit.id}/items/{first.id}")
    _ready(page)
    page.keyboard.press("2")
    _wait(page, lambda: [row.result for row in ItemResult.select()] == ["minor"])


def test_typing_is_a_draft_and_leaving_the_field_writes_the_row(
    cast: Cast, app: Any, browser_page: Browse
) -> None:
    audit = assigned(cast)
    first = items(audit)[0]
    page = opened(browser_page, app, cast, "auditor")
    page.goto(f"/audits/{audit.id}/items/{first.id}")
    _ready(page)
    page.keyboard.press("4")
    _wait(page, lambda: ItemResult.select().count() == 1)
    page.keyboard.press("n")
    page.keyboard.type("掲示が古い")
    _wait(page, lambda: [row.note for row in ItemDraft.select()] == ["掲示が古い"])
    assert [row.note for row in ItemResult.select()] == [""]
    page.keyboard.press("Escape")
    _wait(
        page, lambda: [row.note for row in ItemResult.select().order_by(ItemResult.id)] == ["", "掲示が古い"]
    )
    assert ItemDraft.select().count() == 0


def test_the_checklist_works_without_script(cast: Cast, app: Any, browser_page: Browse) -> None:
    audit = assigned(cast)
    first, second = items(audit)[:2]
    page = opened(browser_page, app, cast, "auditor", script=False)
    page.goto(f"/audits/{audit.id}/items/{first.id}")
    page.locator("label", has_text="対象外").first.click()
    page.get_by_label("対象外とする理由").fill("この部署に該当する業務がない")
    page.get_by_role("button", name="保存して次へ").click()
    assert page.url.endswith(f"/items/{second.id}")
    assert [(row.result, row.reason) for row in ItemResult.select()] == [
        ("not_applicable", "この部署に該当する業務がない")
    ]


def test_every_page_of_an_audit_is_accessible_on_a_phone_and_a_desktop(
    cast: Cast, app: Any, browser_page: Browse, axe: Callable[[Any], None]
) -> None:
    audit = assigned(cast)
    first = items(audit)[0]
    tails = ("", f"/items/{first.id}", "/submit")
    for locale, device in (("ja", {"phone": True}), ("en", {"dark": True})):
        page = opened(browser_page, app, cast, "auditor", locale, **device)
        for address in ("/audits/", *(f"/audits/{audit.id}{tail}" for tail in tails)):
            page.goto(address)
            axe(page)
