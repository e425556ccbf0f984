"""The facts of an audit: asked about, confirmed or objected to, asked again when they change, or passed over with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.audits import actions, facts
from auditor.audits.derived import derived_mismatches
from auditor.audits.models import Audit, AuditItem, FactsAnswer, FactsRequest, FactsSkipped
from auditor.audits.results import Result
from auditor.audits.waiting import due_things, waiting_for
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.findings import actions as findings
from auditor.findings.states import Grade
from auditor.notifications import kinds
from auditor.notifications.models import Notice
from tests.audits.making import answer, answer_all, assigned, items
from tests.audits.workingpaper import filling as papers
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

LATER = NOW + timedelta(hours=1)
MINOR, OBSERVED = "5名のうち3名の権限が残っていた", "掲示が古い"


def _fresh(audit: Audit) -> Audit:
    found: Audit = Audit.get_by_id(audit.id)
    return found


def worked(cast: Cast) -> tuple[Audit, AuditItem, AuditItem]:
    """An audit with one nonconformity, one observation, one improvement, and the rest conforming."""
    audit = assigned(cast)
    answer_all(cast, audit)
    minor, observed, improved = items(audit)[:3]
    answer(cast, minor, Result.MINOR, note=MINOR)
    answer(cast, observed, Result.OBSERVATION, note=OBSERVED)
    answer(cast, improved, Result.IMPROVEMENT, note="一覧にするとよい")
    findings.record(
        cast.actor("auditor"), NOW, grade=Grade.MINOR, title="権限", facts=MINOR, due_on=date(2026, 12, 18),
        department_id=cast.department["D210"], subject_id=cast.subject["D210"], item=minor,
    )  # fmt: skip
    return _fresh(audit), minor, observed


def asked(cast: Cast) -> tuple[Audit, AuditItem, AuditItem, FactsRequest]:
    audit, minor, observed = worked(cast)
    return audit, minor, observed, facts.ask(cast.actor("auditor"), NOW, audit, "ご確認ください")


def said(cast: Cast, audit: Audit, *accepted: bool, comment: str = "違います", at: Any = LATER) -> int:
    """Answer the facts asked about in their order."""
    standing = facts.of(audit.id, Moment.at(at))
    assert standing.request is not None
    given = {
        fact.row.id: (yes, "" if yes else comment)
        for fact, yes in zip(standing.asked, accepted, strict=False)
    }
    return facts.answer(cast.actor("head_of_sales"), at, _fresh(audit), standing.request.id, given)


def steps(client: Any, cast: Cast, name: str) -> list[str]:
    with client.application.test_request_context():
        return [one.step for one in waiting_for(cast.actor(name), Moment.at(LATER))]


def test_the_department_sees_only_what_it_is_asked_about(client: Any, cast: Cast) -> None:
    audit, minor, _observed = worked(cast)
    cast.sign_in(client, "head_of_sales")
    assert client.get(f"/audits/{audit.id}/facts").status_code == 404
    cast.sign_in(client, "auditor")
    assert client.post(f"/audits/{audit.id}/facts/ask", data={"comment": "ご確認ください"}).status_code == 303
    cast.sign_in(client, "head_of_sales")
    page = text_of(client.get(f"/audits/{audit.id}/facts"))
    assert MINOR in page and OBSERVED in page and "ご確認ください" in page
    assert "一覧にするとよい" not in page and "TEC-01" not in page
    assert client.get(f"/audits/{audit.id}/items/{minor.id}").status_code == 404
    assert MINOR not in text_of(client.get(f"/audits/{audit.id}"))
    assert steps(client, cast, "head_of_sales") == ["事実を確認"]
    assert {one.person_id for one in Notice.select().where(Notice.kind == "audit_facts")} == {
        cast.person["head_of_sales"]
    }


def test_with_the_last_one_confirmed_the_facts_of_the_audit_are(client: Any, cast: Cast) -> None:
    audit, *_rest, request = asked(cast)
    rows = [fact.row.id for fact in facts.of(audit.id, Moment.at(NOW)).asked]
    cast.sign_in(client, "head_of_sales")
    post = f"/audits/{audit.id}/facts/answer"
    form: dict[str, Any] = {"request": request.id, "result": rows, f"said-{rows[0]}": "yes"}
    assert client.post(post, data=form).status_code == 303
    assert _fresh(audit).current_state == "in_progress"
    assert client.post(post, data={**form, f"said-{rows[1]}": "yes"}).status_code == 303
    assert client.post(post, data={**form, f"said-{rows[1]}": "yes"}).status_code == 303
    assert _fresh(audit).current_state == "facts_confirmed"
    assert FactsAnswer.select().count() == 2, "said again, it is written once"
    assert Notice.select().where(Notice.kind == "audit_facts_answered").count() == 1
    assert steps(client, cast, "head_of_sales") == []
    assert steps(client, cast, "auditor") == ["承認を申請する"]
    assert list(derived_mismatches()) == []


def test_an_objection_needs_words_and_waits_for_the_auditors(client: Any, cast: Cast) -> None:
    audit, _minor, _observed, request = asked(cast)
    rows = [fact.row.id for fact in facts.of(audit.id, Moment.at(NOW)).asked]
    cast.sign_in(client, "head_of_sales")
    post = f"/audits/{audit.id}/facts/answer"
    form = {"request": request.id, "result": rows, f"said-{rows[0]}": "no", f"comment-{rows[1]}": "書きかけ"}
    answer_ = client.post(post, data=form)
    assert answer_.status_code == 422 and "書きかけ" in answer_.get_data(as_text=True)
    assert client.post(post, data={**form, f"comment-{rows[0]}": "3名ではなく2名です"}).status_code == 303
    cast.sign_in(client, "auditor")
    page = text_of(client.get(f"/audits/{audit.id}/facts"))
    assert "異議あり" in page and "3名ではなく2名です" in page
    assert _fresh(audit).current_state == "in_progress"


def test_what_is_changed_afterwards_is_asked_again_and_the_rest_stays_confirmed(cast: Cast) -> None:
    audit, minor, _observed, first = asked(cast)
    said(cast, audit, True, True)
    assert _fresh(audit).current_state == "facts_confirmed"
    answer(cast, minor, Result.MINOR, note="2名の権限が残っていた", at=LATER)
    assert _fresh(audit).current_state == "in_progress", "it is carried out again"
    standing = facts.of(audit.id, Moment.at(LATER))
    assert [fact.item.id for fact in standing.unconfirmed] == [minor.id]
    assert not any(fact.asked for fact in standing.unconfirmed), "the department does not see it yet"
    again = facts.ask(cast.actor("auditor"), LATER, _fresh(audit))
    assert again.replaces_id == first.id and len(again.results) == 1
    said(cast, audit, True)
    assert _fresh(audit).current_state == "facts_confirmed"


@pytest.mark.parametrize(
    ("code", "values", "state"),
    [
        ("ORG-01", {"note": "2名の権限が残っていた"}, "in_progress"),
        ("ORG-01", {"result": "適合"}, "in_progress"),
        ("TEC-01", {"result": "重大な不適合", "note": "鍵がない"}, "in_progress"),
        ("TEC-01", {"note": "記録を見た"}, "facts_confirmed"),
    ],
)
def test_a_working_paper_that_changes_confirmed_facts_has_them_asked_again(
    app: Any, cast: Cast, code: str, values: dict[str, str], state: str
) -> None:
    audit, *_ = asked(cast)
    with app.app_context():
        paper = papers.filled(papers.taken(cast, audit), {code: values})
        said(cast, audit, True, True)
        papers.applied(cast, audit, paper, at=LATER)
    assert _fresh(audit).current_state == state
    assert not list(derived_mismatches())


def test_a_conforming_item_changed_to_conform_otherwise_leaves_the_facts_confirmed(cast: Cast) -> None:
    audit, *_ = asked(cast)
    said(cast, audit, True, True)
    answer(cast, items(audit)[4], Result.CONFORM, note="記録を見た", at=LATER)
    assert _fresh(audit).current_state == "facts_confirmed"


def test_an_objection_to_words_that_stay_is_asked_about_again(cast: Cast) -> None:
    audit, *_ = asked(cast)
    said(cast, audit, False, True, at=NOW + timedelta(minutes=5))
    facts.ask(cast.actor("auditor"), LATER, _fresh(audit), "写しを添えます")
    standing = facts.of(audit.id, Moment.at(LATER))
    assert len(standing.waiting) == 1 and not standing.objected
    said(cast, audit, True, at=LATER + timedelta(minutes=5))
    assert _fresh(audit).current_state == "facts_confirmed"


def test_asked_twice_it_is_asked_once(cast: Cast) -> None:
    audit, *_ = asked(cast)
    facts.ask(cast.actor("auditor"), LATER, _fresh(audit), "ご確認ください")
    assert FactsRequest.select().count() == 1


def test_an_answer_to_what_was_asked_anew_meanwhile_is_told_so_and_keeps_what_was_typed(
    client: Any, cast: Cast
) -> None:
    audit, minor, _observed, first = asked(cast)
    rows = [fact.row.id for fact in facts.of(audit.id, Moment.at(NOW)).asked]
    answer(cast, minor, Result.MAJOR, note="全員", at=NOW)
    facts.ask(cast.actor("auditor"), NOW, _fresh(audit))
    with pytest.raises(Stale):
        facts.answer(cast.actor("head_of_sales"), NOW, _fresh(audit), first.id, {rows[1]: (True, "")})
    cast.sign_in(client, "head_of_sales")
    form = {
        "request": first.id,
        "result": rows,
        f"said-{rows[1]}": "no",
        f"comment-{rows[1]}": "貼り替えました",
    }
    answer_ = client.post(f"/audits/{audit.id}/facts/answer", data=form)
    assert answer_.status_code == 409
    assert "貼り替えました" in answer_.get_data(as_text=True) and "全員" in text_of(answer_)
    assert FactsAnswer.select().count() == 0


def test_without_a_nonconformity_or_observation_there_is_nothing_to_ask(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    cast.sign_in(client, "auditor")
    answer_ = client.post(f"/audits/{audit.id}/facts/ask", data={"comment": ""})
    assert answer_.status_code == 422 and "確認を依頼するものがありません" in text_of(answer_)
    actions.submit(cast.actor("auditor"), NOW, _fresh(audit))


# ---- before it is submitted ----


def _ask_for(cast: Cast, wanted: str) -> None:
    set_setting(cast.actor("administrator"), "facts_confirmation", wanted, date(2026, 4, 1), NOW)


def test_small_companies_need_not_ask(cast: Cast) -> None:
    audit, *_ = worked(cast)
    actions.submit(cast.actor("auditor"), NOW, audit)
    assert FactsSkipped.select().count() == 0


def test_where_the_company_asks_for_it_a_reason_is_needed_and_shown(client: Any, cast: Cast) -> None:
    _ask_for(cast, "reason")
    audit, *_ = worked(cast)
    cast.sign_in(client, "auditor")
    assert "事実確認が済んでいません" in text_of(client.get(f"/audits/{audit.id}/submit"))
    refused = client.post(f"/audits/{audit.id}/submit", data={"comment": "終わり", "unconfirmed_reason": " "})
    assert refused.status_code == 422 and "このまま承認を申請する理由" in text_of(refused)
    assert _fresh(audit).current_state == "in_progress"
    form = {"comment": "終わり", "unconfirmed_reason": "責任者が不在で回答がない"}
    assert client.post(f"/audits/{audit.id}/submit", data=form).status_code == 303
    assert FactsSkipped.get().reason == "責任者が不在で回答がない"
    assert "責任者が不在で回答がない" in text_of(client.get(f"/audits/{audit.id}"))


def test_where_it_is_required_no_reason_is_enough_but_the_confirmation(client: Any, cast: Cast) -> None:
    _ask_for(cast, "required")
    audit, *_rest, _request = asked(cast)
    cast.sign_in(client, "auditor")
    form = {"comment": "", "unconfirmed_reason": "急ぐ"}
    assert client.post(f"/audits/{audit.id}/submit", data=form).status_code == 422
    said(cast, audit, True, True, at=NOW)
    assert client.post(f"/audits/{audit.id}/submit", data={"comment": ""}).status_code == 303
    assert _fresh(audit).current_state == "submitted"
    with pytest.raises(RuleBroken):
        said(cast, audit, False, False)


# ---- mails, reminders, log, who may ----


def test_facts_that_nobody_confirms_are_reminded_of_after_a_week(cast: Cast) -> None:
    audit, *_rest, request = asked(cast)
    (due,) = [one for one in due_things(Moment.at(NOW)) if one.notice == "audit_facts_due"]
    assert (due.id, due.due_on, due.person_ids) == (
        request.id,
        date(2026, 11, 27),
        (cast.person["head_of_sales"],),
    )
    said(cast, audit, True, False)
    assert not [one for one in due_things(Moment.at(LATER)) if one.notice == "audit_facts_due"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_mail_about_it_has_words_while_it_is_open(app: Any, cast: Cast, language: str) -> None:
    from auditor.language import speaking

    audit, *_rest, request = asked(cast)
    told = {"audit_facts": {"request": request.id}, "audit_facts_answered": {"request": request.id}, "audit_facts_due": {"id": request.id}}  # fmt: skip
    with app.test_request_context(), speaking(language):
        for name, params in told.items():
            words = kinds.words(name, params, Moment.at(NOW))
            assert words is not None and audit.number in words.headline
        Audit.update(current_state="submitted").where(Audit.id == audit.id).execute()
        assert [kinds.words(name, params, Moment.at(NOW)) for name, params in told.items()] == [None] * 3


def test_the_log_of_the_facts_holds_numbers_only(cast: Cast) -> None:
    audit, *_rest, request = asked(cast)
    said(cast, audit, True, False)
    kept = {
        one.type: one.data for one in activity.ActivityEvent.select() if one.type.startswith("audit.facts")
    }
    assert kept == {
        "audit.facts_asked": {"audit": audit.id, "request": request.id, "results": 2},
        "audit.facts_answered": {"audit": audit.id, "request": request.id, "accepted": 1, "objected": 1},
    }


@pytest.mark.parametrize(
    ("name", "read", "ask", "reply"),
    [
        ("head_of_other", 404, 404, 404), ("operator", 404, 404, 404), ("head_of_sales", 200, 403, 422),
        ("representative", 200, 403, 403), ("administrator", 200, 403, 403), ("auditor", 200, 303, 403),
    ],
)  # fmt: skip
def test_who_reads_asks_and_answers(
    client: Any, cast: Cast, name: str, read: int, ask: int, reply: int
) -> None:
    audit, *_ = asked(cast)
    cast.sign_in(client, name)
    assert client.get(f"/audits/{audit.id}/facts").status_code == read
    assert client.post(f"/audits/{audit.id}/facts/ask", data={"comment": ""}).status_code == ask
    assert client.post(f"/audits/{audit.id}/facts/answer", data={"request": 1}).status_code == reply


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    audit, *_ = asked(cast)
    assert "sign-in" in client.get(f"/audits/{audit.id}/facts").location
    assert "sign-in" in client.post(f"/audits/{audit.id}/facts/ask").location
    assert "sign-in" in client.post(f"/audits/{audit.id}/facts/answer").location


def test_the_page_costs_the_same_with_two_facts_and_with_five(client: Any, cast: Cast) -> None:
    from tests.bed.counting import counted

    audit, *_ = asked(cast)
    cast.sign_in(client, "auditor")
    client.get(f"/audits/{audit.id}/facts")
    with counted() as few:
        client.get(f"/audits/{audit.id}/facts")
    for item in items(audit)[2:]:
        answer(cast, item, Result.OBSERVATION, note="古い", at=NOW)
    with counted() as many:
        client.get(f"/audits/{audit.id}/facts")
    assert len(many) == len(few) <= 24
