"""Journey 5: from the link to the receipt on a phone, with a first password where there is no address."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from auditor.accounts.first_passwords import issue_first_passwords
from auditor.accounts.queries import actor_for
from auditor.notifications.models import Notice
from auditor.training.models import Assignment, Attestation, Question, QuizAttempt
from tests.bed import browser
from tests.cast import NOW
from tests.journeys.walking import LANGUAGES, Open, Walk, is_clean, person

_WITHOUT_ADDRESS = "030001"
_OWN = "a lighthouse and 4 quiet cats"


@LANGUAGES
def test_an_employee_without_address_reads_answers_attests_and_has_a_receipt(
    app,
    settings,
    browser_page: Open,
    lang,
):
    worker = person(_WITHOUT_ADDRESS)
    assignment = (
        Assignment.select().where(Assignment.person == worker, Assignment.completed_at.is_null()).get()
    )
    assert (
        Notice.select().where(Notice.person == worker, Notice.path == f"/training/{assignment.id}").exists()
    )
    (first,) = issue_first_passwords(actor_for(person("002215"), NOW), [worker], NOW)
    walk = Walk(browser_page(lang, phone=True), lang)
    walk.sign_in(_WITHOUT_ADDRESS, first.password, at=f"/training/{assignment.id}")
    _change_the_password(walk, first.password)
    walk.go(f"/training/{assignment.id}")
    walk.look()
    _read(walk, assignment.id)
    _answer(walk, assignment.id)
    walk.look()
    walk.follow("Go on to the statement")
    walk.look()
    walk.page.locator("input[name=agree]").check()
    walk.fill("name", "古川節子")
    walk.press("Sign and complete")
    walk.sees("Receipt of completion")
    walk.look()
    receipt = Attestation.get(Attestation.assignment == assignment.id)
    walk.reads(receipt.receipt)
    assert receipt.language == lang
    walk.go("/training/mine")
    walk.look()
    is_clean(settings)


def _change_the_password(walk: Walk, first: str) -> None:
    walk.look()
    walk.fill("current", first)
    walk.fill("password", _OWN)
    walk.fill("again", _OWN)
    walk.press("Change password")


def _read(walk: Walk, assignment: int) -> None:
    walk.go(f"/training/{assignment}/read/1")
    walk.look()
    while not walk.page.get_by_role("button", name=walk.word("I have read to the end")).is_visible():
        browser.follow(walk.page.locator("a.btn-primary").last)
    walk.press("I have read to the end")


def _answer(walk: Walk, assignment: int) -> None:
    """Answer every question right: what is right, the test reads from the pool."""
    if f"/training/{assignment}/quiz" not in walk.page.url:
        browser.follow(walk.page.locator("form[action$='/quiz'] button").first)
    expect(walk.page).to_have_url(re.compile("/quiz/"))
    walk.look()
    attempt = QuizAttempt.select().where(QuizAttempt.assignment == assignment).get()
    for drawn in attempt.drawn:
        for choice in Question.get_by_id(drawn["question"]).choices:
            if choice["correct"]:
                walk.choose("choice", choice["id"])
        browser.follow(walk.page.locator("button[name=go][value=next]"))
    walk.look()
    walk.press("Hand in")
