"""Reports of a violation or a worry: anonymous ones know no reporter; only who they are for reads them."""

from __future__ import annotations

from typing import Any

from auditor import db
from auditor.activity import ActivityEvent
from auditor.findings import worries
from auditor.findings.models import Finding, Worry, WorryState
from auditor.findings.states import WorryStep
from auditor.notifications.models import Notice
from tests.bed.pages import parsed, text_of
from tests.cast import NOW
from tests.findings.ladder import answers, signed_in

REPORT = {"text": "共有フォルダーに名簿があります。", "recipient": "administrator", "once": "w1"}


def test_an_employee_reports_and_reads_what_became_of_it(client: Any, cast: Any) -> None:
    signed_in(client, cast, "staff_of_sales")
    for _double_click in range(2):
        assert client.post("/findings/worries/report", data=REPORT).status_code == 303
    worry = Worry.get()
    assert ActivityEvent.get(ActivityEvent.type == "worry.reported").actor_id is None, "not even here"
    assert worry.number == "R26-001" and worry.reporter_id == cast.person["staff_of_sales"]
    assert [notice.person_id for notice in Notice.select()] == [cast.person["administrator"]]
    signed_in(client, cast, "administrator")
    moved = client.post(
        f"/findings/worries/{worry.id}", data={"step": "settled", "comment": "削除しました。"}
    )
    assert moved.status_code == 303
    signed_in(client, cast, "staff_of_sales")
    assert "削除しました。" in text_of(client.get(f"/findings/worries/{worry.id}"))
    assert Notice.select().where(Notice.kind == "worry_settled").count() == 1


def test_an_anonymous_report_leaves_no_trace_of_its_reporter(client: Any, cast: Any) -> None:
    signed_in(client, cast, "staff_of_sales")
    assert client.post("/findings/worries/report", data={**REPORT, "anonymous": "y"}).status_code == 303
    worry, state = Worry.get(), WorryState.get()
    event = ActivityEvent.select().where(ActivityEvent.type == "worry.reported").get()
    assert (worry.reporter_id, state.recorded_by, event.actor_id) == (None, None, None)
    assert event.system == "anonymous"
    client.get("/findings/worries/report")  # says the number, once
    assert "R26-001" not in text_of(client.get("/findings/worries/report"))
    signed_in(client, cast, "administrator")
    assert "匿名" in text_of(client.get(f"/findings/worries/{worry.id}"))


def test_an_empty_report_is_refused_with_its_choices_kept(client: Any, cast: Any) -> None:
    signed_in(client, cast, "staff_of_sales")
    data = {**REPORT, "text": " ", "recipient": "head_of_audit", "anonymous": "y"}
    response = client.post("/findings/worries/report", data=data)
    page = parsed(response)
    assert response.status_code == 422 and not Worry.select().exists()
    assert page.xpath("//input[@name='recipient'][@checked]/@value") == ["head_of_audit"]
    assert page.xpath("//input[@name='anonymous'][@checked]")
    assert (
        client.post("/findings/worries/report", data={**REPORT, "recipient": "operator"}).status_code == 422
    )


def test_what_is_for_the_head_of_audit_stays_hidden_from_the_administrator(client: Any, cast: Any) -> None:
    from auditor.access import Role

    worry = worries.report(cast.actor("staff_of_sales"), NOW, "管理者の件", Role.HEAD_OF_AUDIT)
    address = f"/findings/worries/{worry.id}"
    answers(
        client,
        cast,
        address,
        {"head_of_audit": 200, "staff_of_sales": 200, "administrator": 404, "head_of_sales": 404},
    )
    answers(
        client, cast, "/findings/worries", {"administrator": 200, "head_of_audit": 200, "head_of_sales": 404}
    )
    answers(client, cast, address, {"staff_of_sales": 403, "administrator": 404}, "POST")
    signed_in(client, cast, "administrator")
    assert worry.number not in text_of(client.get("/findings/worries"))


def test_a_report_becomes_a_finding(client: Any, cast: Any) -> None:
    worry = worries.report(cast.actor("staff_of_sales"), NOW, "名簿が置かれたまま。")
    signed_in(client, cast, "administrator")
    page = client.page(f"/findings/record?worry={worry.id}")
    assert "名簿が置かれたまま。" in page.xpath("string(//textarea[@name='facts'])")
    data = {
        "title": "名簿の放置",
        "facts": "机上に名簿があった。",
        "grade": "minor",
        "department": cast.department["D210"],
        "due_on": "2026-12-18",
        "found_on": "2026-11-20",
    }
    assert client.post(f"/findings/record?worry={worry.id}", data=data).status_code == 303
    finding = Finding.get()
    assert finding.source == "worry"
    assert WorryState.select().order_by(WorryState.id.desc()).get().finding_id == finding.id
    answers(client, cast, f"/findings/record?worry={worry.id}", {"head_of_audit": 404})


def test_a_settled_report_is_not_moved_and_a_stale_decision_is_shown(client: Any, cast: Any) -> None:
    worry = worries.report(cast.actor("staff_of_sales"), NOW, "名簿")
    administrator = cast.actor("administrator")
    worries.move(administrator, NOW, worry, WorryStep.LOOKING, "調べています。")
    signed_in(client, cast, "administrator")
    address = f"/findings/worries/{worry.id}"
    stale = client.post(address, data={"step": "settled", "comment": "解決", "seen": 1})
    assert stale.status_code == 409 and "調べています。" in text_of(stale)
    assert client.post(address, data={"step": "settled", "comment": ""}).status_code == 422
    assert client.post(address, data={"step": "settled", "comment": "解決"}).status_code == 303
    assert client.post(address, data={"step": "looking", "comment": "x"}).status_code == 422


def test_the_mail_carries_the_number_and_not_the_report(cast: Any, app: Any) -> None:
    from auditor.dated import Moment
    from auditor.notifications import kinds

    worry = worries.report(cast.actor("staff_of_sales"), NOW, "秘密の名簿")
    notice = Notice.get()
    with app.test_request_context():
        words = kinds.words(notice.kind, notice.params, Moment.at(NOW))
    assert words is not None and worry.number in words.sentence and "秘密" not in str(words)
    assert "秘密" not in str(db.tuples(ActivityEvent.select(ActivityEvent.data)))
