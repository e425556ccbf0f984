"""Journey 2: roster with a preview, catalogue, an audit that an auditor is refused for, training that recurs."""

from __future__ import annotations

from datetime import date

from auditor.audits.models import Audit, AuditSeries
from auditor.training.models import TrainingRule
from tests.bed import browser
from tests.journeys.walking import LANGUAGES, Open, Walk, is_clean
from tests.people import rosters


@LANGUAGES
def test_an_administrator_imports_assigns_and_sees_what_is_late(app, settings, browser_page: Open, lang):
    walk = Walk(browser_page(lang), lang)
    walk.sign_in("002215")
    walk.look()
    _import_a_roster(walk)
    _search_the_catalogue(walk)
    _assign_an_audit(walk)
    _assign_a_course(walk)
    is_clean(settings)


def _import_a_roster(walk: Walk) -> None:
    walk.go("/people/")
    walk.look()
    walk.go("/people/imports")
    walk.look()
    people = [rosters.person("009901", "新井", "望"), rosters.person("008790", "佐々木", "蓮", "D220")]
    file = {"name": "異動.xlsx", "mimeType": "application/octet-stream", "buffer": rosters.workbook(people)}
    walk.page.set_input_files("input[type=file]", file)
    walk.fill("effective_from", "2026-11-20")
    walk.press("Read and show what would change")
    walk.look()
    walk.reads("新井")
    walk.press("Apply the roster")
    walk.look()
    walk.go("/people/?q=新井")
    walk.reads("新井 望")


def _search_the_catalogue(walk: Walk) -> None:
    walk.go("/catalogue/?q=TEC-04")
    walk.look()
    browser.follow(walk.page.locator("main a[href*='/catalogue/controls/']").first)
    walk.look()


def _assign_an_audit(walk: Walk) -> None:
    before = Audit.select().count()
    series = AuditSeries.select().count()
    walk.go("/audits/")
    walk.look()
    walk.go("/audits/new")
    walk.pick("subject", "開発第二部")
    walk.choose("kind", "operation")
    for name, day in (
        ("period_from", "2026-04-01"),
        ("period_to", "2026-11-30"),
        ("starts_on", "2026-12-01"),
        ("due_on", "2026-12-15"),
    ):
        walk.fill(name, day)
    walk.page.select_option("select[name=recurs]", "yearly")
    walk.look()
    walk.press("Go on to the controls")
    walk.look()
    walk.press("Choose all")
    walk.press("Go on to the auditors")
    walk.fill("person", "007702")  # 𠮷田 修平 works in the very department since October
    browser.follow(walk.page.locator("button[name=find]"))
    walk.sees("Not independent")
    walk.look()
    auditor = walk.page.locator("tr", has_text="髙橋 みのり")
    auditor.locator("input[name=auditors]").check()
    walk.press("Check the entries")
    walk.look()
    walk.press("Assign the audit")
    walk.look()
    walk.reads("髙橋 みのり")
    assert Audit.select().count() == before + 1
    assert AuditSeries.select().count() == series + 1


def _assign_a_course(walk: Walk) -> None:
    before = TrainingRule.select().count()
    walk.go("/training/")
    walk.look()
    walk.go("/training/courses/1")
    walk.look()
    walk.go("/training/courses/1/rules/new")
    walk.choose("audience", "everyone")
    walk.fill("first_opens_on", date(2026, 12, 1).isoformat())
    walk.fill("due_days", "30")
    walk.look()
    walk.press("Check whom it means")
    walk.look()
    walk.press("Save the rule")
    assert TrainingRule.select().count() == before + 1
    walk.go("/training/courses/1/people?state=overdue")
    walk.look()
    walk.reads("木村 拓")
