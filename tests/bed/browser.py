"""A real Chromium driven by Playwright, and axe on the pages it shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str:
    """The path of the machine's Chromium; a named skip where there is none."""
    for name in (
        os.environ.get("AUDITOR_CHROMIUM"),
        "/usr/bin/chromium",
        "chromium",
        "chromium-browser",
        "google-chrome",
    ):
        found = shutil.which(name) if name else None
        if found:
            return found
    absent("pages in a browser", "apt install chromium fonts-noto-cjk")


@contextmanager
def launched() -> Iterator[Browser]:
    """One Chromium for the time of the block."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
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
        context.set_default_timeout(10_000)
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


def assert_accessible(page: Page) -> None:
    """Holds that axe finds nothing against WCAG 2.2 AA or its best practices on the page as it stands."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG_22_AA}}).response["violations"]
    assert not found, f"axe on {page.url} ({page.title()}):\n" + "\n".join(
        _readable(violation) for violation in found
    )


def _readable(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}\n      {node['html'][:200]}\n      {_why(node)}"
        for node in violation["nodes"]
    )
    return f"- {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"


def _why(node: dict[str, Any]) -> str:
    return str(node.get("failureSummary", "")).replace("\n", " ")
