"""The language of the roster: taken at the first sign-in by whoever has chosen none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auditor.accounts import actions
from auditor.accounts.models import Preference
from auditor.accounts.queries import language_of
from auditor.people import actions as people
from auditor.people import histories
from tests import cast as company
from tests.bed.pages import parsed

LATER = company.NOW + timedelta(minutes=1)


@pytest.fixture
def english(cast):
    """An auditor whom the roster has as a reader of English."""
    person = cast.person["auditor"]
    values = {"family_name": "Weber", "given_name": "Martin", "language": "en"}
    tip = histories.tip_of(person)
    people.change_details(cast.actor("administrator"), person, values, company.NOW.date(), company.NOW, tip)
    return person


def test_pages_speak_the_language_of_the_roster_from_the_first_sign_in(client, cast, english):
    cast.sign_in(client, "auditor", LATER)
    page = parsed(client.get("/training/mine", headers={"Accept-Language": "ja"}))
    assert page.get("lang") == "en"


def test_what_was_chosen_stands(client, cast, english):
    actions.prefer(english, language="")
    cast.sign_in(client, "auditor", LATER)
    assert language_of(english) == ""
    page = parsed(client.get("/training/mine", headers={"Accept-Language": "ja"}))
    assert page.get("lang") == "ja"


def test_japanese_leaves_the_choice_to_the_browser(client, cast):
    cast.sign_in(client, "auditor")
    assert not Preference.select().exists()
    page = parsed(client.get("/training/mine", headers={"Accept-Language": "en"}))
    assert page.get("lang") == "en"
