"""The audit notice: proposed, sent, acknowledged, changed; a wish for other dates is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.audits import letters, proposal
from auditor.audits.letters import Letter, Reply
from auditor.audits.models import Audit, AuditNotice, AuditState, NoticeAnswer
from auditor.audits.waiting import due_things, waiting_for
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.notifications import kinds
from auditor.notifications.models import Notice
from tests.audits.making import answer_all, assigned, items, new_audit
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

LETTER = Letter(
    visit_on=date(2026, 11, 26),
    visit_time="10:00～12:00",
    place="第2会議室",
    scope="個人情報の取扱い全般",
    method="質問と記録の閲覧",
    papers="・個人情報管理台帳\n・入退室の記録",
)
FORM = {
    "language": "ja", "visit_on": "2026-11-26", "visit_time": "10:00～12:00", "place": "第2会議室",
    "scope": "個人情報の取扱い全般", "method": "質問と記録の閲覧", "papers": "・個人情報管理台帳", "remark": "",
    "based_on": "0",
}  # fmt: skip


def _fresh(audit: Audit) -> Audit:
    found: Audit = Audit.get_by_id(audit.id)
    return found


def sent(
    cast: Cast, audit: Audit, by: str = "auditor", letter: Letter = LETTER, based_on: int = 0
) -> AuditNotice:
    return letters.send(cast.actor(by), NOW, _fresh(audit), letter, based_on)


def steps(client: Any, cast: Cast, name: str) -> list[str]:
    with client.application.test_request_context():
        return [one.step for one in waiting_for(cast.actor(name), Moment.at(NOW))]


# ---- written and sent ----


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_letter_is_proposed_from_the_audit_in_the_language_asked_for(
    app: Any, cast: Cast, language: str
) -> None:
    with app.test_request_context():
        letter = proposal.proposed(assigned(cast), Moment.at(NOW), language)
    assert letter.visit_on == date(2026, 11, 24)
    assert (
        "組織的、物理的、技術的（管理策5件）"
        if language == "ja"
        else "Organizational, Physical, Technical (5 controls)"
    ) in letter.scope
    assert letter.papers and letter.method and letter.language == language


def test_the_notice_reaches_the_head_and_the_audit_is_notified(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    assert "監査実施通知書を送る" in text_of(client.get(f"/audits/{audit.id}"))
    assert "小林" in text_of(client.get(f"/audits/{audit.id}/notice"))
    answer = client.post(f"/audits/{audit.id}/notice", data=FORM)
    assert answer.status_code == 303
    row = AuditNotice.get()
    assert (row.addressee_id, row.place, row.visit_on) == (
        cast.person["head_of_sales"],
        "第2会議室",
        date(2026, 11, 26),
    )
    assert _fresh(audit).current_state == "notified"
    assert [one.state for one in AuditState.select().order_by(AuditState.id)] == ["planned", "notified"]
    assert {one.person_id for one in Notice.select().where(Notice.kind == "audit_notice")} == {
        cast.person["head_of_sales"]
    }
    assert steps(client, cast, "head_of_sales") == ["通知書を確認"]
    letter = text_of(client.get(answer.location))
    for said in (
        "監査実施通知書",
        "小林 誠 様",
        "青葉見本株式会社",
        "2026年11月26日（木）",
        "第2会議室",
        "髙橋 みのり",
        "記",
        "以上",
    ):
        assert said in letter


def test_an_english_letter_is_english_for_every_reader(client: Any, cast: Cast) -> None:
    row = sent(cast, assigned(cast), letter=replace(LETTER, language="en", scope="All of it"))
    cast.sign_in(client, "head_of_sales")
    page = client.page(f"/audits/{row.audit_id}/notices/{row.id}")
    article = page.xpath("//article[@lang='en']")[0]
    assert "Dear" in article.text_content() and "Yours sincerely" in article.text_content()
    assert "監査実施通知書" in page.xpath("string(//h1)")


def test_a_notice_of_an_audit_that_has_begun_leaves_its_state(cast: Cast) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    sent(cast, audit)
    assert _fresh(audit).current_state == "in_progress"


def test_the_first_result_begins_an_audit_that_was_notified(cast: Cast) -> None:
    audit = assigned(cast)
    sent(cast, audit)
    answer_all(cast, audit)
    told = [one.data for one in activity.ActivityEvent.select() if one.type == "audit.state_changed"]
    assert (told[-1]["before"], told[-1]["after"]) == ("notified", "in_progress")


def test_the_owner_of_what_is_no_department_gets_the_notice_and_sees_the_audit(
    client: Any, cast: Cast
) -> None:
    from auditor.catalogue import subjects

    subject = subjects.add_subject(
        cast.actor("administrator"), "contractor", "CON-1", "印刷会社", "", cast.department["D220"], NOW
    )
    audit = assigned(
        cast, auditors=("second_auditor",), codes=(), control_ids=(_control_of(cast),), subject_id=subject.id
    )
    row = sent(cast, audit, by="second_auditor")
    assert row.addressee_id == cast.person["head_of_other"]
    cast.sign_in(client, "head_of_other")
    assert audit.number in text_of(client.get("/audits/"))
    assert client.get(f"/audits/{audit.id}/notices/{row.id}").status_code == 200


def _control_of(cast: Cast) -> int:
    from auditor.access import application
    from auditor.catalogue.models import Category, Control
    from tests.cast import CAST_MADE

    with activity.action(application("test"), NOW):
        activity.record(CAST_MADE, persons=0)
        made: Control = Control.create(
            version=cast.version, category=Category.get(), code="OUT-01", target="contractor", basis="measure",
            frequency="annual", title_ja="委託", title_en="Contract", question_ja="q", question_en="q", details={},
            position=99,
        )  # fmt: skip
    return int(made.id)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("visit_on", "2026-11-19", "実施日が過ぎています"),
        ("visit_on", "26日", "2026-11-20 のような形で"),
        ("visit_on", "", "日付を入力"),
        ("scope", " ", "部署はこの内容に沿って準備します"),
        ("papers", "", "部署はこの内容に沿って準備します"),
        ("method", "あ" * 4001, "長すぎます"),
        ("place", "あ" * 201, "200文字以内"),
    ],
)
def test_a_notice_that_lacks_something_is_refused_and_keeps_what_was_typed(
    client: Any, cast: Cast, field: str, value: str, error: str
) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    answer = client.post(f"/audits/{audit.id}/notice", data={**FORM, "remark": "駐車場なし", field: value})
    assert answer.status_code == 422
    assert error in text_of(answer) and "駐車場なし" in answer.get_data(as_text=True)
    assert AuditNotice.select().count() == 0 and _fresh(audit).current_state == "planned"


def test_without_a_head_there_is_nobody_to_send_it_to(client: Any, cast: Cast) -> None:
    audit = assigned(cast, subject="D130")
    cast.sign_in(client, "auditor")
    answer = client.post(f"/audits/{audit.id}/notice", data=FORM)
    assert answer.status_code == 422 and "通知書の宛先がありません" in text_of(answer)


def test_a_section_without_a_head_is_answered_for_by_the_head_above(cast: Cast) -> None:
    row = sent(cast, assigned(cast, subject="D211"))
    assert row.addressee_id == cast.person["head_of_sales"]


def test_a_submitted_audit_has_no_new_notice(cast: Cast) -> None:
    audit = assigned(cast)
    Audit.update(current_state="submitted").where(Audit.id == audit.id).execute()
    with pytest.raises(RuleBroken):
        sent(cast, audit)


def test_sent_twice_it_is_sent_once_and_the_second_sender_is_told_of_the_first(
    client: Any, cast: Cast
) -> None:
    audit = assigned(cast)
    first = sent(cast, audit)
    assert sent(cast, audit).id == first.id
    with pytest.raises(Stale):
        sent(cast, audit, by="administrator")
    cast.sign_in(client, "administrator")
    answer = client.post(f"/audits/{audit.id}/notice", data={**FORM, "place": "応接室"})
    assert answer.status_code == 409
    assert "第2会議室" in text_of(answer) and "応接室" in answer.get_data(as_text=True)
    assert AuditNotice.select().count() == 1


# ---- answered ----


def answered(client: Any, row: AuditNotice, **form: str) -> Any:
    return client.post(f"/audits/{row.audit_id}/notices/{row.id}/answer", data={"comment": "", **form})


def test_the_head_acknowledges_it_with_a_comment(client: Any, cast: Cast) -> None:
    row = sent(cast, assigned(cast))
    cast.sign_in(client, "head_of_sales")
    assert answered(client, row, answer="acknowledged", comment="承知しました").status_code == 303
    assert answered(client, row, answer="acknowledged", comment="承知しました").status_code == 303
    assert NoticeAnswer.select().count() == 1
    assert steps(client, cast, "head_of_sales") == []
    assert {one.person_id for one in Notice.select().where(Notice.kind == "audit_notice_answered")} == {
        cast.person["auditor"]
    }
    page = text_of(client.get(f"/audits/{row.audit_id}"))
    assert "確認済み（部署）" in page and "小林" in page


def test_a_deputy_acknowledges_it_in_the_deputys_own_name(client: Any, cast: Cast) -> None:
    from auditor.access import Role, application
    from auditor.accounts.models import Deputy
    from tests.cast import CAST_MADE

    with activity.action(application("test"), NOW):
        Deputy.write(
            NOW, None, principal=cast.person["head_of_sales"], deputy=cast.person["staff_of_sales"],
            role=Role.DEPARTMENT_HEAD.value, starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=3), held=True,
        )  # fmt: skip
        activity.record(CAST_MADE, persons=0)
    row = sent(cast, assigned(cast))
    assert steps(client, cast, "staff_of_sales") == ["通知書を確認"]
    cast.sign_in(client, "staff_of_sales")
    assert answered(client, row, answer="acknowledged").status_code == 303
    assert NoticeAnswer.get().recorded_by == cast.person["staff_of_sales"]


def test_a_wish_for_another_day_waits_for_the_sender_who_sends_a_new_notice(client: Any, cast: Cast) -> None:
    row = sent(cast, assigned(cast))
    cast.sign_in(client, "head_of_sales")
    assert answered(client, row, answer="other_dates").status_code == 422
    assert answered(client, row, answer="other_dates", wished_on="2026-11-01").status_code == 422
    assert (
        answered(client, row, answer="other_dates", wished_on="2026-12-01", comment="棚卸し").status_code
        == 303
    )
    assert steps(client, cast, "auditor")[-1] == "日程の希望に回答"
    cast.sign_in(client, "auditor")
    offered = client.page(f"/audits/{row.audit_id}/notice?wished=1")
    assert offered.xpath("string(//input[@name='visit_on']/@value)") == "2026-12-01"
    based_on = offered.xpath("string(//input[@name='based_on']/@value)")
    form = {**FORM, "visit_on": "2026-12-01", "based_on": based_on}
    assert client.post(f"/audits/{row.audit_id}/notice", data=form).status_code == 303
    assert AuditNotice.select().count() == 2, "both stay"
    assert steps(client, cast, "head_of_sales") == ["通知書を確認"]
    cast.sign_in(client, "head_of_sales")
    old = text_of(client.get(f"/audits/{row.audit_id}/notices/{row.id}"))
    assert "新しい通知書に改められています" in old and "2026年11月26日" in old and "棚卸し" in old
    assert answered(client, row, answer="acknowledged").status_code == 422


def test_the_dates_are_kept_with_a_reason_and_wait_for_the_head_again(client: Any, cast: Cast) -> None:
    row = sent(cast, assigned(cast))
    cast.sign_in(client, "head_of_sales")
    answered(client, row, answer="other_dates", wished_on="2026-12-01")
    cast.sign_in(client, "auditor")
    keep = f"/audits/{row.audit_id}/notices/{row.id}/keep"
    assert client.post(keep, data={"comment": ""}).status_code == 422
    assert client.post(keep, data={"comment": "監査員の都合がつかない"}).status_code == 303
    assert steps(client, cast, "head_of_sales") == ["通知書を確認"]
    cast.sign_in(client, "head_of_sales")
    assert "監査員の都合がつかない" in text_of(client.get(f"/audits/{row.audit_id}/notices/{row.id}"))
    assert answered(client, row, answer="acknowledged").status_code == 303


def test_a_notice_that_nobody_acknowledges_is_reminded_of_before_the_day(cast: Cast) -> None:
    row = sent(cast, assigned(cast))
    (due,) = [one for one in due_things(Moment.at(NOW)) if one.notice == "audit_notice_due"]
    assert (due.id, due.due_on, due.person_ids) == (
        row.id,
        date(2026, 11, 25),
        (cast.person["head_of_sales"],),
    )
    letters.answer(cast.actor("head_of_sales"), NOW, row, Reply.ACKNOWLEDGED)
    assert not [one for one in due_things(Moment.at(NOW)) if one.notice == "audit_notice_due"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_mail_about_it_has_words_while_it_is_open_and_none_after(
    app: Any, cast: Cast, language: str
) -> None:
    from auditor.language import speaking

    audit = assigned(cast)
    row = sent(cast, audit)
    said = letters.answer(cast.actor("head_of_sales"), NOW, row, Reply.OTHER_DATES, date(2026, 12, 1))
    told = {
        "audit_notice": {"notice": row.id},
        "audit_notice_answered": {"notice": row.id, "answer": said.id},
        "audit_notice_kept": {"notice": row.id},
        "audit_notice_due": {"id": row.id},
    }
    with app.test_request_context(), speaking(language):
        for name, params in told.items():
            words = kinds.words(name, params, Moment.at(NOW))
            assert words is not None and audit.number in words.headline and words.sentence
        Audit.update(current_state="cancelled").where(Audit.id == audit.id).execute()
        for name, params in told.items():
            assert kinds.words(name, params, Moment.at(NOW)) is None


def test_the_log_of_a_notice_holds_no_text(cast: Cast) -> None:
    row = sent(cast, assigned(cast))
    letters.answer(cast.actor("head_of_sales"), NOW, row, Reply.ACKNOWLEDGED, comment="承知しました")
    kept = {
        one.type: one.data for one in activity.ActivityEvent.select() if one.type.startswith("audit.notice")
    }
    assert kept == {
        "audit.notice_sent": {"audit": row.audit_id, "notice": row.id},
        "audit.notice_answered": {"audit": row.audit_id, "notice": row.id, "answer": "acknowledged"},
    }


# ---- who may ----


@pytest.mark.parametrize(
    ("name", "write", "answer"),
    [
        ("second_auditor", 404, 404), ("head_of_other", 404, 404), ("operator", 404, 404), ("head_of_sales", 403, 303),
        ("representative", 403, 403), ("administrator", 200, 403), ("head_of_audit", 200, 403), ("auditor", 200, 403),
    ],
)  # fmt: skip
def test_who_writes_a_notice_and_who_answers_it(
    client: Any, cast: Cast, name: str, write: int, answer: int
) -> None:
    row = sent(cast, assigned(cast))
    assigned(cast, subject="D120", auditors=("second_auditor",), by="head_of_audit")
    cast.sign_in(client, name)
    assert client.get(f"/audits/{row.audit_id}/notice").status_code == write
    assert answered(client, row, answer="acknowledged").status_code == answer


def test_the_administrators_own_office_is_notified_by_others(cast: Cast) -> None:
    audit = assigned(cast, subject="D110", by="head_of_audit")
    with pytest.raises(RuleBroken):
        sent(cast, audit, by="administrator")
    assert sent(cast, audit, by="head_of_audit").addressee_id == cast.person["administrator"]


def test_a_notice_under_another_audits_address_is_not_found(client: Any, cast: Cast) -> None:
    row = sent(cast, assigned(cast))
    other = assigned(cast, subject="D211")
    cast.sign_in(client, "administrator")
    assert client.get(f"/audits/{other.id}/notices/{row.id}").status_code == 404


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    row = sent(cast, assigned(cast))
    assert "sign-in" in client.get(f"/audits/{row.audit_id}/notice").location
    assert "sign-in" in answered(client, row, answer="acknowledged").location


def test_a_self_inspection_has_no_notice(cast: Cast) -> None:
    from auditor.audits.actions import assign

    audit = assign(
        cast.actor("administrator"), NOW, replace(new_audit(cast), kind="self_inspection", auditors=())
    )
    with pytest.raises(RuleBroken):
        sent(cast, audit, by="administrator")
    assert items(audit)
