"""The page of a self-inspection in a real browser: saved as it is answered, kept without a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from auditor.audits.models import ItemEvidence, ItemResult
from tests.audits.inspections.making import inspection, submitted
from tests.audits.looking import opened
from tests.audits.making import items
from tests.bed import browser
from tests.cast import Cast

Browse = Callable[..., Any]


def _said() -> dict[int, tuple[str, str]]:
    return {row.item_id: (row.result, row.note) for row in ItemResult.select().order_by(ItemResult.id)}


def test_each_answer_is_saved_at_once_and_survives_a_lost_connection(
    cast: Cast, app: Any, browser_page: Browse
) -> None:
    audit = inspection(cast)
    first, second, third = items(audit)[:3]
    page = opened(browser_page, app, cast, "head_of_sales", phone=True)
    page.goto(f"/inspections/{audit.id}/answer")
    browser.touch(page.locator(f"label[for=item-{first.id}-conform]"))
    browser.until(page, lambda: _said() == {first.id: ("conform", "")})
    expect(page.locator("[data-answered]")).to_have_text("1")
    expect(page.locator(f"#item-{first.id} [data-item-state]")).to_have_text("保存済み")
    page.context.set_offline(True)
    browser.touch(page.locator(f"label[for=item-{second.id}-minor]"))
    page.locator(f"#note-{second.id}").fill("鍵がない棚が1つ")
    browser.touch(page.locator(f"label[for=item-{third.id}-conform]"))
    expect(page.locator(f"#item-{second.id} [data-item-state]")).to_contain_text("この端末に保存")
    expect(page.locator(f"#item-{first.id} [data-item-state]")).to_have_text("保存済み")
    page.context.set_offline(False)
    wanted = {first.id: ("conform", ""), second.id: ("minor", "鍵がない棚が1つ"), third.id: ("conform", "")}
    browser.until(page, lambda: _said() == wanted)
    page.locator(f"#file-{first.id}").set_input_files(
        {"name": "棚.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 a"}
    )
    browser.until(page, lambda: ItemEvidence.select().count() == 1)
    browser.follow(page.get_by_role("button", name="提出へ進む"))
    expect(page.get_by_role("heading", name="まだ回答が必要な項目")).to_be_visible()
    assert _said() == wanted  # the button sent nothing anew


def test_its_pages_are_accessible(
    cast: Cast, app: Any, browser_page: Browse, axe: Callable[[Any], None]
) -> None:
    audit, done = inspection(cast), submitted(cast)
    for name, addresses in (
        (
            "head_of_sales",
            (
                f"/inspections/{audit.id}/answer",
                f"/inspections/{audit.id}/submit",
                f"/inspections/{audit.id}/papers",
                f"/inspections/{audit.id}/items/{items(audit)[0].id}/evidence",
            ),
        ),
        (
            "administrator",
            ("/inspections/?tab=submitted", f"/inspections/{done.id}/confirm", "/inspections/new"),
        ),
    ):
        page = opened(browser_page, app, cast, name, "en", dark=True)
        for address in addresses:
            page.goto(address)
            axe(page)
