"""The report of a year: its figures are the summary's, four eyes decide on it, both languages, any past day."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from auditor.errors import RuleBroken, Stale
from auditor.language import speaking
from auditor.notifications.models import Notice
from auditor.reports import yearly
from auditor.reports.models import YearOpinion, YearReport
from auditor.reports.scope import scope_of
from auditor.reports.year_report import material_of, year_shown
from tests.audits.making import answer_all, assigned
from tests.bed.pages import text_of
from tests.cast import NOW

PAGE = "/reports/year/2026"
TEXTS = {"opinion": "おおむね適切に保護されている。", "requests": "監査員を1名増やしてほしい。"}
LATER = NOW + timedelta(days=1)


def write(cast, by="head_of_audit", at=NOW, **more):
    yearly.write(cast.actor(by), at, 2026, {**TEXTS, **more})


def handed_in(cast):
    write(cast)
    yearly.submit(cast.actor("head_of_audit"), NOW, 2026)


def standing(at=NOW):
    from auditor.dated import Moment

    return yearly.standing(2026, Moment.at(at))


def test_it_is_written_handed_in_and_accepted_with_a_comment(app, cast):
    handed_in(cast)
    assert standing().state is yearly.State.SUBMITTED and standing().last.figures_of == date(2026, 11, 20)
    assert Notice.get(Notice.kind == "year_report_submitted").person_id == cast.person["representative"]
    yearly.accept(cast.actor("representative"), LATER, 2026, "確認しました。")
    now = standing(LATER)
    assert (now.state, now.last.comment) == (yearly.State.ACCEPTED, "確認しました。")
    assert standing(NOW).state is yearly.State.SUBMITTED, "a past instant is told as it was"


def test_without_an_opinion_it_cannot_be_handed_in(app, cast):
    with pytest.raises(RuleBroken):
        yearly.submit(cast.actor("head_of_audit"), NOW, 2026)
    assert not YearReport.select().exists()


def test_who_handed_it_in_does_not_decide_on_it(app, cast):
    handed_in(cast)
    for act in (yearly.accept, yearly.send_back):
        with pytest.raises(RuleBroken):
            act(cast.actor("head_of_audit"), LATER, 2026, "自分で")


def test_it_is_sent_back_with_a_comment_and_handed_in_again(app, cast):
    handed_in(cast)
    with pytest.raises(RuleBroken):
        yearly.send_back(cast.actor("representative"), LATER, 2026, " ")
    with pytest.raises(RuleBroken):
        write(cast, opinion="あとから")
    yearly.send_back(cast.actor("representative"), LATER, 2026, "数値の説明を。")
    write(cast, at=LATER, opinion="説明を加えた。")
    yearly.submit(cast.actor("head_of_audit"), LATER, 2026)
    assert [row.state for row in standing(LATER).steps] == ["submitted", "returned", "submitted"]


def test_two_who_write_lose_nothing(app, cast):
    write(cast)
    first = YearOpinion.get()
    yearly.write(cast.actor("head_of_audit"), LATER, 2026, {**TEXTS, "opinion": "別"}, first.id)
    with pytest.raises(Stale) as stale:
        yearly.write(cast.actor("head_of_audit"), LATER, 2026, {**TEXTS, "opinion": "私"}, first.id)
    assert stale.value.theirs["opinion"] == "別"


def test_its_figures_are_those_of_the_summary_and_its_categories_add_up(app, cast):
    audit = assigned(cast)
    answer_all(cast, audit)
    assigned(cast, subject="D220", auditors=("second_auditor",))
    with speaking("en"):
        scope = scope_of(NOW)
        made = year_shown(scope, *material_of(scope))
    figures = {(title, line.label): line.now for title, lines in made.parts for line in lines}
    assert figures["Audits", "Planned in the year"] == 2
    conforming = sum(this.get("conform", 0) for _title, this, _last in made.categories)
    unchecked = sum(this.get("not_checked", 0) for _title, this, _last in made.categories)
    items = "Results of the items of the audits"
    assert (figures[items, "Conforming"], figures[items, "Not checked"]) == (conforming, unchecked) == (5, 5)
    departments = made.coverage[0]
    assert (departments.total, departments.audited) == (7, 0) and "Sales Department 1" in departments.missing


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_the_page_is_written_handed_in_and_decided_on(client, cast, language):
    client.set_cookie("language", language)
    cast.sign_in(client, "head_of_audit")
    assert client.get(f"{PAGE}/opinion").status_code == 200
    assert client.post(f"{PAGE}/submit").status_code == 422
    assert client.post(f"{PAGE}/opinion", data={**TEXTS, "seen": "0"}).status_code == 303
    assert client.post(f"{PAGE}/opinion", data={"opinion": "別", "seen": "0"}).status_code == 409
    assert TEXTS["opinion"] in text_of(client.get(PAGE))
    assert not client.page(PAGE).xpath("//details[contains(@class, 'boxed')]"), (
        "the bar's menu of years has no entries"
    )
    assert client.post(f"{PAGE}/submit").status_code == 303
    cast.sign_in(client, "representative")
    assert client.post(f"{PAGE}/return", data={"comment": ""}).status_code == 422
    assert client.post(f"{PAGE}/accept", data={"comment": "よい。"}).status_code == 303
    assert "よい。" in text_of(client.get(PAGE))
    assert client.get(f"{PAGE}?as_of=2026-06-01").status_code == 200
    assert client.get(f"{PAGE}?as_of=2030-06-01").status_code == 422
    assert client.get("/reports/year/2090").status_code == 404


def test_the_workbook_holds_the_opinion_and_the_sheets_of_the_summary(client, cast):
    write(cast)
    cast.sign_in(client, "representative")
    book = load_workbook(io.BytesIO(client.get(f"{PAGE}.xlsx?language=en").data))
    assert book.sheetnames[:3] == ["Report of the year", "Summary", "Audits"]
    values = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
    assert TEXTS["opinion"] in values


@pytest.mark.parametrize(
    ("name", "read", "opinion", "decide"),
    [("administrator", 200, 403, 403), ("head_of_audit", 200, 200, 403), ("representative", 200, 403, 422),
     ("head_of_sales", 404, 404, 404), ("operator", 404, 404, 404), ("staff_of_sales", 404, 404, 404)],
)  # fmt: skip
def test_each_may_what_is_theirs(client, cast, name, read, opinion, decide):
    cast.sign_in(client, name)
    assert client.get(PAGE).status_code == read
    assert client.get(f"{PAGE}/opinion").status_code == opinion
    assert client.post(f"{PAGE}/accept", data={}).status_code == decide


def test_who_is_not_signed_in_is_led_to_the_door(client, cast):
    assert "/sign-in" in client.get(PAGE).location
