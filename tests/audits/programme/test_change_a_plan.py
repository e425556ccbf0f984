"""Changing a plan: one check, many at once, a cell that need not be checked, its rules and terms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.audits.programme import editing, planning, queries
from auditor.audits.programme.models import CellNotNeeded, ProgrammeEntryDetail, ProgrammeRule
from auditor.audits.programme.words import CellState
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.people.models import Employment
from tests.audits.programme.making import NEXT, approved, begun, detail, entries, planned, seen
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

LATER = NOW + timedelta(hours=1)


def _of(cast: Cast, programme: Any, code: str = "D210") -> Any:
    return next(entry for entry in entries(programme) if entry.subject_id == cast.subject[code])


def _form(cast: Cast, entry: Any, **more: Any) -> dict[str, Any]:
    row = detail(entry)
    return {
        "starts_on": "2027-09-01", "due_on": "2027-09-15", "codes": list(row.codes), "auditors": list(row.people),
        "lead": row.people[0], "based_on": row.id, **more,
    }  # fmt: skip


def test_a_check_is_moved_and_the_rule_keeps_its_date(client: Any, cast: Cast) -> None:
    entry = _of(cast, planned(cast))
    cast.sign_in(client, "head_of_audit")
    answer = client.post(f"/programme/2027/entries/{entry.id}", data=_form(cast, entry))
    assert answer.status_code == 303
    row = detail(entry)
    assert (row.starts_on, row.due_on, row.by_hand) == (date(2027, 9, 1), date(2027, 9, 15), True)
    assert entry.rule_on != row.starts_on
    assert "ルールの日付" in text_of(client.get("/programme/2027/entries?show=moved"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"due_on": "2027-08-01"}, "期限が開始日より前"),
        ({"starts_on": "2026-09-01"}, "この年度"),
        ({"starts_on": "soon"}, "2026-11-20"),
        ({"codes": []}, "管理策を1件以上"),
    ],
)
def test_a_check_that_cannot_be_keeps_what_was_typed(client: Any, cast: Cast, wrong: Any, said: str) -> None:
    entry = _of(cast, planned(cast))
    cast.sign_in(client, "head_of_audit")
    answer = client.post(f"/programme/2027/entries/{entry.id}", data=_form(cast, entry, **wrong))
    assert answer.status_code == 422
    assert said in text_of(answer)
    for value in wrong.values():
        assert not value or f'value="{value}"' in answer.get_data(as_text=True)


def test_an_auditor_of_the_own_unit_is_refused_with_the_reason(client: Any, cast: Cast) -> None:
    entry = _of(cast, planned(cast))
    cast.sign_in(client, "head_of_audit")
    form = _form(cast, entry, auditors=[cast.person["staff_of_sales"]])
    answer = client.post(f"/programme/2027/entries/{entry.id}", data=form)
    assert answer.status_code == 422
    assert "営業一課" in text_of(answer)
    assert ProgrammeEntryDetail.select().where(ProgrammeEntryDetail.entry == entry.id).count() == 1


def test_the_administrator_names_nobody_for_the_own_office(app: Any, cast: Cast) -> None:
    programme = planned(cast)
    entry = _of(cast, programme, "D110")
    with app.test_request_context(), pytest.raises(RuleBroken):
        editing.reassign(
            cast.actor("administrator"), LATER, programme, [entry.id], [cast.person["second_auditor"]], ""
        )


def test_the_second_of_two_editors_is_told_and_keeps_what_they_typed(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    entry = _of(cast, programme)
    form = _form(cast, entry)
    editing.move(cast.actor("administrator"), NOW, programme, NEXT, [entry.id], "", weeks=1)
    cast.sign_in(client, "head_of_audit")
    answer = client.post(f"/programme/2027/entries/{entry.id}", data=form)
    assert answer.status_code == 409
    assert 'value="2027-09-01"' in answer.get_data(as_text=True)
    assert "髙田" in text_of(answer)
    again = {**form, "based_on": detail(entry).id}
    assert client.post(f"/programme/2027/entries/{entry.id}", data=again).status_code == 303


# ---- many at once ----


def test_ticked_checks_move_by_weeks_together(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    chosen = entries(programme)[:2]
    before = [detail(entry).starts_on for entry in chosen]
    cast.sign_in(client, "head_of_audit")
    answer = client.post(
        "/programme/2027/entries", data={"entry": [one.id for one in chosen], "do": "weeks", "weeks": "2"}
    )
    assert answer.status_code == 303
    for entry, day in zip(chosen, before, strict=True):
        assert timedelta(weeks=2) <= detail(entry).starts_on - day < timedelta(weeks=3)


def test_a_month_is_chosen_for_all_of_a_list(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    cast.sign_in(client, "head_of_audit")
    client.post("/programme/2027/entries?kind=audit", data={"every": "1", "do": "month", "month": "1"})
    assert {detail(entry).starts_on.month for entry in entries(programme)} == {1}
    assert {detail(entry).starts_on.year for entry in entries(programme)} == {2028}


def test_checks_are_left_out_with_one_reason_and_taken_up_again(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    chosen = [entry.id for entry in entries(programme)[:2]]
    cast.sign_in(client, "head_of_audit")
    refused = client.post("/programme/2027/entries", data={"entry": chosen, "do": "skip"})
    assert refused.status_code == 422
    assert client.get("/programme/2027/entries?show=skipped").status_code == 200
    client.post("/programme/2027/entries", data={"entry": chosen, "do": "skip", "reason": "統合するため"})
    assert seen(programme).gaps > 0
    assert "統合するため" in text_of(client.get("/programme/2027/entries?show=skipped"))
    client.post("/programme/2027/entries", data={"entry": chosen, "do": "resume", "reason": "統合しないため"})
    assert seen(programme).gaps == 0


def test_others_carry_them_out_if_they_may(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    entry = _of(cast, programme, "D210")
    cast.sign_in(client, "head_of_audit")
    found = client.post("/programme/2027/entries", data={"do": "find", "person": "森田", "entry": entry.id})
    assert "森田" in text_of(found) and f'value="{entry.id}" aria-label' in found.get_data(as_text=True)
    form = {"entry": entry.id, "do": "people", "people": cast.person["second_auditor"]}
    assert client.post("/programme/2027/entries", data=form).status_code == 303
    assert detail(entry).people == [cast.person["second_auditor"]]
    form["people"] = cast.person["staff_of_sales"]
    assert client.post("/programme/2027/entries", data=form).status_code == 422


@pytest.mark.parametrize("form", [{}, {"do": "weeks", "weeks": "1"}, {"do": "dance", "entry": "1"}])
def test_nothing_ticked_or_nothing_chosen_is_refused(client: Any, cast: Cast, form: Any) -> None:
    planned(cast)
    cast.sign_in(client, "head_of_audit")
    assert client.post("/programme/2027/entries", data=form).status_code == 422


def test_somebody_who_has_left_is_not_named(app: Any, cast: Cast) -> None:
    programme = planned(cast)
    with app.test_request_context(), pytest.raises(RuleBroken):
        editing.reassign(
            cast.actor("head_of_audit"),
            LATER,
            programme,
            [entries(programme)[0].id],
            [cast.person["leaver"]],
            "",
        )
    assert Employment.select().count()


# ---- cells ----


def test_a_cell_is_marked_as_not_needed_with_a_reason_and_needed_again(client: Any, cast: Cast) -> None:
    programme = begun(cast)
    cast.sign_in(client, "head_of_audit")
    address = f"/programme/2027/cells/{cast.subject['D210']}/physical"
    assert client.post(address, data={"needed": "0", "based_on": ""}).status_code == 422
    done = client.post(address, data={"needed": "0", "based_on": "", "reason": "年度内に閉鎖するため"})
    assert done.status_code == 303
    assert "年度内に閉鎖するため" in text_of(client.get(address))
    row = seen(programme).row(cast.subject["D210"])
    assert row is not None and row.cells["physical"].state is CellState.NOT_NEEDED
    stale = client.post(address, data={"needed": "0", "based_on": "", "reason": "別の理由"})
    assert stale.status_code == 409 and "別の理由" in stale.get_data(as_text=True)
    last = CellNotNeeded.get()
    client.post(address, data={"needed": "1", "based_on": last.id, "reason": "閉鎖を延期したため"})
    row = seen(programme).row(cast.subject["D210"])
    assert row is not None and row.cells["physical"].state is CellState.GAP


def test_a_cell_that_there_is_not_is_not_found(client: Any, cast: Cast) -> None:
    begun(cast)
    cast.sign_in(client, "head_of_audit")
    assert client.get(f"/programme/2027/cells/{cast.subject['D210']}/policy").status_code == 404
    assert client.get(f"/programme/2027/cells/{cast.subject['D211']}/physical").status_code == 404
    assert client.post("/programme/2027/cells/9999/physical", data={"needed": "0"}).status_code == 404


def test_a_gap_is_planned_from_its_cell(client: Any, cast: Cast) -> None:
    programme = begun(cast)
    cast.sign_in(client, "head_of_audit")
    form = {"subject": cast.subject["D210"], "category": "physical"}
    assert client.post("/programme/2027/gaps", data=form).status_code == 303
    row = seen(programme).row(cast.subject["D210"])
    assert row is not None and row.cells["physical"].state is CellState.PLANNED


# ---- an approved plan ----


def test_an_approved_plan_changes_with_a_reason_only_and_shows_it(client: Any, cast: Cast) -> None:
    programme = approved(cast, at=NOW - timedelta(hours=1))
    entry = _of(cast, programme)
    cast.sign_in(client, "head_of_audit")
    with_reason = _form(cast, entry, reason="繁忙期を避けるため")
    without = client.post(f"/programme/2027/entries/{entry.id}", data=_form(cast, entry))
    assert without.status_code == 422
    assert client.post(f"/programme/2027/entries/{entry.id}", data=with_reason).status_code == 303
    page = text_of(client.get("/programme/2027/history"))
    assert "繁忙期を避けるため" in page and "2027-09-01" in page
    assert "繁忙期を避けるため" in text_of(client.get("/programme/2027/print"))


# ---- rules and terms ----


def _rule(**more: Any) -> dict[str, Any]:
    return {
        "kind": "operation", "subject_kinds": ["department"], "categories": ["physical"], "cycle": "times", "times": "2",
        "due_days": "14", "auditors": "1", "active": "1", **more,
    }  # fmt: skip


def test_a_rule_is_added_changed_and_switched_off(client: Any, cast: Cast) -> None:
    begun(cast)
    cast.sign_in(client, "head_of_audit")
    assert client.post("/programme/2027/rules/new", data=_rule()).status_code == 303
    row = ProgrammeRule.get(ProgrammeRule.place == 5)
    assert (row.times, row.categories) == (2, ["physical"])
    form = _rule(active="", based_on=row.id)
    assert client.post("/programme/2027/rules/5", data=form).status_code == 303
    assert "停止中" in text_of(client.get("/programme/2027/rules"))
    assert client.post("/programme/2027/rules/5", data=form).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "party"}, {"subject_kinds": []}, {"cycle": ""}, {"times": "13"}, {"due_days": "0"}, {"auditors": "9"}, {"months": ["13"]}],
)  # fmt: skip
def test_a_rule_that_asks_for_what_there_is_not_is_refused(client: Any, cast: Cast, wrong: Any) -> None:
    begun(cast)
    cast.sign_in(client, "head_of_audit")
    assert client.post("/programme/2027/rules/new", data=_rule(**wrong)).status_code == 422
    assert ProgrammeRule.select().count() == 4


def test_the_terms_are_changed_once(client: Any, cast: Cast) -> None:
    programme = begun(cast)
    cast.sign_in(client, "head_of_audit")
    form = {"unit_level": "section", "audit_lead_days": "20", "inspection_lead_days": "5", "based_on": programme.terms.get().id}  # fmt: skip
    assert client.post("/programme/2027/terms", data={**form, "audit_lead_days": "-1"}).status_code == 422
    assert client.post("/programme/2027/terms", data=form).status_code == 303
    assert queries.terms_of(programme, Moment.at(LATER)).unit_level == "section"
    assert client.post("/programme/2027/terms", data=form).status_code == 409
    with pytest.raises(Stale):
        planning.set_terms(cast.actor("head_of_audit"), LATER, programme, planning.Terms(), 0)
