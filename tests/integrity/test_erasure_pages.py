"""The pages on which what is personal is found and erased."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest

from auditor import settings_of
from auditor.access import Role
from auditor.evidence import actions as evidence
from auditor.findings import worries
from auditor.findings.models import FindingDetail, Worry
from auditor.integrity.models import Erasure
from auditor.integrity.verify import verify
from auditor.people.models import PersonDetail
from tests import cast as members

NOW = members.NOW
WORDS = "辻さんが名簿を持ち出したようです。"


@pytest.fixture
def worry(app: Any, cast: members.Cast) -> Worry:
    with app.app_context():
        return worries.report(cast.actor("auditor"), NOW, WORDS)


def key(worry: Worry) -> str:
    return f"worry:{worry.id}:text"


@pytest.fixture
def administrator(app: Any, client: Any, cast: members.Cast) -> Any:
    with app.app_context():
        cast.sign_in(client, "administrator")
    return client


def test_texts_that_mention_a_person_are_listed_chosen_and_erased(
    app: Any, administrator: Any, cast: members.Cast, worry: Worry, tmp_path: Path
) -> None:
    leaver = cast.person["leaver"]
    page = administrator.page(f"/activity/erasure/texts?person={leaver}")
    assert WORDS in page.text_content()
    chosen = {"text": key(worry), "person": leaver}
    again = administrator.post("/activity/erasure/texts", data=chosen)
    assert again.status_code == 200
    assert "Erase for good" in again.text or "完全に消去する" in again.text
    with app.app_context():
        assert Erasure.select().count() == 0, "the second look erases nothing"
    done = administrator.post(
        "/activity/erasure/texts", data={**chosen, "sure": "yes", "reason": "本人の求めによる"}
    )
    assert done.status_code == 303
    assert done.location == f"/activity/erasure/texts?person={leaver}"
    assert WORDS not in administrator.page(f"/activity/erasure/texts?person={leaver}").text_content()
    assert "本人の求めによる" in administrator.page("/activity/erasure/").text_content()
    assert re.search(
        r"（消去済み）|\(erased\)", administrator.page(f"/findings/worries/{worry.id}").text_content()
    )
    with app.app_context():
        assert verify(tmp_path).clean


def test_without_a_reason_nothing_is_erased_and_the_choice_stays(
    app: Any, administrator: Any, worry: Worry
) -> None:
    for reason in ("", "x" * 1001):
        refused = administrator.post(
            "/activity/erasure/texts", data={"text": key(worry), "sure": "yes", "reason": reason, "q": "辻"}
        )
        assert refused.status_code == 422
        assert f'value="{key(worry)}"' in refused.text
        assert 'value="辻"' in refused.text
    with app.app_context():
        assert Worry.get_by_id(worry.id).text == WORDS


def test_choosing_nothing_says_so_and_keeps_the_search(administrator: Any, worry: Worry) -> None:
    refused = administrator.post("/activity/erasure/texts", data={"q": "辻"})
    assert refused.status_code == 422
    assert WORDS in refused.text


def test_only_who_may_erase_opens_the_pages(app: Any, client: Any, cast: members.Cast, worry: Worry) -> None:
    addresses = ("/activity/erasure/", "/activity/erasure/texts?q=x", "/activity/erasure/files/1")
    assert all(client.get(address).status_code == 303 for address in addresses), "to the sign-in page"
    with app.app_context():
        cast.sign_in(client, "auditor")
    assert {client.get(address).status_code for address in addresses} == {404}
    assert client.post("/activity/erasure/texts", data={"text": key(worry)}).status_code == 404


def test_a_report_to_somebody_else_is_neither_shown_nor_erased(
    app: Any, administrator: Any, cast: members.Cast
) -> None:
    with app.app_context():
        hidden = worries.report(cast.actor("auditor"), NOW, WORDS, recipient=Role.HEAD_OF_AUDIT)
    assert WORDS not in administrator.page("/activity/erasure/texts?q=辻").text_content()
    data = {"text": key(hidden), "sure": "yes", "reason": "x"}
    assert administrator.post("/activity/erasure/texts", data=data).status_code == 404
    assert administrator.get(f"/activity/erasure/texts?worry={hidden.id}").status_code == 404


def test_the_head_of_audit_erases_in_reports_addressed_to_the_head_of_audit_alone(
    app: Any, client: Any, cast: members.Cast, worry: Worry
) -> None:
    with app.app_context():
        mine = worries.report(cast.actor("auditor"), NOW, WORDS, recipient=Role.HEAD_OF_AUDIT)
        folder = settings_of(app).evidence_folder
        given = evidence.add_file(cast.actor("auditor"), NOW, folder, io.BytesIO(b"a photo"), "辻さん.jpg")
        cast.sign_in(client, "head_of_audit")
    leaver = cast.person["leaver"]
    refused = {"": 404, f"files/{given.file_id}": 404, f"people/{leaver}": 403}
    for address, status in refused.items():
        assert client.get(f"/activity/erasure/{address}").status_code == status
        assert address == "" or client.post(f"/activity/erasure/{address}").status_code == status
    found = client.page("/activity/erasure/texts?q=辻")
    assert found.xpath("//input[@name='text']/@value") == [key(mine)], "neither the file nor the other report"
    name = f"evidence:{given.id}:name"
    for other in (name, key(worry)):
        data = {"text": other, "sure": "yes", "reason": "x"}
        assert client.post("/activity/erasure/texts", data=data).status_code == 404
    data = {"text": key(mine), "sure": "yes", "reason": "本人の求めによる"}
    assert client.post("/activity/erasure/texts", data=data).status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "texts?finding=99",
        "texts?audit=99",
        "texts?person=99",
        "texts?finding=²",
        "texts?person=x",
        "files/99",
        "people/99",
    ],
)
def test_what_does_not_exist_is_not_found(administrator: Any, address: str) -> None:
    assert administrator.get(f"/activity/erasure/{address}").status_code == 404


def test_a_file_is_erased_with_its_names_after_a_second_look(
    app: Any, administrator: Any, cast: members.Cast
) -> None:
    with app.app_context():
        folder = settings_of(app).evidence_folder
        given = evidence.add_file(cast.actor("auditor"), NOW, folder, io.BytesIO(b"a photo"), "辻さん.jpg")
    address = f"/activity/erasure/files/{given.file_id}"
    assert "辻さん.jpg" in administrator.page(address).text_content()
    refused = administrator.post(address, data={"reason": ""})
    assert refused.status_code == 422
    assert administrator.post(address, data={"reason": "本人の求めによる"}).status_code == 303
    assert "辻さん" not in administrator.page(address).text_content()
    with app.app_context():
        assert not evidence.path_of(folder, given.file.sha256).exists()
        assert verify(folder).clean


def test_leavers_are_listed_with_the_day_their_names_go_and_one_can_go_earlier(
    app: Any, administrator: Any, cast: members.Cast
) -> None:
    page = administrator.page("/activity/erasure/").text_content()
    assert "辻 徹" in page
    assert "2031-07-01" in page
    address = f"/activity/erasure/people/{cast.person['leaver']}"
    assert "辻 徹" in administrator.page(address).text_content()
    assert administrator.post(address).status_code == 303
    assert "辻" not in administrator.page("/activity/erasure/").text_content()
    assert administrator.post(f"/activity/erasure/people/{cast.person['auditor']}").status_code == 422
    with app.app_context():
        assert PersonDetail.get(PersonDetail.person == cast.person["leaver"]).erased_at is not None


def test_the_lists_cost_the_same_whatever_they_hold(
    app: Any, administrator: Any, cast: members.Cast, query_count: Any
) -> None:
    def read() -> int:
        with query_count() as statements:
            administrator.get("/activity/erasure/texts?q=持ち出し")
        return int(statements.count)

    with app.app_context():
        worries.report(cast.actor("auditor"), NOW, WORDS)
    few = read()
    with app.app_context():
        for _number in range(20):
            worries.report(cast.actor("auditor"), NOW, WORDS)
    assert read() == few
    assert FindingDetail.select().count() == 0
