"""Evidence by its validity: the list with its filter, and the worklist of whoever has to see to it."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest

from auditor import settings_of
from auditor.audits import actions, attaching, expiring
from auditor.audits.models import Audit, AuditItem
from auditor.dated import Moment
from auditor.evidence.actions import NOTHING_SAID, About
from auditor.evidence.models import Evidence
from tests.audits.making import answer_all, assigned, items
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

TODAY = date(2026, 11, 20)


def _valid_until(app: Any, cast: Cast, item: AuditItem, day: date | None, name: str = "cert.pdf") -> Evidence:
    about = About(date(2026, 1, 1), day)
    folder = settings_of(app).evidence_folder
    return actions.attach(cast.actor("auditor"), NOW, folder, item, io.BytesIO(name.encode()), name, about)


def _waiting(cast: Cast, name: str, at: Any = NOW) -> list[tuple[date | None, str]]:
    return [(one.due_on, one.url) for one in expiring.waiting_for(cast.actor(name, at), Moment.at(at))]


def _submitted(cast: Cast, audit: Audit) -> None:
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))


@pytest.mark.parametrize("days, shown", [(31, False), (30, True), (0, True), (-1, True), (-200, True)])
def test_while_the_audit_is_open_it_waits_for_the_auditor_from_30_days_before(
    app: Any, cast: Cast, days: int, shown: bool
) -> None:
    item = items(assigned(cast))[0]
    _valid_until(app, cast, item, TODAY + timedelta(days=days))
    waiting = _waiting(cast, "auditor")
    address = f"/audits/{item.audit_id}/items/{item.id}#evidence"
    assert waiting == ([(TODAY + timedelta(days=days), address)] if shown else [])
    assert _waiting(cast, "second_auditor") == _waiting(cast, "head_of_sales") == []


def test_it_is_done_once_it_was_replaced_or_taken_off(app: Any, cast: Cast) -> None:
    first, second, *_ = items(assigned(cast))
    old = _valid_until(app, cast, first, TODAY)
    gone = _valid_until(app, cast, second, TODAY, "other.pdf")
    assert len(_waiting(cast, "auditor")) == 2
    file = attaching.File(io.BytesIO(b"new"), "cert.pdf")
    attaching.replace(
        cast.actor("auditor"), NOW, settings_of(app).evidence_folder, first, old.id, file, NOTHING_SAID
    )
    actions.detach(cast.actor("auditor"), NOW, second, gone.id)
    assert _waiting(cast, "auditor") == []


def test_one_piece_at_several_items_waits_once(app: Any, cast: Cast) -> None:
    from auditor.access import Permission
    from auditor.audits import queries

    first, second, *_ = items(assigned(cast))
    kept = _valid_until(app, cast, first, TODAY)
    item = queries.item_for(cast.actor("auditor"), second.id, Permission.AUDIT_CONDUCT, NOW)
    attaching.attach_known(cast.actor("auditor"), NOW, item, [kept.id])
    assert len(_waiting(cast, "auditor")) == 1


@pytest.mark.parametrize("days, shown", [(30, True), (-30, True), (-31, False)])
def test_afterwards_the_head_of_the_department_knows_too_until_30_days_after(
    app: Any, cast: Cast, days: int, shown: bool
) -> None:
    audit = assigned(cast)
    _valid_until(app, cast, items(audit)[0], TODAY + timedelta(days=days))
    _submitted(cast, audit)
    assert bool(_waiting(cast, "head_of_sales")) is shown
    assert bool(_waiting(cast, "auditor")) is shown
    assert _waiting(cast, "head_of_other") == []


def test_it_stands_on_the_first_page(app: Any, client: Any, cast: Cast) -> None:
    _valid_until(app, cast, items(assigned(cast))[0], TODAY, "登録証.pdf")
    cast.sign_in(client, "auditor")
    assert "証跡の期限が近い：登録証.pdf" in text_of(client.get("/worklist/"))


def test_the_list_shows_what_the_person_may_see_by_validity(app: Any, client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    first, second, third, *_ = items(audit)
    _valid_until(app, cast, first, TODAY + timedelta(days=5), "soon.pdf")
    _valid_until(app, cast, second, TODAY - timedelta(days=5), "over.pdf")
    _valid_until(app, cast, third, None, "always.pdf")
    cast.sign_in(client, "auditor")
    names = {"soon.pdf", "over.pdf", "always.pdf"}
    for query, wanted in {
        "": names, "?tab=expiring": {"soon.pdf"}, "?tab=expired": {"over.pdf"}, "?q=ORG-01": {"soon.pdf"},
        "?q=always": {"always.pdf"}, "?fiscal_year=2025": set(), "?tab=nonsense": names,
    }.items():  # fmt: skip
        page = text_of(client.get(f"/audits/evidence{query}"))
        assert {name for name in names if name in page} == wanted, query
    cast.sign_in(client, "head_of_sales")  # before the audit is submitted
    assert "soon.pdf" not in text_of(client.get("/audits/evidence"))
    _submitted(cast, audit)
    assert "soon.pdf" in text_of(client.get("/audits/evidence"))
    cast.sign_in(client, "head_of_other")
    assert "soon.pdf" not in text_of(client.get("/audits/evidence"))


def test_the_list_and_the_worklist_cost_the_same_for_many(
    app: Any, client: Any, cast: Cast, assert_same_queries: Any
) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    _valid_until(app, cast, item, TODAY)

    def more() -> None:
        for number in range(30):
            _valid_until(app, cast, item, TODAY, f"{number}.pdf")

    cast.sign_in(client, "auditor")
    assert_same_queries(lambda: client.get("/audits/evidence"), more, at_most=14)
    assert_same_queries(lambda: client.get(f"/audits/{audit.id}/items/{item.id}/evidence/known"), more)
    assert_same_queries(lambda: client.get("/worklist/"), more)
