"""Journey 4: cause, correction, corrective action, done; another person verifies; the effect is checked later."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from auditor import clock
from auditor.findings.models import EffectivenessCheck, Finding, FindingDetail
from tests.cast import NOW
from tests.journeys.walking import LANGUAGES, Open, Walk, give_password, is_clean

_HEAD, _AUDITOR = "003022", "004902"  # 藤原 of corporate planning; 森田, who audits there


@LANGUAGES
def test_a_finding_goes_from_answer_to_close_and_whoever_fixed_it_does_not_verify(
    app,
    settings,
    standing_clock,
    browser_page: Open,
    lang,
):
    give_password(_HEAD)
    give_password(_AUDITOR)
    finding = Finding.get_by_id(
        FindingDetail.get(FindingDetail.title.startswith("共有フォルダーの閲覧者")).finding_id
    )
    head, auditor = Walk(browser_page(lang), lang), Walk(browser_page(lang), lang)
    page = f"/findings/{finding.id}"
    head.sign_in(_HEAD)
    head.look()
    head.go("/findings/")
    head.look()
    _answer(head, page)
    auditor.sign_in(_AUDITOR, at=f"{page}/review")
    auditor.look()
    auditor.choose("decision", "yes")
    auditor.fill("comment", "原因まで書かれている。")
    auditor.press("Save")
    _carry_out(head, page)
    auditor.go(f"{page}/verify")
    auditor.look()
    auditor.choose("decision", "yes")
    auditor.fill("comment", "一覧と照合した。")
    auditor.press("Save")
    due = EffectivenessCheck.get(EffectivenessCheck.finding == finding.id).due_on
    standing_clock.move(datetime.combine(due, time(10), clock.zone()))
    assert due > NOW.date() + timedelta(days=80)
    later = Walk(browser_page(lang), lang)
    later.sign_in(_AUDITOR, at=f"{page}/effectiveness")
    later.look()
    later.choose("decision", "yes")
    later.fill("comment", "3か月の間、残存はない。")
    later.press("Save")
    assert Finding.get_by_id(finding.id).current_state == "closed"
    later.go(page)
    later.look()
    is_clean(settings)


def _answer(walk: Walk, page: str) -> None:
    walk.go(page)
    walk.look()
    walk.go(f"{page}/answer")
    walk.look()
    walk.fill("correction", "2件のIDを一覧から外した。")
    walk.fill("corrected_on", "2026-11-19")
    walk.fill("cause", "退職の連絡が、フォルダーの管理者に届いていない。")
    walk.press("Save")
    walk.go(f"{page}/actions/new")
    walk.look()
    walk.fill("text", "退職の連絡のあて先に、フォルダーの管理者を加える")
    walk.pick("owner", "藤原")
    walk.fill("due_on", "2026-12-10")
    walk.press("Save")
    walk.go(page)
    walk.press("Submit the plan")


def _carry_out(walk: Walk, page: str) -> None:
    walk.go(f"{page}/actions/1/done")
    walk.look()
    walk.fill("comment", "11月分の連絡で試した。")
    walk.page.set_input_files(
        "input[type=file]", {"name": "連絡.txt", "mimeType": "text/plain", "buffer": "11月の連絡".encode()}
    )
    walk.press("Mark as done")
    walk.go(page)
    walk.reads("連絡.txt")
    # The head fixed it: the way to verify is closed.
    answer = walk.page.goto(f"{page}/verify")
    assert answer is not None and answer.status in (403, 404)
