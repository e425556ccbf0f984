"""Entering a published text, pasted or as a file, and linking controls to its sentences."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from auditor.access import application
from auditor.catalogue.actions import import_builtin
from auditor.catalogue.entries import Text
from auditor.dated import Moment
from auditor.promises import actions, queries
from auditor.promises.models import Policy, Promise, PromiseControl
from auditor.promises.reading import pasted
from tests.bed.pages import text_of
from tests.cast import NOW, START

SYSTEM = application("test")
PASTED = {
    "published_on": "2026-04-01",
    "title_ja": "個人情報の取扱いについて",
    "title_en": "Handling of personal information",
    "text_ja": "# 6. 安全管理措置\n6（1） 基本方針を定めています。\n6(2)　取扱規程を定めています。\n\n7 委託先を監督します。",
    "text_en": "# 6. Security control measures\n6(1) We have a basic policy.\n6(2) We have regulations.\n7 We supervise.",
    "carry": "y",
}
FILE = """format: auditor-policy/1
published_on: '2026-04-01'
title: {ja: 方針, en: Policy}
sentences:
- number: '1'
  ja: 一つ目の文。
  en: The first sentence.
  controls: [ORG-01, PHY-01]
- number: '2'
  heading: {ja: 見出し, en: Heading}
  ja: 二つ目の文。
  en: The second sentence.
"""


def entered(client: Any, **more: str) -> Any:
    return client.post("/promises/new", data={**PASTED, **more})


def test_a_pasted_text_is_kept_sentence_by_sentence(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    assert entered(client).status_code == 303
    rows = queries.promises_of(Policy.get())
    assert [(row.number, row.heading_ja, row.text_en) for row in rows] == [
        ("6(1)", "6. 安全管理措置", "We have a basic policy."),
        ("6(2)", "", "We have regulations."),
        ("7", "", "We supervise."),
    ]
    shown = text_of(client.get("/promises/"))
    assert "6. 安全管理措置" in shown and "取扱規程を定めています。" in shown


def test_the_first_text_takes_the_controls_that_the_catalogue_names(client: Any, cast: Any) -> None:
    import_builtin(SYSTEM, NOW)
    cast.sign_in(client, "administrator")
    entered(client)
    linked = queries.links(Policy.get(), Moment.at(NOW))
    assert len(linked) >= 1
    entered(client, published_on="2026-10-01")
    newer = queries.policy_at(Moment.at(NOW))
    assert newer is not None and newer.id != Policy.select().order_by(Policy.id).first().id
    assert sorted(queries.links(newer, Moment.at(NOW)).values()) == sorted(linked.values())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text_ja": "番号のない文"}, "番号のない文"),
        ({"text_ja": "1 一\n1 二"}, "重複"),
        ({"text_en": "6(1) We have a basic policy."}, "6(2)、7"),
        ({"published_on": "x"}, "x"),
        ({"title_en": ""}, "英語の表題"),
        ({"text_ja": "#見出しだけ"}, "1つ以上"),
    ],
)
def test_a_refused_text_keeps_what_was_typed(
    client: Any, cast: Any, wrong: dict[str, str], said: str
) -> None:
    cast.sign_in(client, "administrator")
    client.set_cookie("language", "ja")
    refused = entered(client, **wrong)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert said in page and "個人情報の取扱いについて" in page
    assert Policy.select().count() == 0


def test_a_file_is_read_with_its_controls(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    sent = client.post(
        "/promises/new/file", data={"file": (BytesIO(FILE.encode()), "policy.yaml"), "carry": "y"}
    )
    assert sent.status_code == 303
    first = Promise.get(Promise.number == "1")
    assert queries.links(Policy.get(), Moment.at(NOW)) == {first.id: ["ORG-01", "PHY-01"]}


def test_a_faulty_file_is_refused_line_by_line(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    broken = FILE.replace("number: '2'", "number: '1'").replace("  en: The first sentence.\n", "")
    refused = client.post("/promises/new/file", data={"file": (BytesIO(broken.encode()), "policy.yaml")})
    assert refused.status_code == 422
    shown = text_of(refused)
    assert "policy.yaml:5" in shown and "policy.yaml:8" in shown
    assert client.post("/promises/new/file", data={}).status_code == 422
    assert Policy.select().count() == 0


def test_a_control_is_linked_taken_off_and_linked_again(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    entered(client)
    promise = Promise.get(Promise.number == "7")
    address = f"/promises/{promise.id}/controls"

    def linked() -> list[str]:
        return queries.links(Policy.get(), Moment.at(NOW)).get(promise.id, [])

    assert client.post(address, data={"code": "ORG-01"}).status_code == 303
    assert client.post(address, data={"code": "ORG-01"}).status_code == 303
    assert linked() == ["ORG-01"]
    assert client.post(f"{address}/ORG-01/off").status_code == 303
    assert linked() == []
    assert client.post(address, data={"code": "ORG-01"}).status_code == 303
    assert linked() == ["ORG-01"]
    assert PromiseControl.select().count() == 3


def test_a_control_typed_without_script_is_found_or_offered(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    entered(client)
    promise = Promise.get(Promise.number == "7")
    address = f"/promises/{promise.id}/controls"
    several = client.post(address, data={"code_search": "ORG"})
    assert several.status_code == 422 and "ORG-02" in text_of(several)
    for nothing in ({"code_search": "見付からない語"}, {}, {"code": "GONE-1"}):
        assert client.post(address, data=nothing).status_code == 422
    assert client.post(address, data={"code_search": "org-02"}).status_code == 303


def test_a_reader_may_not_link_and_a_stranger_finds_nothing(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    entered(client)
    promise = Promise.get(Promise.number == "7")
    address = f"/promises/{promise.id}/controls"
    cast.sign_in(client, "head_of_audit")
    assert client.post(address, data={"code": "ORG-01"}).status_code == 403
    assert client.post(f"{address}/ORG-01/off").status_code == 403
    assert client.get("/promises/new").status_code == 403
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/promises/new").status_code == 404
    assert client.post(address, data={"code": "ORG-01"}).status_code == 404
    assert PromiseControl.select().count() == 0


def test_who_is_not_signed_in_comes_to_the_sign_in_page(client: Any, cast: Any) -> None:
    for address in ("/promises/new", "/promises/new/file"):
        assert "/sign-in" in client.get(address).headers["Location"]


def test_publishing_again_for_the_same_day_puts_the_later_text_in_its_place(app: Any, cast: Any) -> None:
    for words in ("最初の文", "直した文"):
        actions.publish(SYSTEM, pasted(START, Text("P", "方針"), f"1 {words}", "1 Words"), NOW)
    policy = queries.policy_at(Moment.at(NOW))
    assert policy is not None
    assert [row.text_ja for row in queries.promises_of(policy)] == ["直した文"]
