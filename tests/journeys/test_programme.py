"""Journey: the next fiscal year planned from nothing to approved, with nothing left uncovered, in few clicks."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator

from auditor.audits.programme.board import board
from auditor.audits.programme.models import Programme
from auditor.audits.programme.queries import stands_at
from auditor.audits.programme.words import CellState, State
from auditor.company.queries import fiscal_year_named
from auditor.dated import Moment
from tests.bed import browser
from tests.cast import NOW
from tests.journeys.walking import Open, Walk, is_clean

HEAD_OF_AUDIT, REPRESENTATIVE = "001874", "000001"
MOST_CLICKS = 80
DEPARTMENTS = 30


class Counted(Walk):
    """A walk that counts what is clicked, in all browsers together."""

    clicks = 0

    def lead(self, found: Locator) -> None:
        Counted.clicks += 1
        browser.follow(found.first)

    def press(self, text: str, **values: object) -> None:
        self.lead(self.button(text, **values))

    def follow(self, text: str, **values: object) -> None:
        self.lead(self.page.get_by_role("link", name=self.word(text, **values)))

    def choose(self, name: str, value: str) -> None:
        Counted.clicks += 1
        super().choose(name, value)

    def touch(self, found: Locator) -> None:
        Counted.clicks += 1
        browser.touch(found)

    def gaps(self) -> int:
        """The number of cells that are not covered, as the page says it."""
        figure = self.page.locator("dl.figures > div").nth(1).locator(".fig")
        return int(figure.inner_text().split()[0])


def test_next_year_is_planned_from_nothing_to_approved(app: Any, settings: Any, browser_page: Open) -> None:
    Counted.clicks = 0
    walk = Counted(browser_page("ja"), "ja")
    walk.sign_in(HEAD_OF_AUDIT)
    walk.follow("Audit programme")
    walk.touch(walk.page.locator("header .menu summary").first)
    walk.lead(walk.page.locator("header .menu a[href='/programme/2027']"))
    walk.look()
    assert walk.gaps() > 100
    walk.follow("Begin the plan")
    walk.choose("unit_level", "section")
    walk.press("Begin the plan")
    walk.look()
    walk.lead(walk.page.locator("main form button.btn-primary"))
    assert walk.gaps() == 0
    walk.look()
    walk.follow("Submit for approval")
    walk.press("Submit for approval")
    other = Counted(browser_page("ja"), "ja")
    other.sign_in(REPRESENTATIVE)
    other.lead(other.page.locator("a[href='/programme/2027/decide']"))
    other.look()
    other.press("Approve the plan")
    other.sees("The plan is approved. Its checks open by themselves.")
    moment = Moment.at(NOW)
    programme = Programme.get(Programme.fiscal_year == 2027)
    assert stands_at(programme, moment) is State.APPROVED
    made = board(fiscal_year_named(2027, moment), programme, moment, "ja")
    assert set(made.counts) == {CellState.PLANNED}
    assert sum(1 for row in made.rows if row.planned.subject.kind == "department") >= DEPARTMENTS
    assert Counted.clicks < MOST_CLICKS, f"{Counted.clicks} clicks"
    is_clean(settings)
