"""Changing who audits and when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.audits import actions, queries
from auditor.audits.actions import Appointee
from auditor.audits.models import Audit, AuditAssignee, AuditPlan
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.notifications.models import Notice
from tests.audits.making import assigned
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast


def _plan(audit: Audit, **more: Any) -> dict[str, Any]:
    return {
        "starts_on": "2026-12-01",
        "due_on": "2026-12-25",
        "reason": "棚卸しと重なるため",
        "based_on": str(AuditPlan.get(AuditPlan.audit == audit.id).id),
        **more,
    }


def _rows(audit: Audit) -> list[int]:
    return [row.id for row in queries.auditors([audit.id], Moment.at(NOW)).get(audit.id, [])]


def _names(cast: Cast, audit: Audit) -> set[int]:
    return {row.person_id for row in queries.auditors([audit.id], Moment.at(NOW)).get(audit.id, [])}


def test_a_moved_date_is_a_new_row_with_its_reason(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "administrator")
    assert client.post(f"/audits/{audit.id}/plan", data=_plan(audit)).status_code == 303
    rows = list(AuditPlan.select().order_by(AuditPlan.id))
    assert [row.due_on for row in rows] == [date(2026, 12, 11), date(2026, 12, 25)]
    assert rows[1].replaces_id == rows[0].id
    assert "棚卸しと重なるため" in text_of(client.get(f"/audits/{audit.id}"))


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"due_on": "2026-11-01"}, {"starts_on": "tomorrow"}])
def test_a_move_that_is_wrong_is_refused_and_keeps_what_was_typed(
    client: Any, cast: Cast, wrong: Any
) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "administrator")
    refused = client.post(f"/audits/{audit.id}/plan", data=_plan(audit, **wrong))
    assert refused.status_code == 422
    assert AuditPlan.select().count() == 1


def test_of_two_who_move_the_dates_the_second_sees_both(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    form = _plan(audit)
    actions.move_plan(
        cast.actor("head_of_audit"),
        NOW,
        audit,
        date(2026, 12, 7),
        date(2026, 12, 18),
        "人の都合",
        int(form["based_on"]),
    )
    cast.sign_in(client, "administrator")
    refused = client.post(f"/audits/{audit.id}/plan", data=form)
    assert refused.status_code == 409
    assert "人の都合" in text_of(refused)
    assert "棚卸しと重なるため" in text_of(refused)
    seen = parsed(refused).xpath("//input[@name='based_on']/@value")[0]
    assert client.post(f"/audits/{audit.id}/plan", data={**form, "based_on": seen}).status_code == 303


def test_an_audit_that_ended_is_not_moved(cast: Cast) -> None:
    audit = assigned(cast)
    actions.cancel(cast.actor("administrator"), NOW, audit, "部署の廃止")
    with pytest.raises(RuleBroken):
        actions.move_plan(
            cast.actor("administrator"),
            NOW,
            Audit.get_by_id(audit.id),
            date(2026, 12, 1),
            date(2026, 12, 2),
            "x",
            1,
        )


def test_an_auditor_is_replaced_and_the_new_one_told(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "administrator")
    form = {"auditors": [cast.person["second_auditor"]], "based_on": _rows(audit)}
    assert client.post(f"/audits/{audit.id}/auditors", data=form).status_code == 303
    assert _names(cast, audit) == {cast.person["second_auditor"]}
    told = [row.person_id for row in Notice.select().order_by(Notice.id)]
    assert told == [cast.person["auditor"], cast.person["second_auditor"]]


def test_somebody_who_audited_before_comes_back_on_the_same_series(cast: Cast) -> None:
    audit = assigned(cast)
    by = cast.actor("administrator")
    first, second = cast.person["auditor"], cast.person["second_auditor"]
    actions.change_auditors(by, NOW, audit, [Appointee(second)], _rows(audit))
    actions.change_auditors(by, NOW, audit, [Appointee(first, True), Appointee(second)], _rows(audit))
    rows = list(AuditAssignee.select().where(AuditAssignee.person == first).order_by(AuditAssignee.id))
    assert [(row.held, row.lead) for row in rows] == [(True, True), (False, False), (True, True)]
    assert queries.auditors([audit.id], Moment.at(NOW))[audit.id][0].person_id == first


def test_a_new_auditor_who_is_not_independent_is_refused(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "administrator")
    form = {"auditors": [cast.person["staff_of_sales"]], "based_on": _rows(audit)}
    refused = client.post(f"/audits/{audit.id}/auditors", data=form)
    assert refused.status_code == 422
    assert "営業一課" in text_of(refused)
    assert _names(cast, audit) == {cast.person["auditor"]}


def test_an_override_is_shown_on_the_page_of_the_audit(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "head_of_audit")
    staff = cast.person["staff_of_sales"]
    form = {"auditors": [staff], f"override-{staff}": "ほかに人がいない", "based_on": _rows(audit)}
    assert client.post(f"/audits/{audit.id}/auditors", data=form).status_code == 303
    assert "ほかに人がいない" in text_of(client.get(f"/audits/{audit.id}"))


def test_of_two_who_change_the_auditors_the_second_is_told(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    seen = _rows(audit)
    by = cast.actor("head_of_audit")
    actions.change_auditors(by, NOW, audit, [Appointee(cast.person["second_auditor"])], seen)
    with pytest.raises(Stale):
        actions.change_auditors(by, NOW, audit, [Appointee(cast.person["auditor"])], seen)
    cast.sign_in(client, "administrator")
    refused = client.post(
        f"/audits/{audit.id}/auditors", data={"auditors": [cast.person["auditor"]], "based_on": seen}
    )
    assert refused.status_code == 409
    assert "森田" in text_of(refused)


def test_nobody_is_refused(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "administrator")
    assert client.post(f"/audits/{audit.id}/auditors", data={"based_on": _rows(audit)}).status_code == 422


@pytest.mark.parametrize("tail", ["plan", "auditors", "cancel"])
def test_who_only_reads_an_audit_may_not_change_it_and_a_stranger_finds_nothing(
    client: Any, cast: Cast, tail: str
) -> None:
    audit = assigned(cast)
    readers = dict.fromkeys(("auditor", "head_of_sales", "representative"), 403)
    for name, status in {**readers, "head_of_other": 404, "staff_of_sales": 404}.items():
        cast.sign_in(client, name)
        assert client.get(f"/audits/{audit.id}/{tail}").status_code == status, name


@pytest.mark.parametrize("tail", ["plan", "auditors", "cancel"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast, tail: str) -> None:
    audit = assigned(cast)
    assert "sign-in" in client.get(f"/audits/{audit.id}/{tail}").location
