"""The pages of a programme: who opens them, what they show, at what cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor.audits.programme.models import Programme
from tests.audits.programme.making import NEXT, approved, begun, entries, planned
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

READERS = ("administrator", "head_of_audit", "representative")
PAGES = ("", "/entries", "/rules", "/history", "/print")


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("name", READERS)
def test_who_answers_for_the_company_opens_every_page(
    client: Any, cast: Cast, name: str, language: str
) -> None:
    programme = approved(cast)
    cast.sign_in(client, name)
    client.set_cookie("language", language)
    for page in PAGES:
        assert client.get(f"/programme/2027{page}").status_code == 200, page
    assert client.get(f"/programme/2027/cells/{cast.subject['D210']}/organizational").status_code == 200
    entry = entries(programme)[0]
    wanted = 403 if name == "representative" else 200
    assert client.get(f"/programme/2027/entries/{entry.id}").status_code == wanted


@pytest.mark.parametrize("name", ["auditor", "head_of_sales", "staff_of_sales", "operator"])
def test_nobody_else_learns_that_there_is_a_programme(client: Any, cast: Cast, name: str) -> None:
    programme = approved(cast)
    cast.sign_in(client, name)
    for page in (*PAGES, f"/entries/{entries(programme)[0].id}"):
        assert client.get(f"/programme/2027{page}").status_code == 404, page


def test_a_year_without_a_plan_shows_what_is_assigned_and_how_to_begin(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_audit")
    page = client.page("/programme/2027")
    assert "この年度の計画はまだ始まっていません" in page.text_content()
    assert page.xpath("//a[@href='/programme/2027/begin']")
    assert client.get("/programme/2027/entries").status_code == 404
    assert client.get("/programme/1066").status_code == 404


def test_the_programme_without_a_year_is_this_years(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_audit")
    assert client.get("/programme/").location.endswith("/programme/2026")


def test_a_plan_is_begun_proposed_and_added_in_three_steps(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_audit")
    answer = client.post("/programme/2027/begin", data={"unit_level": "department"})
    assert answer.location.endswith("/programme/2027/proposal")
    page = text_of(client.get("/programme/2027/proposal"))
    assert "追加する監査" in page
    assert client.post("/programme/2027/proposal").status_code == 303
    assert "計画なし 0" in text_of(client.get("/programme/2027"))
    assert "ルールによる追加の案はありません" in text_of(client.get("/programme/2027/proposal"))


def test_a_size_of_unit_that_is_none_is_refused(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_audit")
    assert client.post("/programme/2027/begin", data={"unit_level": "planet"}).status_code == 422
    assert Programme.select().count() == 0


def test_the_figures_are_the_cells_that_their_filters_show(client: Any, cast: Cast) -> None:
    begun(cast)
    cast.sign_in(client, "head_of_audit")
    page = client.page("/programme/2027")
    cells = page.xpath("//td[contains(@class, 'c-gap')]")
    (figure,) = page.xpath("//dl[contains(@class, 'figures')]//a[contains(@href, 'only=gap')]")
    assert int(figure.text_content().split()[0]) == len(cells) > 0
    assert len(client.page(figure.get("href")).xpath("//td[contains(@class, 'c-gap')]")) == len(cells)


@pytest.mark.parametrize(
    ("query", "there", "away"),
    [
        ("q=営業第一", "営業第一部", "人事総務部"),
        ("kind=company", "会社全体", "営業第一部"),
        ("group=営業本部", "営業第一部", "人事総務部"),
        ("only=done", "該当する監査対象はありません", "営業第一部"),
    ],
)
def test_the_grid_is_filtered(client: Any, cast: Cast, query: str, there: str, away: str) -> None:
    planned(cast)
    cast.sign_in(client, "head_of_audit")
    grid = client.page(f"/programme/2027?{query}").xpath("string(//section[@aria-label='網羅表'])")
    assert there in grid
    assert f"{away}\n" not in grid


def test_a_past_day_shows_the_plan_as_it_was(client: Any, cast: Cast) -> None:
    planned(cast, at=NOW)
    cast.sign_in(client, "head_of_audit")
    before = (NOW - timedelta(days=1)).date().isoformat()
    page = client.page(f"/programme/2027?as_of={before}")
    assert "この年度の計画はまだ始まっていません" in page.text_content()
    assert page.xpath("//td[contains(@class, 'c-gap')]")


@pytest.mark.parametrize("day", ["tomorrow", "2027-01-01"])
def test_a_day_that_cannot_be_asked_for_is_refused(client: Any, cast: Cast, day: str) -> None:
    cast.sign_in(client, "head_of_audit")
    assert client.get(f"/programme/2027?as_of={day}").status_code == 422


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    assert "sign-in" in client.get("/programme/2027").location


def test_the_navigation_leads_to_the_programme_first(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    page = client.page("/programme/2026")
    links = page.xpath("//nav[@id='nav']//h2[.='年度計画']/following-sibling::ul[1]//a/@href")
    assert links[0] == "/programme/"
    assert NEXT.label == 2027
