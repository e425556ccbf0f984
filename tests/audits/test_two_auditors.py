"""Two auditors on one checklist: each sees the other, a conflict shows both texts, and neither is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from auditor.audits import actions, merging
from auditor.audits.models import AuditItem, ItemDraft, ItemResult
from auditor.audits.results import Result
from tests.audits.looking import opened
from tests.audits.making import answer, assigned, items
from tests.bed import browser
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

Browse = Callable[..., Any]


def both_at(cast: Cast) -> AuditItem:
    """The first item of an audit by both auditors of the cast."""
    return items(assigned(cast, auditors=("auditor", "second_auditor")))[0]


def path(item: AuditItem, tail: str = "") -> str:
    return f"/audits/{item.audit_id}/items/{item.id}{tail}"


def conflicting(client: Any, cast: Cast, **form: str) -> Any:
    """Send an answer upon nothing after the other auditor has answered."""
    item = both_at(cast)
    answer(cast, item, Result.MINOR, by="second_auditor", note="相手のメモ")
    cast.sign_in(client, "auditor")
    mine = {"result": "observation", "note": "自分のメモ", "reason": "", "based_on": "", **form}
    return item, client.post(path(item), data=mine)


def test_a_conflict_offers_mine_theirs_and_both(client: Any, cast: Cast) -> None:
    _item, refused = conflicting(client, cast)
    assert refused.status_code == 409
    page = text_of(refused)
    assert "相手のメモ" in page and "自分のメモ" in refused.get_data(as_text=True)
    assert "両方を残す" in page and "自分の入力を残す" in page and "相手の内容を残す" in page


@pytest.mark.parametrize(
    ("choice", "result", "note"),
    [
        ("mine", "observation", "自分のメモ"),
        ("theirs", "minor", "相手のメモ"),
        ("both", "observation", "相手のメモ\n\n自分のメモ"),
    ],
)
def test_the_choice_is_what_stands_and_the_other_text_stays_in_the_history(
    client: Any, cast: Cast, choice: str, result: str, note: str
) -> None:
    item, _refused = conflicting(client, cast)
    theirs = ItemResult.get()
    form = {
        "result": "observation",
        "note": "自分のメモ",
        "reason": "",
        "based_on": str(theirs.id),
        "merge": choice,
    }
    assert client.post(path(item), data=form).status_code == 303
    last = ItemResult.select().order_by(ItemResult.id.desc()).get()
    assert (last.result, last.note) == (result, note)
    assert ItemResult.get_by_id(theirs.id).note == "相手のメモ"


def test_a_third_answer_meanwhile_is_a_conflict_again(client: Any, cast: Cast) -> None:
    item, _refused = conflicting(client, cast)
    seen = ItemResult.get()
    answer(cast, item, Result.MAJOR, by="second_auditor", note="さらに直した")
    form = {
        "result": "observation",
        "note": "自分のメモ",
        "reason": "",
        "based_on": str(seen.id),
        "merge": "both",
    }
    again = client.post(path(item), data=form)
    assert again.status_code == 409 and "さらに直した" in text_of(again)


@pytest.mark.parametrize(
    ("theirs", "mine", "one"),
    [
        ("", "b", "b"),
        ("a", "", "a"),
        ("a", "a と b", "a と b"),
        ("a と b", "b", "a と b"),
        ("a", "b", "a\n\nb"),
    ],
)
def test_two_texts_become_one_without_saying_anything_twice(theirs: str, mine: str, one: str) -> None:
    assert merging.both(theirs, mine) == one


def test_who_types_and_who_answered_is_told_to_the_other_and_not_to_oneself(client: Any, cast: Cast) -> None:
    item = both_at(cast)
    other = cast.actor("second_auditor")
    actions.save_draft(other, NOW, item, "書きかけ", None)
    cast.sign_in(client, "auditor")
    assert "森田 健さんが入力中です" in client.get(path(item, "/presence?seen=")).json["text"]
    row = answer(cast, item, by="second_auditor", at=NOW)
    assert row is not None
    assert "たった今回答しました" in client.get(path(item, "/presence?seen=")).json["text"]
    assert client.get(path(item, f"/presence?seen={row.id}")).json["text"] == ""
    later = merging.others(item, cast.actor("auditor"), None, NOW + timedelta(minutes=5))
    assert (later.answered_by, later.minutes) == ("森田 健", 5)
    cast.sign_in(client, "second_auditor")
    assert client.get(path(item, "/presence?seen=")).json["text"] == ""


@pytest.mark.parametrize(
    ("name", "status"), [("administrator", 403), ("head_of_sales", 404), ("operator", 404)]
)
def test_presence_is_for_auditors_of_the_audit(client: Any, cast: Cast, name: str, status: int) -> None:
    item = both_at(cast)
    cast.sign_in(client, name)
    assert client.get(path(item, "/presence")).status_code == status


def test_two_browsers_at_one_item_lose_nothing(cast: Cast, app: Any, browser_page: Browse) -> None:
    item = both_at(cast)
    first = opened(browser_page, app, cast, "auditor")
    first.goto(path(item))
    second = opened(browser_page, app, cast, "second_auditor")
    second.goto(path(item))
    keys = browser.keys(first)
    keys.press("2")
    keys.press("n")
    keys.type("一つ目のメモ")
    keys.press("Escape")
    browser.until(first, lambda: [row.note for row in ItemResult.select()][-1:] == ["一つ目のメモ"])
    browser.keys(second).press("4")
    compare = second.get_by_role("button", name="2つの内容を比べる")
    expect(compare).to_be_visible()
    second.locator("[name=note]").fill("二つ目のメモ")
    browser.follow(compare)
    browser.follow(second.get_by_role("button", name="両方を残す"))
    last = ItemResult.select().order_by(ItemResult.id.desc()).get()
    assert (last.result, last.note) == ("observation", "一つ目のメモ\n\n二つ目のメモ")
    assert ItemDraft.select().count() == 0
