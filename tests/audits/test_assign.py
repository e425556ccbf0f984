"""Assigning an audit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.access import application
from auditor.audits import actions, preparing, queries
from auditor.audits.actions import Appointee
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditDraft,
    AuditItem,
    AuditLeftOut,
    AuditPlan,
    AuditState,
)
from auditor.catalogue.actions import set_applicability
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import speaking
from auditor.notifications.models import Notice
from tests.audits.making import DEPARTMENT_CONTROLS, assigned, new_audit
from tests.bed.pages import text_of
from tests.cast import NOW, START, Cast


def _terms(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "subject": cast.subject["D210"],
        "subject_search": "営業第一部",
        "kind": "operation",
        "period_from": "2026-04-01",
        "period_to": "2026-11-19",
        "starts_on": "2026-11-24",
        "due_on": "2026-12-11",
        "recurs": "",
        "rule": "",
        **more,
    }


def _controls(cast: Cast) -> list[int]:
    return [cast.control[code] for code in DEPARTMENT_CONTROLS]


def test_an_audit_is_created_with_its_plan_items_and_auditors(cast: Cast) -> None:
    audit = assigned(cast)
    assert (audit.number, audit.fiscal_year, audit.current_state) == ("A26-01", 2026, "planned")
    assert AuditItem.select().where(AuditItem.audit == audit.id).count() == 5
    plan = AuditPlan.get(AuditPlan.audit == audit.id)
    assert (plan.starts_on, plan.due_on) == (date(2026, 11, 24), date(2026, 12, 11))
    post = AuditAssignee.get(AuditAssignee.audit == audit.id)
    assert (post.person_id, post.lead, post.held) == (cast.person["auditor"], True, True)
    assert [row.state for row in AuditState.select()] == ["planned"]


def test_the_auditors_are_told_by_mail(cast: Cast) -> None:
    assigned(cast)
    notice = Notice.get()
    assert (notice.person_id, notice.kind) == (cast.person["auditor"], "audit_assigned")


def test_the_number_counts_within_the_fiscal_year_of_the_start(cast: Cast) -> None:
    numbers = [
        assigned(cast).number,
        assigned(cast).number,
        assigned(cast, starts_on=date(2027, 4, 5), due_on=date(2027, 4, 9)).number,
    ]
    assert numbers == ["A26-01", "A26-02", "A27-01"]


def test_an_auditor_of_the_same_department_is_refused_with_unit_and_dates(app: Any, cast: Cast) -> None:
    with app.test_request_context(), pytest.raises(RuleBroken) as refused:
        assigned(cast, auditors=("staff_of_sales",))
    assert "営業一課" in str(refused.value)
    assert "2026-04-01" in str(refused.value)
    assert Audit.select().count() == 0


def test_the_head_of_audit_may_override_with_a_written_reason(cast: Cast) -> None:
    audit = actions.assign(cast.actor("head_of_audit"), NOW, _overridden(cast, "人手がない"))
    post = AuditAssignee.get(AuditAssignee.audit == audit.id)
    assert (post.override_reason, post.overridden_by) == ("人手がない", cast.person["head_of_audit"])


def test_the_administrator_may_not_override(app: Any, cast: Cast) -> None:
    with app.test_request_context(), pytest.raises(RuleBroken):
        actions.assign(cast.actor("administrator"), NOW, _overridden(cast, "人手がない"))


def test_an_override_needs_its_reason(app: Any, cast: Cast) -> None:
    with app.test_request_context(), pytest.raises(RuleBroken):
        actions.assign(cast.actor("head_of_audit"), NOW, _overridden(cast, "  "))


def _overridden(cast: Cast, reason: str) -> actions.NewAudit:
    from dataclasses import replace

    return replace(new_audit(cast), auditors=(Appointee(cast.person["staff_of_sales"], True, reason),))


def test_somebody_who_has_left_is_refused(app: Any, cast: Cast) -> None:
    with app.test_request_context(), pytest.raises(RuleBroken):
        assigned(cast, subject="D130", auditors=("leaver",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"period_to": date(2026, 3, 1)},
        {"due_on": date(2026, 11, 1)},
        {"kind": "other"},
        {"codes": ()},
        {"codes": ("POL-01",)},
        {"codes": ("ORG-01", "POL-01")},
        {"auditors": ()},
        {"subject_id": 999},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(app: Any, cast: Cast, wrong: Any) -> None:
    with app.test_request_context(), pytest.raises(RuleBroken):
        assigned(cast, **wrong)
    assert Audit.select().count() == 0


def test_an_audit_of_1200_controls_is_written_set_based(cast: Cast, query_count: Any) -> None:
    assigned(cast)
    with query_count() as few:
        assigned(cast, codes=DEPARTMENT_CONTROLS[:1])
    with query_count() as many:
        assigned(cast)
    assert many.count == few.count


# ---- the pages ----


def test_the_pages_lead_from_the_subject_to_the_assigned_audit(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    first = client.post("/audits/new", data=_terms(cast))
    assert first.status_code == 303
    draft = AuditDraft.get()
    chosen = {"shown": _controls(cast), "controls": _controls(cast)[:2], "next": "1"}
    assert client.post(f"/audits/new/{draft.id}/controls", data=chosen).status_code == 303
    people = client.page(f"/audits/new/{draft.id}/auditors").text_content()
    assert "大西" in people
    picked = {"auditors": [cast.person["auditor"]], "lead": cast.person["auditor"]}
    assert client.post(f"/audits/new/{draft.id}/auditors", data=picked).status_code == 303
    assert "営業第一部" in client.page(f"/audits/new/{draft.id}/check").text_content()
    assert Audit.select().count() == 0
    done = client.post(f"/audits/new/{draft.id}/check")
    again = client.post(f"/audits/new/{draft.id}/check")
    assert (again.status_code, again.headers["Location"]) == (303, "/audits/"), "a double click assigns once"
    assert done.status_code == 303
    assert Audit.get().number in client.page(done.location).text_content()
    assert AuditItem.select().count() == 2


def test_a_double_click_assigns_once(client: Any, cast: Cast) -> None:
    draft = preparing.start(cast.actor("administrator"), NOW)
    new = new_audit(cast)
    preparing.keep(
        draft,
        NOW,
        subject=new.subject_id,
        version=new.version_id,
        controls=list(new.control_ids),
        auditors=[{"person": cast.person["auditor"], "lead": True}],
    )
    again = AuditDraft.get_by_id(draft.id)
    preparing.finish(cast.actor("administrator"), NOW, draft)
    with pytest.raises(NotFound):
        preparing.finish(cast.actor("administrator"), NOW, again)
    assert Audit.select().count() == 1


def test_a_refused_form_keeps_what_was_typed(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    answer = client.post("/audits/new", data=_terms(cast, due_on="2026-11-01"))
    assert answer.status_code == 422
    assert "期限が開始日より前" in text_of(answer)
    assert 'value="2026-11-01"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("rule", ["", "FREQ=DAILY", "nonsense", "FREQ=MONTHLY;INTERVAL=x"])
def test_a_rule_of_recurrence_that_cannot_be_read_is_refused(client: Any, cast: Cast, rule: str) -> None:
    cast.sign_in(client, "administrator")
    answer = client.post("/audits/new", data=_terms(cast, recurs="rule", rule=rule))
    assert answer.status_code == 422


def test_words_that_name_several_subjects_offer_them(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    answer = client.post("/audits/new", data=_terms(cast, subject="", subject_search="営業第"))
    assert answer.status_code == 422
    assert "営業第二部" in text_of(answer)


def test_the_search_for_subjects_answers_as_one_types(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    found = client.get("/audits/subjects/find?q=情報").get_json()
    assert [row["hint"] for row in found] == ["D130"]


def test_a_candidate_who_is_not_independent_shows_why_and_cannot_be_ticked(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    client.post("/audits/new", data=_terms(cast))
    address = f"/audits/new/{AuditDraft.get().id}/auditors"
    page = client.post(address, data={"person": "西村", "find": "1"})
    assert "独立でない" in text_of(page)
    assert "営業一課" in text_of(page)
    assert f'value="{cast.person["staff_of_sales"]}"' not in page.get_data(as_text=True)
    refused = client.post(address, data={"auditors": [cast.person["staff_of_sales"]]})
    assert refused.status_code == 422


def test_choosing_no_controls_is_refused(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    client.post("/audits/new", data=_terms(cast))
    address = f"/audits/new/{AuditDraft.get().id}/controls"
    assert client.post(address, data={"shown": _controls(cast), "next": "1"}).status_code == 422


def test_a_whole_category_is_chosen_or_left_out_by_one_button(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    client.post("/audits/new", data=_terms(cast))
    draft = AuditDraft.get()
    category = _category(cast)
    client.post(
        f"/audits/new/{draft.id}/controls",
        data={"shown": _controls(cast), "controls": _controls(cast), "none": category},
    )
    kept = AuditDraft.get_by_id(draft.id).values["controls"]
    assert kept == [cast.control[code] for code in ("PHY-01", "PHY-02", "TEC-01")]


def _category(cast: Cast) -> int:
    from auditor.catalogue.models import Control

    return int(Control.get_by_id(cast.control["ORG-01"]).category_id)


def test_a_search_keeps_what_it_hides(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    client.post("/audits/new", data=_terms(cast))
    draft = AuditDraft.get()
    shown = [cast.control["ORG-01"], cast.control["ORG-02"]]
    client.post(
        f"/audits/new/{draft.id}/controls?q=ORG", data={"shown": shown, "controls": shown[:1], "find": "1"}
    )
    kept = AuditDraft.get_by_id(draft.id).values["controls"]
    assert kept == [cast.control[code] for code in ("ORG-01", "PHY-01", "PHY-02", "TEC-01")]


def test_a_draft_of_somebody_else_is_not_found(client: Any, cast: Cast) -> None:
    draft = preparing.start(cast.actor("administrator"), NOW)
    cast.sign_in(client, "head_of_audit")
    assert client.get(f"/audits/new/{draft.id}").status_code == 404


def test_who_only_reads_audits_may_assign_none_and_a_stranger_finds_no_page(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "head_of_sales")
    assert client.get("/audits/new").status_code == 403
    assert (
        client.get(f"/audits/new/{preparing.start(cast.actor('administrator'), NOW).id}").status_code == 404
    )
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/audits/new").status_code == 404


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    answer = client.get("/audits/new")
    assert answer.status_code == 303
    assert "sign-in" in answer.location


def test_an_audit_assigned_tomorrow_is_not_there_today(cast: Cast) -> None:
    assigned(cast, at=NOW + timedelta(days=1))
    assert queries.audits_at(Moment.at(NOW)) == []


def test_the_audit_of_the_administrators_own_unit_is_the_head_of_audits_alone(
    client: Any, cast: Cast
) -> None:
    with pytest.raises(RuleBroken):
        assigned(cast, subject="D110")
    cast.sign_in(client, "administrator")
    refused = client.post("/audits/new", data=_terms(cast, subject=cast.subject["D110"]))
    assert refused.status_code == 422
    assert "個人情報保護監査責任者" in text_of(refused)
    audit = assigned(cast, subject="D110", by="head_of_audit")
    with pytest.raises(RuleBroken):
        actions.cancel(cast.actor("administrator"), NOW, audit, "やめる")


# ---- controls that do not apply to the subject ----

_WHY = "個人データを含む紙を置いていないため"


def _does_not_apply(cast: Cast, code: str = "PHY-01", applies: bool = False, at: Any = NOW) -> None:
    set_applicability(
        cast.actor("administrator"),
        cast.catalogue,
        code,
        Subject.get_by_id(cast.subject["D210"]),
        applies,
        _WHY,
        START,
        at,
    )


def test_a_control_that_does_not_apply_is_listed_apart_with_the_reason_and_is_no_item(
    client: Any, cast: Cast
) -> None:
    _does_not_apply(cast)
    cast.sign_in(client, "administrator")
    client.post("/audits/new", data=_terms(cast))
    draft = AuditDraft.get()
    page = client.page(f"/audits/new/{draft.id}/controls")
    assert not page.xpath(f"//input[@name='controls' and @value='{cast.control['PHY-01']}']")
    told = page.xpath("string(//section[.//h2[contains(., '該当しない管理策')]])")
    assert "PHY-01" in told and _WHY in told and START.isoformat() in told
    client.post(f"/audits/new/{draft.id}/controls", data={"controls": _controls(cast), "next": "1"})
    assert cast.control["PHY-01"] not in AuditDraft.get().values["controls"]


def test_what_was_left_out_stays_recorded_when_the_control_applies_again_later(
    client: Any, cast: Cast
) -> None:
    _does_not_apply(cast)
    audit = assigned(cast, codes=("ORG-01", "PHY-02"))
    _does_not_apply(cast, applies=True, at=NOW + timedelta(hours=1))
    (row,) = AuditLeftOut.select()
    assert (row.control_id, row.said.reason) == (cast.control["PHY-01"], _WHY)
    cast.sign_in(client, "administrator")
    told = client.page(f"/audits/{audit.id}").xpath(
        "string(//section[.//h2[contains(., '該当しない管理策')]])"
    )
    assert "PHY-01" in told and _WHY in told
    counted = queries.audits_at(Moment.at(NOW + timedelta(hours=1)))[0].results
    assert sum(counted.values()) == 2, "it is neither covered nor missing"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_control_that_does_not_apply_is_refused_one_by_one_with_the_reason(
    app: Any, cast: Cast, language: str
) -> None:
    _does_not_apply(cast)
    with app.test_request_context(), speaking(language), pytest.raises(RuleBroken) as refused:
        assigned(cast)
    assert "PHY-01" in str(refused.value) and _WHY in str(refused.value) and "2026" in str(refused.value)
    assert Audit.select().count() == 0 and AuditLeftOut.select().count() == 0
    _does_not_apply(cast, applies=True, at=NOW + timedelta(seconds=1))
    assigned(cast, at=NOW + timedelta(seconds=2))
    assert AuditItem.select().count() == 5


def test_the_next_audit_of_a_series_leaves_out_what_no_longer_applies(cast: Cast) -> None:
    actions.assign_recurring(
        cast.actor("administrator"), NOW, new_audit(cast), actions.Recurrence("FREQ=MONTHLY;INTERVAL=3")
    )
    _does_not_apply(cast)
    (opened,) = actions.open_due(application("jobs"), NOW + timedelta(days=80)).audit_ids
    assert AuditItem.select().where(AuditItem.audit == opened).count() == 4
    assert [row.control_id for row in AuditLeftOut.select()] == [cast.control["PHY-01"]]
