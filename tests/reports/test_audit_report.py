"""The report of one audit: what it says, as of when, who may read it, on paper and as a workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from auditor import clock
from auditor.audits import concluding, facts
from auditor.audits.actions import Appointee, approve, assign, submit
from auditor.audits.models import Audit, AuditConclusion
from auditor.audits.results import Result
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.findings import actions as findings
from auditor.findings.states import Grade
from auditor.language import speaking
from auditor.reports.audit_report import report_for
from tests.audits.making import answer, answer_all, assigned, items, new_audit
from tests.audits.test_facts import LATER as FACTS_LATER
from tests.audits.test_facts import asked as facts_asked
from tests.audits.test_facts import said as facts_said
from tests.bed.pages import text_of
from tests.cast import NOW

LATER = NOW + timedelta(days=2)
TEXTS = {
    "opinion": "おおむね守られている。",
    "good_practice": "朝礼での確認。",
    "method": "",
    "spoken_to": "",
}


@pytest.fixture
def audit(app, cast):
    """An audit of sales department 1 with one nonconformity and its finding, still being carried out."""
    made = assigned(cast)
    answer_all(cast, made)
    item = items(made)[4]
    answer(cast, item, Result.MINOR, note="3名の権限が残っていた。")
    findings.record(
        cast.actor("auditor"), NOW, title="権限が残っている", facts="3名。", grade=Grade.MINOR, item=item,
        department_id=cast.department["D210"], due_on=date(2026, 12, 18),
    )  # fmt: skip
    return made


def address(audit):
    return f"/reports/audit/{audit.id}"


def report(cast, audit, by="administrator", at=NOW, as_of=None):
    with speaking("ja"):
        return report_for(cast.actor(by), audit.id, at, as_of)


def conclude(cast, audit, by="auditor", at=NOW, **more):
    concluding.conclude(cast.actor(by), at, audit, {**TEXTS, **more})


def test_it_tells_results_findings_texts_and_approvals(cast, audit):
    conclude(cast, audit)
    submit(cast.actor("auditor"), NOW, audit)
    approve(cast.actor("head_of_audit"), LATER, Audit.get_by_id(audit.id), "よくできている。")
    told = report(cast, audit, at=LATER)
    assert told.results == {"conform": 4, "minor": 1} and told.nonconforming == 1
    assert list(told.categories.values())[-1] == {"minor": 1}, told.categories
    assert [one.found.title for one in told.findings] == ["権限が残っている"] and told.findings[
        0
    ].control == "TEC-01"
    assert told.conclusion.opinion == TEXTS["opinion"]
    assert [(step.state.value, step.who) for step in told.steps][-2:] == [
        ("submitted", "髙橋 みのり"), ("approved", "大西 恵"),
    ]  # fmt: skip
    assert told.independent and told.last is None


def test_a_past_day_is_told_as_it_was(cast, audit):
    conclude(cast, audit)
    submit(cast.actor("auditor"), LATER, audit)
    yesterday = report(cast, audit, at=LATER + timedelta(days=1), as_of=date(2026, 11, 20))
    assert [step.state.value for step in yesterday.steps] == ["in_progress"]
    assert yesterday.conclusion.opinion == TEXTS["opinion"]
    with pytest.raises(NotFound):
        report(cast, audit, at=LATER, as_of=date(2026, 11, 19))  # it did not exist


def test_an_override_stands_in_it_with_its_reason(cast):
    named = (Appointee(cast.person["auditor"], True, "ほかに分かる人がいない。"),)
    new = replace(new_audit(cast, subject="D220"), auditors=named)
    told = report(cast, assign(cast.actor("head_of_audit"), NOW, new))
    assert not told.independent
    assert (told.auditors[0].override, told.auditors[0].overridden_by) == (
        "ほかに分かる人がいない。",
        "大西 恵",
    )


def test_it_is_compared_with_last_time(cast, audit):
    submit(cast.actor("auditor"), NOW, audit)
    again = assigned(cast, at=LATER, period_from=date(2026, 11, 20), period_to=date(2026, 11, 21))
    answer(cast, items(again)[4], at=LATER)
    answer(cast, items(again)[0], Result.MAJOR, note="ない。", at=LATER)
    told = report(cast, again, at=LATER)
    assert told.last.number == audit.number and told.last.results["minor"] == 1
    assert {line.code: line.change for line in told.changed} == {"TEC-01": "better", "ORG-01": "worse"}


def test_two_who_write_the_texts_lose_nothing(cast, audit):
    conclude(cast, audit)
    first = AuditConclusion.get()
    concluding.conclude(cast.actor("auditor"), LATER, audit, {**TEXTS, "opinion": "別の人"}, first.id)
    with pytest.raises(Stale) as stale:
        concluding.conclude(cast.actor("auditor"), LATER, audit, {**TEXTS, "opinion": "私"}, first.id)
    assert stale.value.theirs["opinion"] == "別の人" and stale.value.mine["opinion"] == "私"


def test_nothing_is_written_once_it_is_submitted(cast, audit):
    submit(cast.actor("auditor"), NOW, audit)
    with pytest.raises(RuleBroken):
        conclude(cast, audit)
    assert not AuditConclusion.select().exists()


def test_saving_the_same_again_writes_nothing(cast, audit):
    conclude(cast, audit)
    conclude(cast, audit, at=LATER)
    assert AuditConclusion.select().count() == 1


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_it_and_the_form_saves_it(client, cast, audit, language):
    cast.sign_in(client, "auditor")
    client.set_cookie("language", language)
    form = f"/audits/{audit.id}/conclusion"
    assert client.get(form).status_code == 200
    saved = client.post(form, data={**TEXTS, "seen": "0"})
    assert saved.location.endswith(address(audit))
    assert TEXTS["opinion"] in text_of(client.get(saved.location))
    stale = client.post(form, data={**TEXTS, "opinion": "別", "seen": "0"})
    assert stale.status_code == 409 and TEXTS["opinion"] in text_of(stale)


def test_a_day_to_come_is_refused_with_the_reason(client, cast, audit):
    cast.sign_in(client, "administrator")
    assert client.get(f"{address(audit)}?as_of=2030-01-01").status_code == 422
    assert client.get(f"{address(audit)}?as_of=yesterday").status_code == 422


def test_the_workbook_holds_the_same_in_the_language_asked_for(client, cast, audit):
    conclude(cast, audit)
    cast.sign_in(client, "administrator")
    book = load_workbook(io.BytesIO(client.get(f"{address(audit)}.xlsx?language=en").data))
    assert book.sheetnames == ["Audit report", "Findings", "Items"]
    values = {str(cell.value) for row in book["Audit report"].iter_rows() for cell in row}
    assert TEXTS["opinion"] in values and "Minor nonconformity" in values
    assert book["Findings"]["B5"].value == "権限が残っている"
    assert [row[3].value for row in book["Items"].iter_rows(min_row=5)].count("Conforming") == 4


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("head_of_sales", 404, 200), ("head_of_other", 404, 404), ("staff_of_sales", 404, 404), ("operator", 404, 404),
     ("representative", 200, 200), ("second_auditor", 404, 404)],
)  # fmt: skip
def test_who_may_see_the_audit_may_read_it_the_department_once_it_is_submitted(
    client, cast, audit, name, before, after
):
    cast.sign_in(client, name)
    assert client.get(address(audit)).status_code == before
    assert client.get(f"{address(audit)}.xlsx").status_code == before
    submit(cast.actor("auditor"), NOW, audit)
    assert client.get(address(audit)).status_code == after


def test_the_texts_are_written_by_the_auditors_alone(client, cast, audit):
    form = f"/audits/{audit.id}/conclusion"
    for name, status in (("administrator", 403), ("head_of_other", 404), ("staff_of_sales", 404)):
        cast.sign_in(client, name)
        assert client.get(form).status_code == status
        assert client.post(form, data=TEXTS).status_code == status


def test_who_is_not_signed_in_is_led_to_the_door(client, audit):
    assert "/sign-in" in client.get(address(audit)).location


def test_a_longer_audit_costs_no_more_questions(cast, audit, query_count):
    short = assigned(cast, codes=("ORG-01",))
    answer_all(cast, short)

    def counted(one):
        with query_count() as statements:
            report(cast, one)
        return statements.count

    assert counted(short) <= counted(audit) <= counted(short) + 4


def test_it_tells_how_the_facts_were_confirmed_and_that_they_were_asked_again(client, cast):
    audit, minor, _observed, _request = facts_asked(cast)
    facts_said(cast, audit, False, True, comment="2名ではなく3名です")
    told = report(cast, audit, at=FACTS_LATER).facts
    assert [one.answer for one in told.facts] == ["objected", "confirmed"]
    assert told.facts[0].comment == "2名ではなく3名です" and told.facts[0].who
    answer(cast, minor, Result.MINOR, note="3名の権限が残っていた", at=FACTS_LATER)
    again = FACTS_LATER + timedelta(minutes=5)
    facts.ask(cast.actor("auditor"), again, Audit.get_by_id(audit.id))
    told = report(cast, audit, at=again).facts
    assert len(told.asked) == 2 and [one.answer for one in told.facts] == ["waiting", "confirmed"]
    assert not report(cast, audit, at=again).facts.skipped
    cast.sign_in(client, "administrator")
    with clock.standing_at(again):
        for language, words in (("ja", "事実確認"), ("en", "Confirmation of the facts")):
            client.set_cookie("language", language)
            assert words in text_of(client.get(address(audit)))
            book = load_workbook(io.BytesIO(client.get(f"{address(audit)}.xlsx?language={language}").data))
            assert words in {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}


def test_where_nobody_was_asked_nothing_is_said_of_facts(cast, audit):
    assert not report(cast, audit).facts
