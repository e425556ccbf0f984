"""Answering a self-inspection: on one page, item by item, and handing it in."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import Role, application
from auditor.accounts.models import Deputy
from auditor.audits.inspections import deciding
from auditor.audits.models import Audit, ItemDraft, ItemEvidence, ItemResult
from auditor.audits.results import Result
from auditor.dated import Moment
from auditor.notifications.models import Notice
from tests.audits.inspections.making import answer_all, confirmed, inspection, opened
from tests.audits.making import answer, items
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, START, Cast


def _page(audit: Audit) -> str:
    return f"/inspections/{audit.id}/answer"


def _whole(audit: Audit, **more: str) -> dict[str, str]:
    """Every item kept, as the page sends it."""
    return {f"{item.id}-result": "conform" for item in items(audit)} | more


def _results(audit: Audit) -> list[str]:
    return [item.current_result for item in items(audit)]


# ---- the whole page, without script ----


def test_the_head_answers_every_item_with_one_button(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    cast.sign_in(client, "head_of_sales")
    page = client.get(_page(audit))
    assert page.status_code == 200
    response = client.post(_page(audit), data=_whole(audit))
    assert response.status_code == 303
    assert _results(audit) == ["conform"] * 5
    assert Audit.get_by_id(audit.id).current_state == "in_progress"


def test_what_is_wrong_is_kept_as_typed_and_the_others_are_saved(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    first, second = items(audit)[:2]
    cast.sign_in(client, "head_of_sales")
    typed = {
        f"{first.id}-result": "not_applicable",
        f"{first.id}-note": "倉庫はない",
        f"{second.id}-result": "conform",
    }
    response = client.post(_page(audit), data=typed)
    assert response.status_code == 422
    assert "倉庫はない" in text_of(response)
    assert _results(audit) == ["not_checked", "conform", "not_checked", "not_checked", "not_checked"]
    again = client.post(_page(audit), data={**typed, f"{first.id}-reason": "倉庫を使わない"})
    assert again.status_code == 303
    assert _results(audit)[0] == "not_applicable"


@pytest.mark.parametrize("result", ["perfect", ""])
def test_a_result_that_does_not_exist_is_refused(client: Any, cast: Cast, result: str) -> None:
    audit = inspection(cast)
    cast.sign_in(client, "head_of_sales")
    response = client.post(_page(audit), data={f"{items(audit)[0].id}-result": result})
    assert response.status_code == 422
    assert ItemResult.select().count() == 0


def test_of_two_who_answer_the_second_gets_both_texts(client: Any, cast: Cast) -> None:
    audit = inspection(cast, named=("staff_of_sales",))
    item = items(audit)[0]
    answer(cast, item, Result.MINOR, by="staff_of_sales", note="鍵がない棚が1つ")
    cast.sign_in(client, "head_of_sales")
    typed = {f"{item.id}-result": "conform", f"{item.id}-note": "問題なし", f"{item.id}-based_on": ""}
    response = client.post(_page(audit), data=typed)
    assert response.status_code == 409
    shown = text_of(response)
    assert "鍵がない棚が1つ" in shown and "問題なし" in shown
    latest = ItemResult.latest(Moment.at(NOW), item=item.id)
    assert latest is not None and latest.note == "鍵がない棚が1つ"
    replaced = client.post(_page(audit), data={**typed, f"{item.id}-based_on": str(latest.id)})
    assert replaced.status_code == 303
    assert _results(audit)[0] == "conform"


def test_a_file_is_attached_with_the_page_and_taken_off_again(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    item = items(audit)[0]
    cast.sign_in(client, "head_of_sales")
    client.post(_page(audit), data={f"{item.id}-file": (io.BytesIO(b"%PDF-1.4 a"), "棚.pdf")})
    row = ItemEvidence.get()
    address = f"/inspections/{audit.id}/items/{item.id}/files/{row.evidence_id}"
    assert "棚.pdf" in text_of(client.get(_page(audit)))
    with client.get(address) as given:
        assert given.data == b"%PDF-1.4 a"
    client.post(_page(audit), data={f"{item.id}-remove": str(row.evidence_id)})
    assert client.get(address).status_code == 404


def test_last_times_answer_stands_beside_the_item(client: Any, cast: Cast) -> None:
    then = NOW - timedelta(days=30)
    before = inspection(cast, at=then)
    answer(cast, items(before)[0], Result.OBSERVATION, by="head_of_sales", at=then, note="鍵の管理者が不明")
    answer_all(cast, before, "head_of_sales", at=then)
    confirmed(cast, before, at=then)
    audit = inspection(cast)
    cast.sign_in(client, "head_of_sales")
    assert "鍵の管理者が不明" in text_of(client.get(_page(audit)))


def test_the_page_costs_as_many_queries_for_many_items_as_for_few(
    client: Any, cast: Cast, query_count: Any
) -> None:
    few, many = inspection(cast, codes=("ORG-01",)), inspection(cast)
    answer_all(cast, many, "head_of_sales")
    cast.sign_in(client, "head_of_sales")
    client.get(_page(few))
    with query_count() as one:
        client.get(_page(few))
    with query_count() as five:
        client.get(_page(many))
    assert five.count == one.count <= 30


# ---- item by item ----


def test_an_item_is_saved_while_the_page_stays_open(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    item = items(audit)[0]
    cast.sign_in(client, "head_of_sales")
    address = f"/inspections/{audit.id}/items/{item.id}"
    assert client.post(f"{address}/draft", data={"note": "途中"}).status_code == 200
    assert ItemDraft.get().note == "途中"
    told = client.post(f"{address}/answer", data={"result": "conform", "note": "確認した"})
    assert told.status_code == 200
    assert told.json["fields"] == {"based_on": str(ItemResult.get().id)}
    assert client.post(f"{address}/answer", data={"result": "minor", "based_on": ""}).status_code == 409
    assert client.post(f"{address}/answer", data={"result": "not_applicable"}).status_code == 422
    assert client.post(f"{address}/files").status_code == 422
    sent = client.post(f"{address}/files", data={"file": (io.BytesIO(b"%PDF-1.4 b"), "写真.pdf")})
    assert (sent.status_code, sent.json["name"]) == (200, "写真.pdf")


def test_an_item_of_another_self_inspection_is_not_found(client: Any, cast: Cast) -> None:
    audit, other = inspection(cast), inspection(cast)
    cast.sign_in(client, "head_of_sales")
    address = f"/inspections/{audit.id}/items/{items(other)[0].id}/answer"
    assert client.post(address, data={"result": "conform"}).status_code == 404


# ---- who may ----


def test_who_is_named_answers_and_sees_nothing_else(client: Any, cast: Cast) -> None:
    audit, other = inspection(cast, "D220", named=("staff_of_sales",)), inspection(cast, "D220")
    cast.sign_in(client, "staff_of_sales")
    assert client.post(_page(audit), data=_whole(audit)).status_code == 303
    assert client.get(_page(other)).status_code == 404
    assert client.get(f"/inspections/{other.id}").status_code == 404


def test_a_deputy_of_the_head_answers_in_the_period(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    with activity.action(application("test"), NOW):
        Deputy.write(
            NOW, None, START, principal=cast.person["head_of_sales"], deputy=cast.person["without_mail"],
            role=Role.DEPARTMENT_HEAD.value, starts_on=NOW.date(), ends_on=NOW.date(),
        )  # fmt: skip
        activity.record(CAST_MADE, persons=1)
    cast.sign_in(client, "without_mail")
    assert client.post(_page(audit), data=_whole(audit)).status_code == 303


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("head_of_other", 404),
        ("staff_of_sales", 404),
        ("auditor", 404),
        ("operator", 404),
        ("administrator", 403),
    ],
)
def test_others_do_not_answer(client: Any, cast: Cast, name: str, status: int) -> None:
    audit = inspection(cast)
    cast.sign_in(client, name)
    assert client.get(_page(audit)).status_code == status
    assert client.post(_page(audit), data=_whole(audit)).status_code == status
    assert client.post(f"/inspections/{audit.id}/submit", data={}).status_code == status
    assert ItemResult.select().count() == 0


def test_who_is_not_signed_in_is_sent_to_the_door(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    assert "/accounts/sign-in" in client.get(_page(audit)).headers["Location"]


# ---- handing in ----


def test_it_is_handed_in_when_all_is_answered_and_the_administrator_is_told(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    answer_all(cast, audit, "head_of_sales")
    cast.sign_in(client, "head_of_sales")
    assert client.get(f"/inspections/{audit.id}/submit").status_code == 200
    assert client.post(f"/inspections/{audit.id}/submit", data={"comment": "以上です。"}).status_code == 303
    assert Audit.get_by_id(audit.id).current_state == "submitted"
    told = Notice.select().where(Notice.kind == "inspection_submitted")
    assert [row.person_id for row in told] == [cast.person["administrator"]]
    assert client.get(_page(audit)).status_code == 303  # nothing is edited after it was handed in
    assert client.post(_page(audit), data={f"{items(audit)[0].id}-result": "minor"}).status_code == 422
    assert _results(audit) == ["conform"] * 5


def test_what_is_missing_is_listed_with_links(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    first, second = items(audit)[:2]
    answer(cast, first, Result.MINOR, by="head_of_sales")
    answer(cast, second, Result.NOT_CHECKED, by="head_of_sales", note="来月確認する")
    cast.sign_in(client, "head_of_sales")
    response = client.post(f"/inspections/{audit.id}/submit", data={})
    assert response.status_code == 422
    assert response.text.count(f"{_page(audit)}#item-") == 4  # the one without a note, and three not answered
    ready = deciding.readiness(audit.id, Moment.at(NOW))
    assert (ready.without_note, len(ready.unanswered)) == ((first.id,), 3)
    assert Audit.get_by_id(audit.id).current_state == "in_progress"


def test_the_list_shows_heads_their_own(client: Any, cast: Cast) -> None:
    opened(cast, "D210", "D220", "D211")
    cast.sign_in(client, "head_of_sales")
    page = text_of(client.get("/inspections/"))
    assert "S26-01" in page and "S26-03" in page and "S26-02" not in page
