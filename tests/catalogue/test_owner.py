"""Saying who is responsible for a control and where it does not apply."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.access import application
from auditor.catalogue import actions, queries
from auditor.catalogue.models import Applicability, ControlOwner, Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from tests.bed.pages import text_of
from tests.cast import NOW, START

SYSTEM = application("test")


def owner_of(cast: Any, day: date = date(2026, 11, 20)) -> ControlOwner | None:
    return queries.owners(cast.catalogue, Moment(day, NOW + timedelta(days=1))).get("ORG-01")


def post_owner(client: Any, cast: Any, **more: str) -> Any:
    values = {
        "owner-department": str(cast.department["D130"]),
        "owner-valid_from": "2026-11-20",
        "owner-seen": "",
    }
    return client.post(f"/catalogue/controls/{cast.control['ORG-01']}/owner", data={**values, **more})


def test_the_administrator_names_department_and_person(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    assert post_owner(client, cast, person=str(cast.person["operator"])).status_code == 303
    row = owner_of(cast)
    assert row is not None
    assert (row.department_id, row.person_id) == (cast.department["D130"], cast.person["operator"])
    assert "情報システム部" in text_of(client.get(f"/catalogue/controls/{cast.control['ORG-01']}"))


def test_a_name_typed_without_script_is_found_or_offered(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    assert post_owner(client, cast, person_search="江口").status_code == 303
    row = owner_of(cast)
    assert row is not None and row.person_id == cast.person["operator"]
    several = post_owner(client, cast, person_search="00010", **{"owner-seen": str(row.id)})
    assert several.status_code == 422
    assert "江口 修" in text_of(several)
    nobody = post_owner(client, cast, person_search="だれもいない", **{"owner-seen": str(row.id)})
    assert nobody.status_code == 422
    assert "だれもいない" in nobody.get_data(as_text=True)


def test_a_refused_owner_keeps_what_was_typed(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    refused = post_owner(client, cast, **{"owner-valid_from": "not a day"})
    assert refused.status_code == 422
    assert "not a day" in refused.get_data(as_text=True)
    assert owner_of(cast) is None
    gone = post_owner(client, cast, person=str(cast.person["leaver"]))
    assert gone.status_code == 422
    assert owner_of(cast) is None


def test_of_two_editors_the_second_sees_both_owners(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    actions.set_owner(SYSTEM, cast.catalogue, "ORG-01", cast.department["D110"], None, START, NOW)
    stale = post_owner(client, cast)
    assert stale.status_code == 409
    shown = text_of(stale)
    assert "人事総務部" in shown and "情報システム部" in shown
    row = owner_of(cast)
    assert row is not None and row.department_id == cast.department["D110"]
    assert post_owner(client, cast, **{"owner-seen": str(row.id)}).status_code == 303


def test_an_owner_from_a_later_day_leaves_the_days_before(app: Any, cast: Any) -> None:
    actions.set_owner(SYSTEM, cast.catalogue, "ORG-01", cast.department["D110"], None, START, NOW)
    actions.set_owner(SYSTEM, cast.catalogue, "ORG-01", cast.department["D130"], None, date(2027, 4, 1), NOW)
    before, after = owner_of(cast, date(2027, 3, 31)), owner_of(cast, date(2027, 4, 1))
    assert before is not None and before.department_id == cast.department["D110"]
    assert after is not None and after.department_id == cast.department["D130"]
    with pytest.raises(Stale):
        actions.set_owner(SYSTEM, cast.catalogue, "ORG-01", None, None, START, NOW, seen=before.id)


def test_a_control_does_not_apply_to_a_subject_with_a_reason(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    address = f"/catalogue/controls/{cast.control['ORG-01']}/applicability"
    values = {
        "applies-subject": str(cast.subject["D210"]), "applies-applies": "no", "applies-valid_from": "2026-11-20",
        "applies-reason": "",
    }  # fmt: skip
    assert client.post(address, data=values).status_code == 422
    assert Applicability.select().count() == 0
    reason = "個人データを扱わないため"
    assert client.post(address, data={**values, "applies-reason": reason}).status_code == 303
    said = queries.does_not_apply(cast.catalogue, cast.subject["D210"], Moment.at(NOW))
    assert {code: row.reason for code, row in said.items()} == {"ORG-01": reason}
    assert reason in text_of(client.get(f"/catalogue/controls/{cast.control['ORG-01']}"))
    assert client.post(address, data={**values, "applies-applies": "yes"}).status_code == 303
    assert queries.does_not_apply(cast.catalogue, cast.subject["D210"], Moment.at(NOW)) == {}


def test_a_control_is_not_excepted_from_a_subject_of_another_kind(app: Any, cast: Any) -> None:
    company = Subject.get_by_id(cast.subject["company"])
    with pytest.raises(RuleBroken):
        actions.set_applicability(SYSTEM, cast.catalogue, "ORG-01", company, False, "x", START, NOW)


def test_a_reader_may_not_change_a_control(client: Any, cast: Any) -> None:
    cast.sign_in(client, "head_of_audit")
    assert post_owner(client, cast).status_code == 403
    assert client.post(f"/catalogue/controls/{cast.control['ORG-01']}/applicability").status_code == 403
    assert owner_of(cast) is None


def test_a_stranger_finds_no_control_to_change(client: Any, cast: Any) -> None:
    assert "/sign-in" in post_owner(client, cast).headers["Location"]
    cast.sign_in(client, "staff_of_sales")
    assert post_owner(client, cast).status_code == 404


def test_the_history_tells_who_said_what_from_when(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    post_owner(client, cast)
    shown = text_of(client.get(f"/catalogue/controls/{cast.control['ORG-01']}"))
    assert "髙田 直子" in shown and "情報システム部" in shown


def test_the_search_for_owners_finds_persons_who_work_here(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    found = client.get("/catalogue/owners/search?q=高田").get_json()
    assert [row["label"] for row in found] == ["髙田 直子"]
    assert client.get("/catalogue/owners/search?q=辻").get_json() == []  # left
    assert client.get("/catalogue/owners/search?q=").get_json() == []
    cast.sign_in(client, "head_of_audit")
    assert client.get("/catalogue/owners/search?q=高田").status_code == 404
