"""A real Chromium driven by Playwright, what a person does in it, and axe on the pages it shows.

Playwright's own click returns before the page that it asks for is there, and pages begin to listen a moment
after they have loaded. Whoever looks at once sees the old page, or types into a field that nobody hears; on a
busy machine more often. So tests click through here (test_bed.py holds it):

follow(found)            a link or a button that leads to a page: waits until that page has loaded
enter(field)             Enter in a field that sends its form: the same
fetched(found)           a link or a button that brings a file: gives the download
touch(found)             what stays on the page (a fold, a tick): waits first until the page's scripts listen
pick(field, "たかはし")    a search field: types and takes what it offers
keys(page)               the keyboard, as soon as the page's scripts listen
until(page, told)        what a script sends by itself: waits until told() is true
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Download,
    Keyboard,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.bed.absence import absent

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PATIENCE = 30_000  # milliseconds: a machine that does much else at the time is slow, and not wrong
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str:
    """The path of the machine's Chromium; a named skip where there is none.

    The one without windows comes first: the same engine, and a third less work a page.
    """
    for name in (
        os.environ.get("AUDITOR_CHROMIUM"),
        "chromium-headless-shell",
        "/usr/bin/chromium",
        "chromium",
        "chromium-browser",
        "google-chrome",
    ):
        found = shutil.which(name) if name else None
        if found:
            return found
    absent("pages in a browser", "apt install chromium-headless-shell fonts-noto-cjk")


@contextmanager
def launched() -> Iterator[Browser]:
    """One Chromium for the time of the block."""
    path = chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=4 * PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Opens pages of one served application as one person on one device."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def page(
        self, locale: str = "ja", *, phone: bool = False, dark: bool = False, script: bool = True
    ) -> Page:
        """A fresh session (no cookie) in a language, on a phone or a desktop, light or dark."""
        context = self.browser.new_context(
            base_url=self.address,
            locale={"ja": "ja-JP", "en": "en-GB"}[locale],
            timezone_id="Asia/Tokyo",
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._listen(page, message))
        return page

    def close(self) -> None:
        """Closes every session; fails when a script broke or the content security policy was violated."""
        for context in self.contexts:
            context.close()
        assert not self.complaints, "the browser complained:\n" + "\n".join(self.complaints)

    def _listen(self, page: Page, message: Any) -> None:
        # A refused form (422) and a stale one (409) are part of the product, not a complaint.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{page.url}: {message.text}")


def follow(found: Locator) -> None:
    """Clicks what leads to a page and waits until that page has loaded; works without script as well."""
    with found.page.expect_navigation(wait_until="load"):
        found.click()


def enter(field: Locator) -> None:
    """Presses Enter in a field that sends its form, and waits until the page that comes has loaded."""
    with field.page.expect_navigation(wait_until="load"):
        field.press("Enter")


def fetched(found: Locator) -> Download:
    """Clicks what brings a file, and gives the file."""
    with found.page.expect_download() as coming:
        found.click()
    return coming.value


def touch(found: Locator) -> None:
    """Clicks what stays on the page, as soon as the page's scripts listen."""
    listening(found.page)
    found.click()


def pick(field: Locator, text: str, option: str = "") -> None:
    """Types into a search field and takes the first of what it offers, or the one with the words `option`."""
    listening(field.page)
    field.fill(text)
    offered = field.page.locator(f"[id='{field.get_attribute('aria-controls')}'] [role=option]")
    (offered.filter(has_text=option) if option else offered).first.click()


def keys(page: Page) -> Keyboard:
    """The keyboard of a page whose scripts listen."""
    listening(page)
    return page.keyboard


def listening(page: Page) -> None:
    """Waits until the page has loaded and each of its scripts runs."""
    page.wait_for_load_state("load")
    page.evaluate(SCRIPTS)


def until(page: Page, told: Callable[[], bool]) -> None:
    """Waits until the server's side has what a script of the page sends without leaving the page."""
    for _ in range(PATIENCE // 50):
        if told():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it was not told from {page.url}")


# The first script of a page waits for those that it brings; asked for again, it is given when it is through.
SCRIPTS = (
    "() => Promise.all([...document.querySelectorAll('script[type=module]')].map((one) => import(one.src)))"
)


@cache
def _axe() -> str:
    return str(Axe().axe_script)


def assert_accessible(page: Page) -> None:
    """Holds that axe finds nothing against WCAG 2.2 AA or its best practices on the page as it stands."""
    listening(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate(VIOLATIONS, {"runOnly": {"type": "tag", "values": WCAG_22_AA}})
    assert not found, f"axe on {page.url} ({page.title()}):\n" + "\n".join(
        _readable(violation) for violation in found
    )


# What axe found to be right is ten times as much as a page, and would only be carried out of it to be left alone.
VIOLATIONS = (
    "async (options) => (await axe.run(document, {...options, resultTypes: ['violations']})).violations"
)


def assert_fits(page: Page) -> None:
    """Holds that nothing of the page sticks out of the screen of a phone or of a desktop, whichever it was opened on."""
    opened = page.viewport_size
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{page.url} is {wider} px wider than a screen of {size['width']}"
    if opened:
        page.set_viewport_size(opened)


def _readable(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}\n      {node['html'][:200]}\n      {_why(node)}"
        for node in violation["nodes"]
    )
    return f"- {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"


def _why(node: dict[str, Any]) -> str:
    return str(node.get("failureSummary", "")).replace("\n", " ")
