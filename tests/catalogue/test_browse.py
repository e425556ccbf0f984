"""The list of controls and the page of one: found in both languages, filtered, at a constant price."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.catalogue import actions, queries
from auditor.catalogue.models import CatalogueVersion, Category, Control
from auditor.catalogue.queries import Filter
from auditor.dated import Moment
from auditor.people.names import search_key
from tests.bed.pages import text_of
from tests.cast import NOW, START

SYSTEM = application("test")
MORE_MADE = activity.event_type("test.controls_made", "Controls made", "count")


@pytest.fixture
def builtin(app: Any, cast: Any) -> CatalogueVersion:
    return actions.import_builtin(SYSTEM, NOW)[1].version


def codes(version: CatalogueVersion, **wanted: str) -> list[str]:
    return [one.code for one in queries.controls(version, Filter(**wanted), Moment.at(NOW))]


def test_a_reader_sees_the_controls_of_the_version_in_use(client: Any, cast: Any, builtin: Any) -> None:
    cast.sign_in(client, "head_of_sales")
    page = client.page("/catalogue/")
    assert "2026.1" in page.text_content()
    assert len(page.xpath("//tbody/tr")) == 25


def test_search_folds_width_case_and_kana_and_finds_either_language(builtin: CatalogueVersion) -> None:
    wanted = codes(builtin, text="アクセス権")
    assert wanted
    assert codes(builtin, text="ｱｸｾｽ権") == wanted == codes(builtin, text="あくせす権")
    assert codes(builtin, text="ACCESS right") == codes(builtin, text="ａｃｃｅｓｓ　ＲＩＧＨＴ") != []
    assert codes(builtin, text="%") == [] == codes(builtin, text="no such words")


def test_filters_narrow_and_their_categories_add_up(builtin: CatalogueVersion) -> None:
    for wanted in (Filter(), Filter(basis="statute"), Filter(text="記録", frequency="annual")):
        counted = queries.category_counts(builtin, wanted, Moment.at(NOW))
        assert sum(count for _, count in counted) == queries.controls(builtin, wanted, Moment.at(NOW)).count()
    assert set(codes(builtin, target="contractor")) < set(codes(builtin))


def test_the_filter_of_owners_finds_theirs_and_the_orphans(builtin: CatalogueVersion, cast: Any) -> None:
    every = codes(builtin)
    actions.set_owner(SYSTEM, builtin.catalogue_id, every[0], cast.department["D130"], None, START, NOW)
    assert codes(builtin, owner=str(cast.department["D130"])) == [every[0]]
    assert codes(builtin, owner=queries.NOBODY) == every[1:]
    actions.set_owner(SYSTEM, builtin.catalogue_id, every[0], None, None, START, NOW)
    assert codes(builtin, owner=queries.NOBODY) == every


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_of_a_control_says_what_it_asks_and_rests_on(
    client: Any, cast: Any, builtin: Any, language: str
) -> None:
    cast.sign_in(client, "head_of_audit")
    client.set_cookie("language", language)
    one = next(c for c in Control.select().where(Control.version == builtin) if "appi" in c.details["refs"])
    shown = text_of(client.get(f"/catalogue/controls/{one.id}"))
    assert getattr(one, f"question_{language}") in shown
    assert one.question_en in shown and one.question_ja in shown  # the other language stands in a fold
    measure = next(iter(queries.measures(Control.get_by_id(one.id)).values()))
    assert " ".join(getattr(measure, f"text_{language}").split())[:40] in shown


def test_every_control_of_the_built_in_catalogue_has_a_page(client: Any, cast: Any, builtin: Any) -> None:
    cast.sign_in(client, "administrator")
    for one in Control.select(Control.id).where(Control.version == builtin).limit(12):
        assert client.get(f"/catalogue/controls/{one.id}").status_code == 200


def test_the_list_costs_the_same_for_ten_and_for_a_thousand_controls(
    client: Any, cast: Any, assert_same_queries: Any
) -> None:
    cast.sign_in(client, "administrator")

    def grow() -> None:
        with activity.action(SYSTEM, NOW):
            category = Category.get(Category.version == cast.version)
            Control.add_many(
                {
                    "version": cast.version, "category": category.id, "code": f"X-{n:04}", "target": "department",
                    "basis": "practice", "frequency": "annual", "title_ja": f"管理策{n}", "title_en": f"Control {n}",
                    "question_ja": "？", "question_en": "?", "guidance_ja": "", "guidance_en": "", "details": {},
                    "search_key": search_key(f"管理策{n}"), "position": n + 10,
                }
                for n in range(1000)
            )  # fmt: skip
            activity.record(MORE_MADE, count=1000)
        actions.set_owner(SYSTEM, cast.catalogue, "X-0001", cast.department["D130"], None, START, NOW)

    actions.set_owner(SYSTEM, cast.catalogue, "ORG-01", cast.department["D130"], None, START, NOW)
    assert_same_queries(lambda: client.get("/catalogue/?size=100"), grow, at_most=25)


def test_without_a_catalogue_in_use_the_page_says_what_to_do(client: Any, cast: Any) -> None:
    version = CatalogueVersion.get_by_id(cast.version)
    assert version.catalogue_id == cast.catalogue
    assert queries.versions_in_use(Moment(date(2020, 1, 1), NOW)) == []


def test_who_may_not_read_the_catalogue_finds_no_page(client: Any, cast: Any) -> None:
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/catalogue/").status_code == 404
    assert client.get(f"/catalogue/controls/{cast.control['ORG-01']}").status_code == 404


def test_who_is_not_signed_in_comes_to_the_sign_in_page(client: Any, cast: Any) -> None:
    assert "/sign-in" in client.get("/catalogue/").headers["Location"]


def test_a_control_that_does_not_exist_is_not_found(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    assert client.get("/catalogue/controls/999999").status_code == 404
    assert client.get("/catalogue/?version=999999").status_code == 404
