"""Walking through the product as a person does: by labels, buttons and links, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from auditor import language
from auditor.accounts.actions import store
from auditor.demo.signins import PASSWORD
from auditor.integrity.verify import verify
from auditor.people.models import Person
from tests.bed import browser
from tests.cast import NOW

LANGUAGES = pytest.mark.parametrize("lang", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
_looked_at: set[tuple[str, str]] = set()  # pages are alike for every journey: each is examined once a run


@cache
def _japanese() -> dict[str, str]:
    return {
        str(message.id): str(message.string)
        for message in language.merged("ja")
        if isinstance(message.id, str) and message.id
    }


class Walk:
    """One person in one browser."""

    def __init__(self, page: Page, lang: str) -> None:
        self.page = page
        self.lang = lang

    def word(self, text: str, **values: object) -> str:
        """The words of the product for its English text."""
        said = _japanese()[text] if self.lang == "ja" else text
        return said % values if values else said.replace("%%", "%")

    def go(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer is not None and answer.ok, f"{address}: {answer and answer.status}"

    def press(self, text: str, **values: object) -> None:
        """Press the button with these words (the first one that shows), and wait for the page it leads to."""
        browser.follow(self.button(text, **values))

    def follow(self, text: str, **values: object) -> None:
        browser.follow(self._first(self.page.get_by_role("link", name=self.word(text, **values))))

    def button(self, text: str, **values: object) -> Locator:
        """The first button with these words that shows."""
        return self._first(self.page.get_by_role("button", name=self.word(text, **values)))

    def fill(self, name: str, value: str) -> None:
        """Fill the field of this name."""
        self.page.locator(f"[name='{name}']:visible").first.fill(value)

    def choose(self, name: str, value: str) -> None:
        """Choose a radio button or tick a box; their labels are what a person touches."""
        self.page.locator(f"input[name='{name}'][value='{value}']").first.check(force=True)

    def pick(self, name: str, text: str) -> None:
        """Search and choose in a search field; what it offers is in the reader's language."""
        browser.pick(self.page.locator(f"#{name}-search"), text)

    def sees(self, text: str, **values: object) -> None:
        self._first(self.page.get_by_text(self.word(text, **values))).wait_for()

    def reads(self, written: str) -> None:
        """Something that a person wrote, or a name, is on the page."""
        expect(self.page.locator("body")).to_contain_text(written)

    def look(self) -> None:
        """Examine the page with axe, on a phone and on a desktop, once a kind of page and language."""
        kind = re.sub(r"\d+|T\d\d-[\w-]+", "#", self.page.url.split("/", 3)[3].partition("?")[0])
        if (kind, self.lang) in _looked_at:
            return
        _looked_at.add((kind, self.lang))
        before = self.page.viewport_size
        for size in (browser.PHONE, browser.DESKTOP):
            self.page.set_viewport_size(size)
            browser.assert_accessible(self.page)
        if before:
            self.page.set_viewport_size(before)

    def sign_in(self, number: str, password: str = PASSWORD, at: str = "/accounts/sign-in") -> None:
        """Sign in by employee number through the page."""
        self.go(at)
        self.look()
        self.fill("login", number)
        self.fill("password", password)
        self.press("Sign in")

    @staticmethod
    def _first(found: Locator) -> Locator:
        return found.filter(visible=True).first


def person(number: str) -> int:
    return int(Person.get(Person.employee_number == number).id)


def give_password(number: str) -> None:
    """Let somebody who is not in the demo's table of sign-ins sign in like those."""
    store(person(number), PASSWORD, NOW)


def is_clean(settings: Any) -> None:
    report = verify(settings.evidence_folder)
    assert report.clean, [str(problem) for problem in report.problems]


Open = Callable[..., Page]
