"""The own calendar: a secret address that gives a person's dates to calendar programs, and to nobody for long."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from auditor.accounts.actions import prefer
from auditor.activity import ActivityEvent
from auditor.audits import actions as audits
from auditor.audits.queries import plan_of
from auditor.dated import Moment
from auditor.findings import answering
from auditor.people import actions as people
from auditor.people import histories
from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.worklist import feeds
from auditor.worklist.models import CalendarFeed
from tests import cast as members
from tests.audits import making
from tests.audits.inspections import making as inspections
from tests.findings.making import Making
from tests.worklist.icalendar_reading import by_key, days, read, text_in

NOW = members.NOW


def made(cast: members.Cast, name: str, at: Any = NOW) -> str:
    """The path of a new address of somebody."""
    return f"/calendar/{feeds.make(cast.actor(name), at)}.ics"


def leave(cast: members.Cast, name: str) -> None:
    """Have somebody leave today."""
    status, kind = EmploymentStatus.LEFT, EmploymentKind.REGULAR
    tip = histories.tip_of(cast.person[name])
    people.change_employment(
        cast.actor("administrator"), cast.person[name], status, kind, NOW.date(), NOW, tip
    )


def test_an_address_is_made_shown_once_and_opens_without_a_sign_in(
    cast: members.Cast, client: Any, settings: Any
) -> None:
    audit = making.assigned(cast)
    cast.sign_in(client, "auditor")
    assert "アドレスを作成する" in client.page("/calendar/").text_content()
    shown = client.post("/calendar/")
    (address,) = re.findall(rb'value="(http[^"]+\.ics)"', shown.data)
    address = address.decode()
    assert address.startswith(settings.base_url)
    assert f"webcal://{address.partition('://')[2]}".encode() in shown.data
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert secret not in client.page("/calendar/").text_content()
    assert secret not in repr(list(CalendarFeed.select().tuples())), "only its hash is kept"
    client.delete_cookie("auditor")
    answer = client.get(address.removeprefix(settings.base_url))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers and answer.headers["Referrer-Policy"] == "no-referrer"
    event = by_key(answer.data)[f"audit-{audit.id}"]
    assert text_in(event["SUMMARY"]) == f"監査　{audit.number} 営業第一部"
    assert event["URL"] == f"{settings.base_url}/audits/{audit.id}"
    assert days(event) == (date(2026, 11, 24), date(2026, 12, 12))


def test_each_person_gets_what_is_theirs(cast: members.Cast, client: Any, settings: Any) -> None:
    audit = making.assigned(cast)
    finding = Making(cast, settings.evidence_folder, NOW).recorded(item=making.items(audit)[0])
    got = {
        name: set(by_key(client.get(made(cast, name)).data))
        for name in ("auditor", "head_of_sales", "head_of_other", "staff_of_sales", "administrator")
    }
    own = {name: {key for key in keys if not key.startswith("feed-")} for name, keys in got.items()}
    assert own == {
        "auditor": {f"audit-{audit.id}"},
        "head_of_sales": {f"audit-{audit.id}", f"finding-{finding.id}-answer"},
        "head_of_other": set(),
        "staff_of_sales": set(),
        "administrator": set(),
    }
    assert all(len(keys) == len(own[name]) + 1 for name, keys in got.items()), "and when the address ends"


def test_a_self_inspection_is_in_the_calendar_of_whoever_answers_it(
    cast: members.Cast, client: Any, settings: Any
) -> None:
    own = inspections.inspection(cast)
    named = inspections.inspection(cast, "D220", named=("without_mail",))
    got = {
        name: by_key(client.get(made(cast, name)).data)
        for name in ("head_of_sales", "head_of_other", "without_mail", "administrator", "auditor")
    }
    assert {name: {f"audit-{one.id}" for one in (own, named)} & set(keys) for name, keys in got.items()} == {
        "head_of_sales": {f"audit-{own.id}"},
        "head_of_other": {f"audit-{named.id}"},
        "without_mail": {f"audit-{named.id}"},
        "administrator": set(),
        "auditor": set(),
    }
    event = got["head_of_sales"][f"audit-{own.id}"]
    assert text_in(event["SUMMARY"]) == f"自己点検　{own.number} 営業第一部"
    assert event["URL"] == f"{settings.base_url}/inspections/{own.id}"
    assert "12月4日" in text_in(event["DESCRIPTION"])


def test_the_owner_of_an_action_sees_its_due_date_but_no_text(
    cast: members.Cast, client: Any, settings: Any, standing_clock: Any
) -> None:
    work = Making(cast, settings.evidence_folder, NOW)
    finding = work.recorded(item=making.items(making.assigned(cast))[0])
    head = work.actor("head_of_sales")
    answering.answer(head, work.tomorrow(), finding, cause="手順がない。", correction="施錠した。")
    action = answering.plan_action(
        head, work.at, finding, text="手順書を定める",
        owner_id=cast.person["staff_of_sales"], due_on=date(2026, 12, 10),
    )  # fmt: skip
    answering.submit(head, work.tomorrow(), finding)
    answering.approve_plan(work.actor("administrator"), work.tomorrow(), finding, "進めてください。")
    standing_clock.move(work.at)
    content = client.get(made(cast, "staff_of_sales", work.at)).data
    event = by_key(content)[f"finding-{finding.id}-action-{action.number}"]
    assert days(event) == (date(2026, 12, 10), date(2026, 12, 11))
    assert finding.number in text_in(event["SUMMARY"])
    assert "手順書" not in content.decode() and "西村" not in content.decode()


def test_training_stands_there_until_it_is_completed(cast: members.Cast, client: Any, owed: Any) -> None:
    path = made(cast, "staff_of_sales")
    assignment = owed.of("staff_of_sales")
    event = by_key(client.get(path).data)[f"training-{assignment.id}"]
    assert days(event)[0] == assignment.due_on
    owed.complete("staff_of_sales")
    assert f"training-{assignment.id}" not in by_key(client.get(path).data)


def test_a_moved_audit_keeps_its_name_and_counts_the_move(cast: members.Cast, client: Any) -> None:
    audit = making.assigned(cast)
    path = made(cast, "auditor")
    before = by_key(client.get(path).data)[f"audit-{audit.id}"]
    plan = plan_of(audit.id, Moment.at(NOW))
    audits.move_plan(
        cast.actor("administrator"), NOW, audit, plan.starts_on, date(2026, 12, 25), "相手先の都合", plan.id
    )
    after = by_key(client.get(path).data)[f"audit-{audit.id}"]
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
    assert days(after)[1] == date(2026, 12, 26)


def test_a_program_is_told_that_nothing_has_changed(
    cast: members.Cast, client: Any, standing_clock: Any
) -> None:
    path = made(cast, "auditor")
    first = client.get(path)
    standing_clock.move(NOW + timedelta(hours=3))
    by_mark = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    by_time = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (by_mark.status_code, by_time.status_code, by_mark.data) == (304, 304, b"")
    making.assigned(cast, at=NOW + timedelta(hours=3))
    standing_clock.move(NOW + timedelta(hours=6))
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and changed.headers["Last-Modified"] != first.headers["Last-Modified"]


def test_it_is_in_the_language_of_its_person_whoever_fetches_it(cast: members.Cast, client: Any) -> None:
    audit = making.assigned(cast)
    prefer(cast.person["auditor"], language="en")
    answer = client.get(made(cast, "auditor"), headers={"Accept-Language": "ja"})
    assert answer.headers["Content-Language"] == "en"
    assert text_in(by_key(answer.data)[f"audit-{audit.id}"]["SUMMARY"]).startswith("Audit: A26-")
    assert "Aoba Mihon" in read(answer.data)[0]["NAME"]


Over = Callable[[Any, Any], None]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda cast, clock: feeds.revoke(cast.actor("auditor"), NOW), id="revoked"),
        pytest.param(lambda cast, clock: feeds.make(cast.actor("auditor"), NOW), id="replaced"),
        pytest.param(lambda cast, clock: clock.move(NOW + feeds.LASTS), id="expired"),
        pytest.param(
            lambda cast, clock: leave(cast, "auditor"),
            id="left",
        ),
    ],
)
def test_an_address_that_is_over_says_what_to_do(
    cast: members.Cast, client: Any, standing_clock: Any, end: Over
) -> None:
    path = made(cast, "auditor")
    end(cast, standing_clock)
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 410
    assert "新しいアドレスを作成" in answer.text, "in the person's language, not in that of whoever asks"
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_an_address_that_never_was_opens_nothing(cast: members.Cast, client: Any) -> None:
    answer = client.get("/calendar/nothing.ics", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "Sign in and make a new one" in answer.text


def test_who_fetches_too_often_waits_and_others_do_not(
    cast: members.Cast, client: Any, standing_clock: Any
) -> None:
    path, other = made(cast, "auditor"), made(cast, "head_of_sales")
    answers = [client.get(path).status_code for _number in range(feeds.MOST_AN_HOUR + 1)]
    assert answers == [200] * feeds.MOST_AN_HOUR + [429]
    assert client.get(path).headers["Retry-After"] == "Fri, 20 Nov 2026 01:00:00 GMT"
    assert client.get(other).status_code == 200
    standing_clock.move(NOW + timedelta(hours=1))
    assert client.get(path).status_code == 200


def test_revoking_is_done_once_and_said(cast: members.Cast, client: Any) -> None:
    path = made(cast, "auditor")
    cast.sign_in(client, "auditor")
    assert "取り消しました" in client.post("/calendar/revoke", follow_redirects=True).text
    assert "もうありません" in client.post("/calendar/revoke", follow_redirects=True).text
    assert client.get(path).status_code == 410
    kept = [row.data for row in ActivityEvent.select().where(ActivityEvent.type.startswith("worklist.feed"))]
    assert kept == [
        {"person": cast.person["auditor"], "replaced": False},
        {"person": cast.person["auditor"]},
    ]


def test_nobody_ends_the_address_of_another(cast: members.Cast, client: Any) -> None:
    path = made(cast, "auditor")
    cast.sign_in(client, "administrator")
    client.post("/calendar/revoke")
    client.post("/calendar/")
    assert client.get(path).status_code == 200


def test_the_page_asks_for_a_sign_in(cast: members.Cast, client: Any) -> None:
    for answer in (client.get("/calendar/"), client.post("/calendar/"), client.post("/calendar/revoke")):
        assert answer.status_code == 303 and "/sign-in" in answer.headers["Location"]


def test_no_log_gets_to_see_the_address(
    cast: members.Cast, app: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(cast, "auditor")

    def broken(*_arguments: Any) -> None:
        raise RuntimeError("broken on purpose")

    def gone(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.INFO):
        for error, status in ((broken, 500), (gone, 507)):
            monkeypatch.setattr(feeds, "fetch", error)
            assert app.test_client().get(path).status_code == status
    assert "/calendar/<secret>.ics" in caplog.text and "broken on purpose" in caplog.text
    assert path.removeprefix("/calendar/").removesuffix(".ics") not in caplog.text


def test_it_costs_the_same_for_many_audits(cast: members.Cast, client: Any, assert_same_queries: Any) -> None:
    making.assigned(cast)
    path = made(cast, "auditor")

    def grow() -> None:
        for _number in range(25):
            making.assigned(cast)

    assert_same_queries(lambda: client.get(path), grow, at_most=45)


def test_addresses_that_have_long_been_over_are_cleared_away(cast: members.Cast) -> None:
    made(cast, "auditor")
    feeds.make(cast.actor("auditor"), NOW + timedelta(days=1))
    assert feeds.tidy(NOW + timedelta(days=300)) == 0
    assert feeds.tidy(NOW + timedelta(days=370)) == 1
