"""Evidence of self-inspections that expires: on the worklist of whoever answers, as long as it waits for them."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest

from auditor import settings_of
from auditor.access import Role
from auditor.accounts.roles import name_deputy
from auditor.audits import actions
from auditor.audits.attaching import File, Link
from auditor.audits.inspections import deciding, expiring, proving
from auditor.audits.models import Audit
from auditor.dated import Moment
from auditor.evidence.actions import About
from tests.audits.inspections.making import answer_all, confirmed, inspection, valid_for
from tests.audits.making import assigned, items
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

TODAY = date(2026, 11, 20)


def waiting(cast: Cast, name: str) -> list[tuple[date | None, str, str]]:
    found = expiring.waiting_for(cast.actor(name), Moment.at(NOW))
    return [(one.due_on, one.url, one.step) for one in found]


@pytest.mark.parametrize("days, shown", [(31, False), (30, True), (0, True), (-200, True)])
def test_while_it_is_open_it_waits_for_the_head_from_30_days_before(
    app: Any, cast: Cast, days: int, shown: bool
) -> None:
    item = items(inspection(cast))[0]
    kept = valid_for(cast, item, days)
    there = f"/inspections/{item.audit_id}/items/{item.id}/evidence?replaces={kept.id}"
    day = TODAY + timedelta(days=days)
    assert waiting(cast, "head_of_sales") == ([(day, there, "Replace")] if shown else [])
    for name in ("administrator", "head_of_audit", "staff_of_sales", "head_of_other", "auditor"):
        assert waiting(cast, name) == [], name


def test_who_is_named_and_who_stands_in_see_it_too(app: Any, cast: Cast) -> None:
    valid_for(cast, items(inspection(cast, named=("staff_of_sales",)))[0], 3)
    name_deputy(
        cast.actor("administrator"), cast.person["head_of_sales"], cast.person["second_auditor"],
        Role.DEPARTMENT_HEAD, TODAY, TODAY + timedelta(days=5), NOW,
    )  # fmt: skip
    for name in ("head_of_sales", "staff_of_sales", "second_auditor"):
        assert len(waiting(cast, name)) == 1, name


def test_it_is_done_once_it_was_replaced_or_taken_off(app: Any, cast: Cast) -> None:
    first, second, *_ = items(inspection(cast))
    old, gone = valid_for(cast, first, 3), valid_for(cast, second, 3, name="別の登録証")
    assert len(waiting(cast, "head_of_sales")) == 2
    head = cast.actor("head_of_sales")
    newer = Link("https://wiki.example.jp/2027", "登録証")
    proving.replace(head, NOW, settings_of(app).evidence_folder, first, old.id, newer, About())
    actions.detach(head, NOW, second, gone.id)
    assert waiting(cast, "head_of_sales") == []


def test_one_piece_at_several_items_waits_once(app: Any, cast: Cast) -> None:
    first, second, *_ = items(inspection(cast))
    kept = valid_for(cast, first, 3)
    proving.attach_known(cast.actor("head_of_sales"), NOW, second, [kept.id])
    assert len(waiting(cast, "head_of_sales")) == 1


@pytest.mark.parametrize("days, shown", [(30, True), (-30, True), (-31, False)])
def test_afterwards_they_know_of_it_until_30_days_after(app: Any, cast: Cast, days: int, shown: bool) -> None:
    audit = inspection(cast)
    valid_for(cast, items(audit)[0], days)
    answer_all(cast, audit, "head_of_sales")
    row = (TODAY + timedelta(days=days), f"/inspections/{audit.id}", "See the evidence")
    deciding.submit(cast.actor("head_of_sales"), NOW, Audit.get_by_id(audit.id))
    assert waiting(cast, "head_of_sales") == ([row] if shown else [])
    confirmed(cast, Audit.get_by_id(audit.id))
    assert waiting(cast, "head_of_sales") == ([row] if shown else [])


def test_what_was_cancelled_concerns_nobody(app: Any, cast: Cast) -> None:
    audit = inspection(cast)
    valid_for(cast, items(audit)[0], 3)
    deciding.cancel(cast.actor("administrator"), NOW, Audit.get_by_id(audit.id), "二重")
    assert waiting(cast, "head_of_sales") == []


def test_it_stands_on_the_first_page_and_leads_to_where_it_is_replaced(
    app: Any, client: Any, cast: Cast, assert_same_queries: Any
) -> None:
    audit = inspection(cast)
    item = items(audit)[0]
    kept = valid_for(cast, item, 3)
    cast.sign_in(client, "head_of_sales")
    page = client.page("/worklist/")
    (row,) = page.xpath(f"//tr[.//a[contains(@href, 'replaces={kept.id}')]]")
    said = row.text_content()
    assert "証跡の期限が近い：登録証" in said and f"自己点検 {audit.number} ORG-01" in said
    assert "登録証" in text_of(client.get(row.xpath(".//th/a/@href")[0]))

    def more() -> None:
        for number in range(20):
            valid_for(cast, item, 3, name=f"登録証{number}")

    assert_same_queries(lambda: client.get("/worklist/"), more, at_most=50)


def test_the_list_of_evidence_has_that_of_self_inspections_too_for_who_may_see_them(
    app: Any, client: Any, cast: Cast
) -> None:
    audit = inspection(cast)
    item = items(audit)[0]
    valid_for(cast, item, 3)
    folder, about = settings_of(app).evidence_folder, About(None, TODAY + timedelta(days=4))
    file = File(io.BytesIO(b"two"), "契約書.pdf")
    proving.attach_files(cast.actor("head_of_sales"), NOW, folder, item, [file], about)
    for name, count in (("administrator", 2), ("head_of_sales", 2), ("head_of_other", 0)):
        cast.sign_in(client, name)
        rows = client.page("/audits/evidence?tab=expiring").xpath("//tbody/tr")
        assert len(rows) == count, name
        for row in rows:
            assert f"自己点検 {audit.number} ORG-01" in " ".join(row.text_content().split())
        for address in [*rows[1].xpath(".//a/@href")] if rows else []:
            with client.get(address) as answer:
                assert answer.status_code == 200, address


def test_a_head_who_audits_elsewhere_and_is_named_has_both_lists(app: Any, client: Any, cast: Cast) -> None:
    """Who reaches audits and self-inspections in every way asks the longest question, which SQLite has to parse."""
    assigned(cast, auditors=("head_of_other",))
    valid_for(cast, items(inspection(cast, "D220", named=("head_of_other",)))[0], 3, by="head_of_other")
    cast.sign_in(client, "head_of_other")
    for address in ("/worklist/", "/audits/evidence?tab=expiring&q=ORG&fiscal_year=2026"):
        assert "登録証" in text_of(client.get(address)), address
