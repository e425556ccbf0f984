"""After the approval: closed by itself when nothing is open, closed by hand with a reason, reopened with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.access import application
from auditor.audits import actions, outside
from auditor.audits.derived import derived_mismatches
from auditor.audits.models import Audit, AuditState
from auditor.audits.results import Result
from auditor.audits.waiting import waiting_for
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings import actions as findings
from auditor.findings.models import Finding
from auditor.findings.states import Grade
from auditor.notifications.models import Notice
from auditor.scheduling.jobs import named
from tests.audits.making import answer, answer_all, assigned, items
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

JOB = application("jobs")
LATER = NOW + timedelta(hours=1)


def _fresh(audit: Audit) -> Audit:
    found: Audit = Audit.get_by_id(audit.id)
    return found


def approved(cast: Cast, **more: Any) -> Audit:
    """An audit that somebody else approved, with nothing found."""
    audit = assigned(cast, **more)
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, _fresh(audit))
    actions.approve(cast.actor("head_of_audit"), NOW, _fresh(audit), "よい")
    return _fresh(audit)


def with_finding(cast: Cast) -> tuple[Audit, Finding]:
    """An approved audit with one open finding."""
    audit = assigned(cast)
    answer_all(cast, audit)
    wrong = items(audit)[0]
    answer(cast, wrong, Result.MINOR, note="権限が残っていた")
    finding = findings.record(
        cast.actor("auditor"), NOW, grade=Grade.MINOR, title="権限", facts="残っていた",
        department_id=cast.department["D210"], subject_id=cast.subject["D210"], due_on=date(2026, 12, 18), item=wrong,
    )  # fmt: skip
    actions.submit(cast.actor("auditor"), NOW, _fresh(audit))
    actions.approve(cast.actor("head_of_audit"), NOW, _fresh(audit))
    return _fresh(audit), finding


def states(audit: Audit) -> list[str]:
    return [
        row.state for row in AuditState.select().where(AuditState.audit == audit.id).order_by(AuditState.id)
    ]


def test_the_job_closes_what_is_approved_and_has_nothing_open_once(cast: Cast) -> None:
    audit = approved(cast)
    job: Any = named("close_audits")
    assert [job.work(JOB, None, LATER).changed for _run in range(2)] == [1, 0]
    assert states(audit) == ["planned", "in_progress", "submitted", "approved", "closed"]
    assert list(derived_mismatches()) == []


def test_an_open_finding_keeps_it_open_and_its_end_closes_it_at_once(cast: Cast) -> None:
    audit, finding = with_finding(cast)
    assert actions.close_finished(JOB, LATER) == 0
    findings.withdraw(cast.actor("administrator"), LATER, finding, "誤りだった")
    assert _fresh(audit).current_state == "closed"
    last = AuditState.latest(Moment.at(LATER), audit=audit.id)
    assert last is not None and last.recorded_by is None and last.recorded_at == LATER


def test_the_end_of_a_finding_does_not_close_what_is_not_approved(cast: Cast) -> None:
    audit, finding = with_finding(cast)
    actions.reopen(cast.actor("representative"), LATER, audit, "判定が違う")
    findings.withdraw(cast.actor("administrator"), LATER, finding, "誤りだった")
    assert _fresh(audit).current_state == "returned"
    assert actions.close_finished(JOB, LATER) == 0


def test_a_self_inspection_is_not_closed(cast: Cast) -> None:
    audit = approved(cast)
    Audit.update(current_state="approved").where(Audit.id == audit.id).execute()
    Audit._meta.database.execute_sql("UPDATE audit SET kind = 'self_inspection'")
    assert actions.close_finished(JOB, LATER) == 0


def test_the_head_of_audit_closes_it_by_hand_with_a_reason(client: Any, cast: Cast) -> None:
    audit, _finding = with_finding(cast)
    cast.sign_in(client, "head_of_audit")
    assert "残りがあるまま終結する" in text_of(client.get(f"/audits/{audit.id}/decide"))
    assert client.post(f"/audits/{audit.id}/close", data={"comment": " "}).status_code == 422
    assert client.post(f"/audits/{audit.id}/close", data={"comment": "別の監査で追う"}).status_code == 303
    assert _fresh(audit).current_state == "closed"
    page = text_of(client.get(f"/audits/{audit.id}"))
    assert "終結" in page and "別の監査で追う" in page
    client.set_cookie("language", "en")
    assert "Audit closed" in text_of(client.get(f"/audits/{audit.id}"))


@pytest.mark.parametrize("closed", [False, True])
def test_reopening_needs_a_reason_and_opens_the_items_again(client: Any, cast: Cast, closed: bool) -> None:
    audit = approved(cast)
    if closed:
        actions.close_finished(JOB, NOW)
    with pytest.raises(RuleBroken):
        answer(cast, items(audit)[0], Result.MINOR, note="後から")
    cast.sign_in(client, "head_of_audit")
    assert client.post(f"/audits/{audit.id}/return", data={"comment": "直して"}).status_code == 422
    assert client.post(f"/audits/{audit.id}/reopen", data={"comment": " "}).status_code == 422
    assert client.post(f"/audits/{audit.id}/reopen", data={"comment": "判定が違う"}).status_code == 303
    assert _fresh(audit).current_state == "returned"
    page = text_of(client.get(f"/audits/{audit.id}"))
    assert "再開" in page and "判定が違う" in page
    assert Notice.select().where(Notice.kind == "audit_returned").count() == 1
    answer(cast, items(audit)[0], Result.OBSERVATION, note="掲示が古い")


def test_who_carried_it_out_neither_closes_nor_reopens_it(cast: Cast) -> None:
    audit = assigned(cast, auditors=("head_of_audit",))
    answer_all(cast, audit, by="head_of_audit")
    actions.submit(cast.actor("head_of_audit"), NOW, _fresh(audit))
    actions.approve(cast.actor("representative"), NOW, _fresh(audit))
    for act in (actions.close, actions.reopen):
        with pytest.raises(RuleBroken):
            act(cast.actor("head_of_audit"), NOW, _fresh(audit), "理由")
    assert _fresh(audit).current_state == "approved"


def test_a_decision_from_outside_is_still_shown_and_reported_once_it_is_closed(
    client: Any, cast: Cast
) -> None:
    from tests.audits.test_decide import OUTSIDE, _very_small, submitted

    _very_small(cast)
    audit = submitted(cast, auditors=("head_of_audit",))
    cast.sign_in(client, "head_of_audit")
    client.post(f"/audits/{audit.id}/approve", data=OUTSIDE)
    actions.close_finished(JOB, LATER)
    assert [number for number, _row in outside.approvals(2026, Moment.at(LATER))] == [audit.number]
    assert "監査綴り 26-7" in text_of(client.get(f"/audits/{audit.id}"))


def test_a_closed_audit_waits_for_nobody(cast: Cast) -> None:
    approved(cast)
    actions.close_finished(JOB, NOW)
    for name in ("auditor", "head_of_audit", "administrator", "head_of_sales"):
        assert waiting_for(cast.actor(name), Moment.at(NOW)) == []


@pytest.mark.parametrize(
    ("name", "status"), [("auditor", 403), ("head_of_sales", 403), ("head_of_other", 404), ("operator", 404)]
)
def test_who_may_not_decide_neither_closes_nor_reopens(
    client: Any, cast: Cast, name: str, status: int
) -> None:
    audit = approved(cast)
    cast.sign_in(client, name)
    for act in ("close", "reopen"):
        assert client.post(f"/audits/{audit.id}/{act}", data={"comment": "理由"}).status_code == status


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    audit = approved(cast)
    for act in ("close", "reopen"):
        assert "sign-in" in client.post(f"/audits/{audit.id}/{act}").location
