"""Journey 1: from an empty folder to a company with a roster and an administrator."""

from __future__ import annotations

from auditor.accounts import beginning
from tests.journeys.walking import LANGUAGES, Open, Walk, is_clean
from tests.people import rosters

EMPTY = True  # this journey begins without a company (conftest.py)
_OWN = "a lighthouse and 4 quiet cats"


@LANGUAGES
def test_a_newcomer_sets_up_a_company_and_sees_the_first_worklist(app, settings, browser_page: Open, lang):
    code = beginning.new_code(settings.data)
    walk = Walk(browser_page(lang), lang)
    walk.go("/")
    walk.look()
    walk.fill("code", code or "")
    walk.fill("company_name_ja", "青葉見本株式会社")
    walk.fill("company_name_en", "Aoba Mihon Co., Ltd.")
    walk.press("Continue")
    walk.look()
    people = [rosters.person("000101", "髙田", "直子"), rosters.person("000106", "小林", "誠", "D210")]
    roster = {
        "name": "名簿.xlsx",
        "mimeType": "application/octet-stream",
        "buffer": rosters.workbook(people, rosters.UNITS),
    }
    walk.page.set_input_files("input[type=file]", roster)
    walk.press("Read and show what would change")
    walk.look()
    walk.press("Apply the roster")
    walk.look()
    walk.pick("person", "髙田")
    walk.fill("password", _OWN)
    walk.fill("again", _OWN)
    walk.press("Begin")
    walk.go("/")
    walk.look()
    walk.reads("髙田 直子")
    walk.go("/people/")
    walk.look()
    walk.reads("小林 誠")
    is_clean(settings)
