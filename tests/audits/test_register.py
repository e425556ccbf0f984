"""The register of auditors: entered, renewed, ended; what it means for who may be named."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.access import application
from auditor.activity import ActivityEvent
from auditor.audits import actions, queries, register
from auditor.audits.actions import Appointee, Recurrence
from auditor.audits.models import AuditorQualification
from auditor.audits.proposing import propose
from auditor.audits.register import Standing
from auditor.audits.waiting import waiting_for
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.integrity import written
from tests.audits.making import assigned, new_audit
from tests.audits.test_propose import need
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

SYSTEM = application("test")
HERE = Moment.at(NOW)
TODAY = date(2026, 11, 20)
PAGE = "/audits/register"


def registered(
    cast: Cast,
    name: str = "second_auditor",
    since: date = date(2025, 4, 1),
    until: date | None = date(2027, 3, 31),
) -> AuditorQualification:
    return register.enter(
        cast.actor("head_of_audit"), NOW, cast.person[name], since, until, "内部監査員研修 2025-03-10"
    )


# ---- works ----


def test_an_auditor_is_entered_with_a_search_and_stands_in_the_list(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_audit")
    assert client.get(f"{PAGE}/new").status_code == 200
    values = {
        "person_search": "森田",
        "since": "2026-04-01",
        "until": "2027-03-31",
        "grounds": "社外研修 修了証12号",
    }
    answer = client.post(f"{PAGE}/new", data=values)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    page = text_of(client.get(PAGE))
    assert "森田 健" in page and "社外研修 修了証12号" in page and "2027-03-31" in page
    row = AuditorQualification.get()
    assert (row.person_id, row.since, row.until, row.held) == (
        cast.person["second_auditor"], date(2026, 4, 1), date(2027, 3, 31), True,
    )  # fmt: skip


def test_the_log_tells_of_it_without_name_or_text(cast: Cast) -> None:
    row = registered(cast)
    event = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).first()
    assert event.type == "audit.register_changed"
    assert event.data == {"person": row.person_id, "held": True, "row": row.id}


def test_a_renewal_is_a_new_row_and_the_old_one_stays(client: Any, cast: Cast) -> None:
    first = registered(cast, until=date(2026, 12, 31))
    cast.sign_in(client, "administrator")
    address = f"{PAGE}/{first.person_id}/renew"
    assert "内部監査員研修" in text_of(client.get(address))
    values = {"grounds": "更新研修 2026-11-18", "until": "2028-12-31", "based_on": str(first.id)}
    assert client.post(address, data=values).status_code == 303
    rows = list(AuditorQualification.select().order_by(AuditorQualification.id))
    assert [(one.until, one.since) for one in rows] == [
        (date(2026, 12, 31), date(2025, 4, 1)),
        (date(2028, 12, 31), date(2025, 4, 1)),
    ]


def test_an_end_keeps_the_entry_with_its_reason_and_the_person_may_be_entered_again(
    client: Any, cast: Cast
) -> None:
    first = registered(cast)
    cast.sign_in(client, "head_of_audit")
    address = f"{PAGE}/{first.person_id}/end"
    assert client.get(address).status_code == 200
    values = {"grounds": "本人の申出", "until": "2026-11-19", "based_on": str(first.id)}
    assert client.post(address, data=values).status_code == 303
    client.get(PAGE)  # says that it was done
    assert "森田 健" not in text_of(client.get(PAGE))
    assert "本人の申出" in text_of(client.get(f"{PAGE}?tab=ended"))
    assert not register.qualified(None, HERE)[first.person_id].on(TODAY)
    again = registered(cast, since=TODAY, until=None)
    assert again.replaces_id is not None
    assert register.qualified(None, HERE)[first.person_id].on(date(2040, 1, 1))


def test_a_registration_stands_by_its_days(cast: Cast) -> None:
    row = registered(cast, since=date(2026, 4, 1), until=date(2027, 3, 31))
    shown = {
        date(2026, 3, 31): Standing.COMING,
        date(2026, 4, 1): Standing.VALID,
        date(2027, 1, 29): Standing.VALID,
        date(2027, 1, 30): Standing.EXPIRING,  # 60 days before
        date(2027, 3, 31): Standing.EXPIRING,
        date(2027, 4, 1): Standing.LAPSED,
    }
    assert {day: register.standing(row, day) for day in shown} == shown
    assert register.Qualified(row.since, row.until).on(date(2027, 3, 31))
    assert not register.Qualified(row.since, row.until).on(date(2027, 4, 1))


def test_what_ends_soon_waits_for_the_head_of_audit_until_it_is_settled(app: Any, cast: Cast) -> None:
    soon = registered(cast, until=date(2026, 12, 31))
    lapsed = registered(cast, "auditor", until=date(2026, 10, 31))
    registered(cast, "head_of_other", until=date(2028, 3, 31))

    def waiting(name: str) -> list[tuple[str, date | None]]:
        with app.test_request_context():
            found = waiting_for(cast.actor(name), HERE)
        return [(item.url, item.due_on) for item in found if "register" in item.url]

    assert sorted(waiting("head_of_audit")) == sorted(
        (f"{PAGE}/{row.person_id}/renew", row.until) for row in (soon, lapsed)
    )
    assert waiting("administrator") == waiting("auditor") == []
    head = cast.actor("head_of_audit")
    register.renew(head, NOW, soon.person_id, date(2028, 12, 31), "更新研修", soon.id)
    register.end(head, NOW, lapsed.person_id, date(2026, 10, 31), "更新しない", lapsed.id)
    assert waiting("head_of_audit") == []


def test_who_is_registered_on_the_day_of_the_audit_is_proposed_first(cast: Cast) -> None:
    assigned(cast, subject="D110", by="head_of_audit")  # the auditor has audited, and is not in the register
    for _turn in range(2):
        assigned(cast, subject="D110", auditors=("second_auditor",), by="head_of_audit")
    registered(cast, until=date(2026, 12, 10))
    now, later = need(cast, starts_on=date(2026, 12, 1)), need(cast, starts_on=date(2026, 12, 11))
    (first,) = propose([now], HERE)["one"].auditors
    assert (first.person_id, first.suitability.registered) == (cast.person["second_auditor"], True)
    (first,) = propose([later], HERE)["one"].auditors
    assert (first.person_id, first.suitability.registered) == (cast.person["auditor"], False)


def test_the_page_that_names_auditors_says_what_the_register_says(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    registered(cast)
    cast.sign_in(client, "administrator")
    page = text_of(client.get(f"/audits/{audit.id}/auditors"))
    assert "監査員名簿に登録あり（2027-03-31まで）" in page and "監査員名簿に登録なし" in page


# ---- only registered auditors ----


def test_by_default_anybody_independent_may_be_named(cast: Cast) -> None:
    registered(cast)
    assert assigned(cast, auditors=("auditor",)).number


def test_where_only_registered_auditors_may_be_named_others_are_refused_with_the_reason(
    client: Any, cast: Cast
) -> None:
    set_setting(SYSTEM, "only_registered_auditors", True, date(2026, 4, 1), NOW)
    registered(cast)
    with pytest.raises(RuleBroken, match="not registered as auditor on 2026-11-24"):
        assigned(cast, auditors=("second_auditor", "auditor"))
    audit = assigned(cast, auditors=("second_auditor",))
    seen = [row.id for row in queries.auditors([audit.id], HERE)[audit.id]]
    wanted = [Appointee(cast.person[name]) for name in ("second_auditor", "auditor")]
    with pytest.raises(RuleBroken):
        actions.change_auditors(cast.actor("administrator"), NOW, audit, wanted, seen)
    found = propose([need(cast, auditors=3)], HERE)["one"]
    assert found.person_ids == (cast.person["second_auditor"],)


def test_a_registration_that_ends_before_the_audit_starts_does_not_count(cast: Cast) -> None:
    set_setting(SYSTEM, "only_registered_auditors", True, date(2026, 4, 1), NOW)
    registered(cast, until=date(2026, 11, 23))
    with pytest.raises(RuleBroken):
        assigned(cast, auditors=("second_auditor",))


def test_an_audit_of_a_series_opens_without_those_who_may_not_be_named(cast: Cast) -> None:
    registered(cast)
    new = new_audit(cast, auditors=("second_auditor", "auditor"))
    actions.assign_recurring(cast.actor("administrator"), NOW, new, Recurrence("FREQ=MONTHLY;INTERVAL=3"))
    set_setting(SYSTEM, "only_registered_auditors", True, date(2026, 12, 1), NOW)
    later = NOW + timedelta(days=75)
    (opened,) = actions.open_due(SYSTEM, later).audit_ids
    held = queries.auditors([opened], Moment.at(later))[opened]
    assert [row.person_id for row in held] == [cast.person["second_auditor"]]


# ---- wrong input ----


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"person_search": ""}, "人"),
        ({"person_search": "おらんだ"}, "人"),
        ({"grounds": ""}, "資格の根拠"),
        ({"grounds": "あ" * 501}, "500"),
        ({"since": "2026-13-01"}, "2026-11-20"),
        ({"since": ""}, "日付"),
        ({"until": "2026-03-31"}, "有効期限が登録日より前"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: Any, cast: Cast, values: dict[str, str], told: str
) -> None:
    cast.sign_in(client, "head_of_audit")
    whole = {
        "person_search": "森田",
        "since": "2026-04-01",
        "until": "2027-03-31",
        "grounds": "修了証12号",
        **values,
    }
    answer = client.post(f"{PAGE}/new", data=whole)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert not AuditorQualification.select().exists()
    if whole["grounds"] == "修了証12号":
        assert "修了証12号" in answer.get_data(as_text=True)


def test_several_of_one_name_are_offered_to_choose_from(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_audit")
    answer = client.post(
        f"{PAGE}/new", data={"person_search": "0001", "since": "2026-04-01", "grounds": "研修"}
    )
    assert answer.status_code == 422
    assert "候補が複数あります" in text_of(answer)


def test_who_is_in_the_register_or_has_left_is_not_entered(client: Any, cast: Cast) -> None:
    row = registered(cast)
    cast.sign_in(client, "head_of_audit")
    values = {"since": "2026-04-01", "grounds": "研修"}
    again = client.post(f"{PAGE}/new", data={**values, "person": str(row.person_id)})
    assert again.status_code == 422 and "すでに監査員名簿に登録" in text_of(again)
    left = client.post(f"{PAGE}/new", data={**values, "person": str(cast.person["leaver"])})
    assert left.status_code == 422 and "在籍" in text_of(left)
    assert AuditorQualification.select().count() == 1


def test_an_end_outside_of_the_registration_is_refused(cast: Cast) -> None:
    row = registered(cast)
    for day in (date(2025, 3, 31), date(2027, 4, 1)):
        with pytest.raises(RuleBroken):
            register.end(cast.actor("head_of_audit"), NOW, row.person_id, day, "理由", row.id)
    with pytest.raises(RuleBroken):
        register.end(cast.actor("head_of_audit"), NOW, row.person_id, TODAY, " ", row.id)


def test_of_two_who_change_an_entry_the_second_sees_both_texts(client: Any, cast: Cast) -> None:
    row = registered(cast)
    register.renew(cast.actor("administrator"), NOW, row.person_id, date(2029, 3, 31), "更新研修A", row.id)
    cast.sign_in(client, "head_of_audit")
    for what, until in (("renew", "2028-03-31"), ("end", "2026-11-20")):
        values = {"grounds": "私の理由", "until": until, "based_on": str(row.id)}
        answer = client.post(f"{PAGE}/{row.person_id}/{what}", data=values)
        assert answer.status_code == 409
        assert "更新研修A" in text_of(answer) and "私の理由" in text_of(answer)
    assert AuditorQualification.select().count() == 2
    with pytest.raises(Stale):
        register.renew(cast.actor("administrator"), NOW, row.person_id, None, "更新", row.id)


# ---- who may ----


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/new", PAGE + "/{person}/renew", PAGE + "/{person}/end"])
def test_nobody_else_finds_the_register(client: Any, cast: Cast, address: str) -> None:
    row = registered(cast)
    address = address.format(person=row.person_id)
    assert client.get(address).status_code == 303, "not signed in"
    for name in ("auditor", "representative", "head_of_sales", "staff_of_sales"):
        cast.sign_in(client, name)
        assert client.get(address).status_code == 404, name


def test_somebody_who_is_not_in_it_is_not_found(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_audit")
    for what in ("renew", "end"):
        assert client.get(f"{PAGE}/{cast.person['auditor']}/{what}").status_code == 404


def test_the_grounds_can_be_erased_like_any_text(cast: Cast) -> None:
    row = registered(cast)
    found, _more = written.mentioning(cast.actor("administrator"), ["内部監査員研修"], 10)
    assert [(one.table, one.row, one.column) for one in found] == [
        ("auditor_qualification", row.id, "grounds")
    ]


def test_many_entries_cost_as_many_queries_as_one(client: Any, cast: Cast, query_count: Any) -> None:
    def cost() -> int:
        with query_count() as statements:
            assert client.get(PAGE).status_code == 200
        return int(statements.count)

    cast.sign_in(client, "head_of_audit")
    registered(cast)
    client.get(PAGE)
    one = cost()
    for name in ("auditor", "head_of_other", "without_mail", "operator"):
        registered(cast, name)
    assert cost() == one
