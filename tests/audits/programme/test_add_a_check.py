"""A check that no rule asks for is planned by hand; one assigned by hand stands for a planned one; gaps wait."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auditor.audits import actions
from auditor.audits.programme import editing, gaps
from auditor.audits.programme.checks import checks_of
from auditor.audits.programme.models import ProgrammeEntry, ProgrammeOpening
from auditor.audits.programme.waiting import waiting_for
from auditor.audits.series import Recurrence
from auditor.dated import Moment
from tests.audits.making import assigned, new_audit
from tests.audits.programme.making import NEXT, THIS, approved, begun, detail, entries, planned
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

LATER = NOW + timedelta(hours=1)


def _form(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "subject": cast.subject["D210"], "kind": "operation", "catalogue": cast.catalogue, "mark": "once",
        "starts_on": "2027-06-07", "due_on": "2027-06-18", "codes": ["ORG-01"], **more,
    }  # fmt: skip


def test_a_subject_is_searched_and_its_check_added_with_date_controls_and_auditor(
    client: Any, cast: Cast
) -> None:
    programme = begun(cast)
    cast.sign_in(client, "head_of_audit")
    assert "/programme/2027/add" in client.get("/programme/2027/entries").get_data(as_text=True)
    page = client.get("/programme/2027/add?q=営業")
    assert "営業" in text_of(page) and "経理" not in text_of(page)
    chosen = client.get(f"/programme/2027/add?subject={cast.subject['D210']}&kind=operation&next=1")
    assert chosen.status_code == 200 and "ORG-01" in text_of(chosen)
    form = _form(cast, auditors=[cast.person["auditor"]], lead=cast.person["auditor"])
    assert client.post("/programme/2027/add", data=form).status_code == 303
    assert client.post("/programme/2027/add", data=form).status_code == 303, "a second click"
    (entry,) = entries(programme)
    row = detail(entry)
    assert (row.starts_on, row.due_on, row.codes) == (date(2027, 6, 7), date(2027, 6, 18), ["ORG-01"])
    assert row.people == [cast.person["auditor"]] and entry.rule is None


@pytest.mark.parametrize("kind", ["operation", "self_inspection"])
def test_every_kind_of_check_has_its_form(client: Any, cast: Cast, kind: str) -> None:
    begun(cast)
    cast.sign_in(client, "administrator")
    at = f"/programme/2027/add?subject={cast.subject['D220']}&kind={kind}"
    for language in ("ja", "en"):
        client.set_cookie("language", language)
        assert client.get(at).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"starts_on": "2028-06-07"}, {"due_on": "2027-06-01"}, {"codes": []}, {"starts_on": "June"}],
)
def test_what_cannot_be_is_refused_with_everything_kept(client: Any, cast: Cast, wrong: Any) -> None:
    programme = begun(cast)
    cast.sign_in(client, "head_of_audit")
    answer = client.post("/programme/2027/add", data=_form(cast, **wrong))
    assert answer.status_code == 422
    assert not entries(programme)


def test_an_auditor_of_the_own_department_is_refused_with_the_reason(client: Any, cast: Cast) -> None:
    programme = begun(cast)
    cast.sign_in(client, "head_of_audit")
    answer = client.post("/programme/2027/add", data=_form(cast, auditors=[cast.person["staff_of_sales"]]))
    assert answer.status_code == 422 and not entries(programme)


def test_nothing_chosen_and_an_approved_plan_without_a_reason_are_told(
    client: Any, cast: Cast, standing_clock: Any
) -> None:
    approved(cast)
    standing_clock.move(LATER)
    cast.sign_in(client, "head_of_audit", LATER)
    assert client.get("/programme/2027/add?next=1").status_code == 422
    assert client.post("/programme/2027/add", data=_form(cast)).status_code == 422
    kept = client.post("/programme/2027/add", data=_form(cast, reason="事故の後の臨時の確認"))
    assert kept.status_code == 303
    assert "事故の後の臨時の確認" in text_of(client.get("/programme/2027/history"))


@pytest.mark.parametrize(("name", "status"), [("representative", 403), ("auditor", 404), ("operator", 404)])
def test_who_does_not_plan_adds_and_links_nothing(client: Any, cast: Cast, name: str, status: int) -> None:
    entry = entries(planned(cast))[0]
    cast.sign_in(client, name)
    assert client.get("/programme/2027/add").status_code == status
    assert client.post("/programme/2027/add", data=_form(cast)).status_code == status
    assert client.post(f"/programme/2027/entries/{entry.id}/link", data={"audit": 1}).status_code == status


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    begun(cast)
    assert "/sign-in" in client.get("/programme/2027/add").location


# ---- one assigned by hand ----


def test_an_audit_assigned_by_hand_is_counted_as_the_planned_one(
    client: Any, cast: Cast, standing_clock: Any
) -> None:
    entry = next(one for one in entries(approved(cast)) if one.subject_id == cast.subject["D210"])
    other = assigned(cast)  # of this year
    audit = assigned(cast, starts_on=date(2027, 6, 7), due_on=date(2027, 6, 18))
    standing_clock.move(LATER)
    cast.sign_in(client, "head_of_audit", LATER)
    page = client.get(f"/programme/2027/entries/{entry.id}").get_data(as_text=True)
    assert f'value="{audit.id}">{audit.number}' in page and other.number not in page
    at = f"/programme/2027/entries/{entry.id}/link"
    assert client.post(at, data={"audit": other.id}).location.endswith(f"/entries/{entry.id}")
    assert not ProgrammeOpening.select().exists()
    assert client.post(at, data={"audit": audit.id}).location == f"/audits/{audit.id}"
    assert ProgrammeOpening.get().entry_id == entry.id
    assert client.post(at, data={"audit": audit.id}).status_code == 303, "a second click"
    assert ProgrammeOpening.select().count() == 1


# ---- the list ----


@pytest.mark.parametrize("sort", ["starts", "-starts", "subject", "-kind", "due", "-due", "nothing"])
def test_the_list_is_sorted_and_keeps_its_filter(client: Any, cast: Cast, sort: str) -> None:
    planned(cast)
    cast.sign_in(client, "head_of_audit")
    page = client.get(f"/programme/2027/entries?kind=audit&sort={sort}")
    assert page.status_code == 200
    assert "kind=audit&amp;sort=" in page.get_data(as_text=True)


def test_the_order_is_that_of_the_column(cast: Cast) -> None:
    from auditor.audits.programme import listing

    programme = planned(cast)

    def order(sort: str) -> list[Any]:
        found = listing.matching(programme, NEXT, listing.Filter(sort=sort), {}, Moment.at(NOW))
        return [row.due_on if "due" in sort else row.entry.subject.code for row in found]

    assert order("due") == sorted(order("due")) and order("-due") == sorted(order("due"), reverse=True)
    assert order("subject") == sorted(order("subject"))


# ---- series ----


def test_what_a_series_brings_is_counted_as_it_was_agreed(cast: Cast) -> None:
    by = cast.actor("administrator")
    audit = actions.assign_recurring(by, NOW, new_audit(cast), Recurrence("FREQ=MONTHLY"))
    series = audit.series_of_id

    def coming() -> list[date]:
        found = checks_of(THIS, Moment.at(NOW))
        return sorted(one.starts_on for one in found if one.audit_id is None and one.series_id == series)

    before = coming()
    assert before and all(day > NOW.date() for day in before)
    key = before[0].replace(day=audit_day(audit)).isoformat()
    actions.skip_occurrence(by, NOW, series, key, "閑散期のため", None)
    assert coming() == before[1:]
    key = before[1].replace(day=audit_day(audit)).isoformat()
    moved = before[1] + timedelta(days=7)
    actions.move_occurrence(by, NOW, series, key, (moved, moved + timedelta(days=5)), "繁忙期のため", None)
    assert coming() == sorted([moved, *before[2:]])


def audit_day(audit: Any) -> int:
    """The day of the month of the rule's own dates."""
    return date.fromisoformat(audit.occurrence).day


# ---- gaps of an approved plan ----


def test_gaps_that_appear_later_wait_for_who_plans_until_they_are_closed(cast: Cast) -> None:
    programme = approved(cast)
    running = datetime(2027, 6, 1, tzinfo=UTC)

    def items(name: str, at: datetime) -> list[str]:
        return [one.url for one in waiting_for(cast.actor(name, at), Moment.at(at)) if "only=gap" in one.url]

    assert not items("head_of_audit", running)
    last = (
        ProgrammeEntry.select().where(ProgrammeEntry.kind == "operation").order_by(-ProgrammeEntry.id).get()
    )
    editing.skip(cast.actor("head_of_audit"), running, programme, [last.id], "見送り")
    later = running + timedelta(hours=1)
    assert gaps.tell_gaps(later)
    for name in ("head_of_audit", "administrator"):
        assert items(name, later) == ["/programme/2027?only=gap"]
    assert not items("representative", later) and not items("auditor", later)
    editing.skip(cast.actor("head_of_audit"), later, programme, [last.id], "実施する", undo=True)
    assert not items("head_of_audit", later + timedelta(hours=1))
