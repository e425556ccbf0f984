"""A recurring audit: one left out or moved, other terms from a day on, counted from completion, stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auditor.access import application
from auditor.audits import actions, opening, queries, recurrence, seriespage
from auditor.audits.actions import Recurrence, Terms
from auditor.audits.models import Audit, AuditSeriesDetail, SeriesOccurrence
from auditor.company.actions import set_closed_day, set_setting
from auditor.company.queries import closed_days
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.integrity import written
from tests.audits.making import answer_all, new_audit
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

JOBS = application("jobs")
TODAY = date(2026, 11, 20)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def series_of(cast: Cast, rule: str = "FREQ=MONTHLY;INTERVAL=3", **more: Any) -> int:
    """A series whose first audit starts on 2026-11-24; return its id."""
    how = more.pop("how", Recurrence(rule))
    audit = actions.assign_recurring(cast.actor("administrator"), NOW, new_audit(cast, **more), how)
    assert audit.series_of_id is not None
    return audit.series_of_id


def shown(series_id: int, day: date = TODAY) -> list[tuple[str, str]]:
    """The rule's date and the start of each audit to come."""
    moment = Moment.at(at(day))
    course = recurrence.courses(moment, [series_id])[series_id]
    found = recurrence.coming(course, day + timedelta(days=500), closed_days(moment))
    return [(one.day.isoformat(), "left out" if one.skipped else one.starts_on.isoformat()) for one in found]


def opened(series_id: int, day: date) -> list[tuple[str | None, str]]:
    """What the job opens on a day: the rule's date and the start in the plan."""
    when = at(day)
    ids = actions.open_due(JOBS, when).audit_ids
    moment = Moment.at(when)
    rows = [Audit.get_by_id(one) for one in ids]
    return [(row.occurrence, queries.plan_of(row.id, moment).starts_on.isoformat()) for row in rows]


def skip(
    cast: Cast, series_id: int, key: str, reason: str = "組織変更のため", **more: Any
) -> SeriesOccurrence:
    return actions.skip_occurrence(cast.actor("administrator"), NOW, series_id, key, reason, more.get("seen"))


def move(cast: Cast, series_id: int, key: str, start: date, due: date, **more: Any) -> SeriesOccurrence:
    return actions.move_occurrence(
        cast.actor("administrator"), NOW, series_id, key, (start, due), "先方の都合", more.get("seen")
    )


# ---- left out, moved, taken back ----


def test_moving_one_audit_moves_no_other_and_its_rule_date_stays(cast: Cast) -> None:
    one = series_of(cast)
    before = shown(one)
    assert before[:2] == [("2027-02-24", "2027-02-24"), ("2027-05-24", "2027-05-24")]
    move(cast, one, "2027-02-24", date(2027, 3, 8), date(2027, 3, 19))
    assert shown(one) == [("2027-02-24", "2027-03-08"), *before[1:]]
    assert opened(one, date(2027, 2, 5)) == [], "it opens thirty days before the agreed start"
    assert opened(one, date(2027, 2, 6)) == [("2027-02-24", "2027-03-08")]
    assert opened(one, date(2027, 5, 1)) == [("2027-05-24", "2027-05-24")]


def test_one_moved_to_an_earlier_day_opens_in_time(cast: Cast) -> None:
    one = series_of(cast)
    move(cast, one, "2027-05-24", date(2027, 3, 1), date(2027, 3, 12))
    assert opened(one, date(2027, 1, 29)) == [("2027-02-24", "2027-02-24")]
    assert opened(one, date(2027, 1, 30)) == [("2027-05-24", "2027-03-01")]
    assert opened(one, date(2027, 5, 20)) == []


def test_what_the_job_and_other_changes_do_never_moves_what_a_person_moved(cast: Cast) -> None:
    one = series_of(cast)
    move(cast, one, "2027-02-24", date(2027, 3, 8), date(2027, 3, 19))
    set_closed_day(cast.actor("administrator"), date(2027, 3, 8), True, "休業", NOW)
    terms = Terms(20, 5, "earlier", (cast.person["auditor"],))
    last = AuditSeriesDetail.select().order_by(AuditSeriesDetail.id.desc()).get()
    actions.change_terms(cast.actor("administrator"), NOW, one, terms, TODAY, last.id)
    set_setting(JOBS, "fiscal_year_start_month", 1, date(2027, 1, 1), NOW)
    for _turn in range(2):
        actions.open_due(JOBS, at(date(2027, 1, 10)))
    assert shown(one, date(2027, 1, 10))[0] == ("2027-02-24", "2027-03-08")
    assert opened(one, date(2027, 2, 16)) == [("2027-02-24", "2027-03-08")]


def test_one_left_out_is_not_opened_and_the_next_one_is(cast: Cast) -> None:
    one = series_of(cast)
    skip(cast, one, "2027-02-24")
    assert shown(one)[0] == ("2027-02-24", "left out")
    assert opened(one, date(2027, 2, 24)) == []
    assert opened(one, date(2027, 5, 1)) == [("2027-05-24", "2027-05-24")]


def test_a_decision_can_be_taken_back_until_the_audit_opens(cast: Cast) -> None:
    one = series_of(cast)
    row = skip(cast, one, "2027-02-24")
    back = actions.take_back(cast.actor("head_of_audit"), NOW, one, "2027-02-24", row.id)
    assert shown(one)[0] == ("2027-02-24", "2027-02-24")
    move(cast, one, "2027-02-24", date(2027, 3, 8), date(2027, 3, 19), seen=back.id)
    assert [row.skipped for row in SeriesOccurrence.select().order_by(SeriesOccurrence.id)] == [
        True, False, False,
    ]  # fmt: skip
    assert opened(one, date(2027, 2, 10)) == [("2027-02-24", "2027-03-08")]
    with pytest.raises(NotFound):
        actions.skip_occurrence(JOBS, at(date(2027, 2, 11)), one, "2027-02-24", "遅い", None)


def test_of_two_who_decide_on_one_audit_the_second_is_told(cast: Cast) -> None:
    one = series_of(cast)
    skip(cast, one, "2027-02-24")
    with pytest.raises(Stale) as stale:
        move(cast, one, "2027-02-24", date(2027, 3, 8), date(2027, 3, 19))
    assert stale.value.theirs["skipped"] is True
    assert SeriesOccurrence.select().count() == 1


def test_what_was_decided_while_the_job_was_at_it_stands(cast: Cast, monkeypatch: Any) -> None:
    one = series_of(cast)
    taken = opening._taken

    def decided_meanwhile(*args: Any) -> Any:
        skip(cast, one, "2027-02-24")
        return taken(*args)

    monkeypatch.setattr(opening, "_taken", decided_meanwhile)
    assert opened(one, date(2027, 2, 1)) == []
    assert Audit.select().count() == 1


@pytest.mark.parametrize(
    ("start", "due", "field"),
    [
        (date(2027, 3, 8), date(2027, 3, 5), "due_on"),
        (date(2026, 11, 19), date(2026, 12, 1), "starts_on"),
    ],
)
def test_dates_that_cannot_be_are_refused(cast: Cast, start: date, due: date, field: str) -> None:
    one = series_of(cast)
    with pytest.raises(RuleBroken) as broken:
        move(cast, one, "2027-02-24", start, due)
    assert broken.value.field == field


def test_without_a_reason_nothing_is_decided(cast: Cast) -> None:
    one = series_of(cast)
    for text in (" ", "あ" * 501):
        with pytest.raises(RuleBroken):
            skip(cast, one, "2027-02-24", text)
    assert SeriesOccurrence.select().count() == 0


@pytest.mark.parametrize("key", ["2027-02-25", "2026-11-24", "9999-99-99", "12+1", "x"])
def test_only_audits_of_the_series_that_are_not_open_are_decided_on(cast: Cast, key: str) -> None:
    with pytest.raises(NotFound):
        skip(cast, series_of(cast), key)


# ---- business days ----


def test_a_series_moves_its_dates_to_the_business_day_before_where_it_says_so(cast: Cast) -> None:
    new = {"starts_on": date(2026, 11, 30), "due_on": date(2026, 12, 14)}
    later = series_of(cast, **new)
    earlier = series_of(cast, how=Recurrence("FREQ=MONTHLY;INTERVAL=3", direction="earlier"), **new)
    assert shown(later)[0] == ("2027-02-28", "2027-03-01")  # a Sunday
    assert shown(earlier)[0] == ("2027-02-28", "2027-02-26")
    assert {start for _day, start in opened(later, date(2027, 2, 1))} == {"2027-03-01", "2027-02-26"}


def test_a_closed_day_entered_later_moves_what_is_not_opened_yet(cast: Cast) -> None:
    one = series_of(cast)
    set_closed_day(cast.actor("administrator"), date(2027, 2, 24), True, "休業", NOW)
    assert shown(one)[0] == ("2027-02-24", "2027-02-25")


# ---- terms from a day on ----


def changed(cast: Cast, series_id: int, from_day: date, **more: Any) -> AuditSeriesDetail:
    last = AuditSeriesDetail.select().order_by(AuditSeriesDetail.id.desc()).get()
    auditors = tuple(cast.person[name] for name in more.get("auditors", ("second_auditor",)))
    terms = Terms(more.get("lead", 10), more.get("due", 20), "later", auditors)
    seen = more.get("seen", last.id)
    return actions.change_terms(cast.actor("administrator"), NOW, series_id, terms, from_day, seen)


def test_other_terms_hold_for_the_audits_from_that_day_on(cast: Cast) -> None:
    one = series_of(cast)
    changed(cast, one, date(2027, 3, 1))
    assert opened(one, date(2027, 1, 25)) == [("2027-02-24", "2027-02-24")]
    assert opened(one, date(2027, 5, 13)) == []
    when = at(date(2027, 5, 14))
    (after,) = actions.open_due(JOBS, when).audit_ids
    moment = Moment.at(when)
    assert queries.plan_of(after, moment).due_on == date(2027, 6, 14)  # 20 days on is a Sunday
    assert [row.person_id for row in queries.auditors([after], moment)[after]] == [
        cast.person["second_auditor"]
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lead": -1}, "lead_days"),
        ({"lead": 366}, "lead_days"),
        ({"due": 366}, "due_days"),
        ({"auditors": ()}, "auditors"),
        ({"auditors": ("leaver",)}, "auditors"),
    ],
)
def test_terms_that_cannot_be_are_refused(cast: Cast, values: dict[str, Any], field: str) -> None:
    one = series_of(cast)
    with pytest.raises(RuleBroken) as broken:
        changed(cast, one, TODAY, **values)
    assert broken.value.field == field
    with pytest.raises(RuleBroken):
        changed(cast, one, TODAY - timedelta(days=1))


def test_of_two_who_change_the_terms_the_second_is_told(cast: Cast) -> None:
    one = series_of(cast)
    first = AuditSeriesDetail.get().id
    changed(cast, one, TODAY)
    with pytest.raises(Stale):
        changed(cast, one, TODAY, seen=first)


def test_a_stopped_series_has_nothing_to_come_and_takes_no_other_terms(cast: Cast) -> None:
    one = series_of(cast)
    assert actions.stop_series(cast.actor("administrator"), NOW, one)
    assert not actions.stop_series(cast.actor("administrator"), NOW, one)
    assert opened(one, date(2027, 9, 1)) == []
    with pytest.raises(NotFound):
        skip(cast, one, "2027-02-24")
    with pytest.raises(RuleBroken):
        changed(cast, one, TODAY)


# ---- so many months after the last one was completed ----


def completed(cast: Cast, audit: Audit, day: date) -> None:
    when = at(day)
    auditor = cast.actor("auditor")
    answer_all(cast, audit, at=when - timedelta(hours=2))
    actions.submit(auditor, when - timedelta(hours=1), Audit.get_by_id(audit.id))
    actions.approve(cast.actor("head_of_audit"), when, Audit.get_by_id(audit.id))


def after(cast: Cast, months: int = 6) -> tuple[int, Audit]:
    one = series_of(cast, how=Recurrence(after_months=months))
    return one, Audit.get(Audit.series_of == one)


def test_the_next_one_is_counted_from_the_approval_of_the_last_and_only_one_is_open(cast: Cast) -> None:
    one, first = after(cast)
    assert shown(one) == []
    assert opened(one, date(2028, 1, 1)) == [], "the first one is still open"
    completed(cast, first, date(2027, 1, 15))
    assert shown(one, date(2027, 1, 15)) == [("2027-07-15", "2027-07-15")]
    assert opened(one, date(2027, 6, 14)) == []
    assert opened(one, date(2027, 6, 15)) == [("2027-07-15", "2027-07-15")]
    assert opened(one, date(2027, 6, 15)) == []
    assert opened(one, date(2029, 1, 1)) == [], "one at a time"


def test_an_audit_sent_back_after_its_approval_is_not_completed(cast: Cast) -> None:
    one, first = after(cast)
    completed(cast, first, date(2027, 1, 15))
    later = at(date(2027, 1, 20))
    actions.reopen(
        cast.actor("head_of_audit"), later, Audit.get_by_id(first.id), "1件の記載を直してください。"
    )
    assert shown(one, date(2027, 1, 21)) == []
    assert opened(one, date(2027, 7, 15)) == []


def test_a_cancelled_one_counts_from_the_day_of_its_cancelling(cast: Cast) -> None:
    one, first = after(cast)
    actions.cancel(cast.actor("administrator"), NOW, first, "部署の廃止")
    assert shown(one) == [("2027-05-20", "2027-05-20")]


def test_one_left_out_counts_as_if_it_had_been_completed_on_its_day(cast: Cast) -> None:
    one, first = after(cast)
    completed(cast, first, date(2027, 1, 15))
    when = at(date(2027, 1, 16))
    key = f"{first.id}+1"
    actions.skip_occurrence(cast.actor("administrator"), when, one, key, "組織変更", None)
    assert shown(one, date(2027, 1, 16))[:2] == [("2027-07-15", "left out"), ("2028-01-15", "2028-01-17")]
    assert opened(one, date(2027, 7, 15)) == []
    assert opened(one, date(2027, 12, 20)) == [("2028-01-15", "2028-01-17")]


def test_one_that_was_moved_opens_for_the_agreed_dates(cast: Cast) -> None:
    one, first = after(cast)
    completed(cast, first, date(2027, 1, 15))
    when, agreed = at(date(2027, 1, 16)), (date(2027, 8, 2), date(2027, 8, 13))
    actions.move_occurrence(cast.actor("administrator"), when, one, f"{first.id}+1", agreed, "繁忙期", None)
    assert opened(one, date(2027, 7, 2)) == []
    assert opened(one, date(2027, 7, 3)) == [("2027-07-15", "2027-08-02")]


@pytest.mark.parametrize("months", [0, -1, 121])
def test_a_number_of_months_that_cannot_be_is_refused(cast: Cast, months: int) -> None:
    with pytest.raises(RuleBroken) as broken:
        series_of(cast, how=Recurrence(after_months=months))
    assert broken.value.field == "after_months"


# ---- the fiscal year ----


@pytest.mark.parametrize("month", range(1, 13))
def test_no_date_of_a_series_hangs_on_the_month_in_which_the_fiscal_year_begins(
    cast: Cast, month: int
) -> None:
    one = series_of(cast)
    before = shown(one)
    set_setting(JOBS, "fiscal_year_start_month", month, TODAY, NOW)
    assert shown(one) == before
    assert opened(one, date(2027, 1, 25)) == [("2027-02-24", "2027-02-24")]
    number = Audit.select().order_by(Audit.id.desc()).get().number
    assert number.startswith("A27-" if month <= 2 else "A26-")


@pytest.mark.parametrize(
    ("start", "label"),
    [
        (date(2026, 12, 28), 2026),  # the year that began in April, until the change
        (date(2027, 1, 4), 2027),  # from then on it begins in January
        (date(2027, 4, 5), 2027),
        (date(2028, 1, 4), 2028),
    ],
)
def test_an_audit_is_counted_in_the_fiscal_year_as_it_is_planned_for_its_day(
    cast: Cast, start: date, label: int
) -> None:
    """The company goes over from April to January: decided now, from 2027 on."""
    set_setting(JOBS, "fiscal_year_start_month", 1, date(2027, 1, 1), NOW)
    new = new_audit(cast, starts_on=start, due_on=start + timedelta(days=11))
    audit = actions.assign(cast.actor("administrator"), NOW, new)
    assert (audit.fiscal_year, audit.number) == (label, f"A{label % 100}-01")


# ---- pages ----


def test_the_pages_show_what_is_to_come_and_take_decisions(client: Any, cast: Cast) -> None:
    one = series_of(cast)
    cast.sign_in(client, "administrator")
    assert "営業第一部" in text_of(client.get("/audits/series"))
    page = f"/audits/series/{one}"
    assert "四半期ごと" in text_of(client.get(page))
    skip_page, move_page = f"{page}/coming/2027-02-24/skip", f"{page}/coming/2027-05-24/move"
    assert client.get(skip_page).status_code == client.get(move_page).status_code == 200
    assert client.post(skip_page, data={"reason": "組織変更のため"}).status_code == 303
    moved = {"starts_on": "2027-06-07", "due_on": "2027-06-18", "reason": "先方の都合"}
    assert client.post(move_page, data=moved).status_code == 303
    client.get(page)
    shown_now = text_of(client.get(page))
    assert "組織変更のため" in shown_now and "2027-06-07" in shown_now and "先方の都合" in shown_now
    seen = {"based_on": SeriesOccurrence.select().order_by(SeriesOccurrence.id).get().id}
    assert client.post(f"{page}/coming/2027-02-24/back", data=seen).status_code == 303
    assert shown(one)[:2] == [("2027-02-24", "2027-02-24"), ("2027-05-24", "2027-06-07")]
    assert client.post(f"{page}/coming/2027-02-24/back", data={}).status_code == 303
    assert "他の人が先に変更" in text_of(client.get(page))


def test_the_page_changes_terms_and_stops_the_series(client: Any, cast: Cast) -> None:
    one = series_of(cast)
    cast.sign_in(client, "head_of_audit")
    page, last = f"/audits/series/{one}", AuditSeriesDetail.get().id
    assert client.get(f"{page}/terms").status_code == 200
    person = str(cast.person["auditor"])
    found = client.post(f"{page}/terms", data={"find": "1", "person": "森田", "auditors": person})
    assert "森田 健" in text_of(found)
    values = {
        "lead_days": "14", "due_days": "10", "direction": "earlier", "from_day": "2027-01-01",
        "auditors": str(cast.person["second_auditor"]), "based_on": str(last),
    }  # fmt: skip
    assert client.post(f"{page}/terms", data={**values, "lead_days": "x"}).status_code == 422
    assert client.post(f"{page}/terms", data={**values, "auditors": ""}).status_code == 422
    assert client.post(f"{page}/terms", data=values).status_code == 303
    client.get(page)
    assert "2027-01-01から条件が変わります" in text_of(client.get(page))
    assert client.post(f"{page}/terms", data=values).status_code == 409
    assert client.post(f"{page}/stop").status_code == 303
    client.get(page)
    assert "今後の監査は作成されません" in text_of(client.get(page))


def test_a_decision_on_an_outdated_page_gives_both_texts_back(client: Any, cast: Cast) -> None:
    one = series_of(cast)
    skip(cast, one, "2027-02-24", "先に見送りました")
    cast.sign_in(client, "head_of_audit")
    address = f"/audits/series/{one}/coming/2027-02-24/move"
    values = {"starts_on": "2027-03-08", "due_on": "2027-03-19", "reason": "私の理由", "based_on": ""}
    answer = client.post(address, data=values)
    assert answer.status_code == 409
    assert "先に見送りました" in text_of(answer) and "私の理由" in text_of(answer)
    wrong = client.post(address, data={**values, "due_on": "2027-03-01", "reason": ""})
    assert wrong.status_code == 422


def test_an_audit_can_be_set_up_to_come_again_after_its_completion(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    values = {
        "subject": str(cast.subject["D210"]), "kind": "operation", "period_from": "2026-04-01",
        "period_to": "2026-11-19", "starts_on": "2026-11-24", "due_on": "2026-12-11", "recurs": "after",
        "direction": "earlier",
    }  # fmt: skip
    without = client.post("/audits/new", data=values)
    assert without.status_code == 422 and "何か月後" in text_of(without)
    answer = client.post("/audits/new", data={**values, "after_months": "6"})
    draft = answer.headers["Location"].split("/")[3]
    codes = [str(cast.control["ORG-01"])]
    assert (
        client.post(answer.headers["Location"], data={"controls": codes, "shown": codes}).status_code == 303
    )
    chosen = {"auditors": str(cast.person["auditor"]), "lead": str(cast.person["auditor"])}
    assert client.post(f"/audits/new/{draft}/auditors", data=chosen).status_code == 303
    assert "前回の完了から6か月後" in text_of(client.get(f"/audits/new/{draft}/check"))
    assert client.post(f"/audits/new/{draft}/check").status_code == 303
    terms = AuditSeriesDetail.get()
    assert (terms.after_months, terms.direction, terms.recurrence) == (6, "earlier", "")


@pytest.mark.parametrize("name", ["auditor", "head_of_sales", "staff_of_sales"])
def test_who_does_not_see_all_audits_finds_no_series(client: Any, cast: Cast, name: str) -> None:
    one = series_of(cast)
    cast.sign_in(client, name)
    for address in ("", f"/{one}", f"/{one}/terms", f"/{one}/coming/2027-02-24/skip"):
        assert client.get(f"/audits/series{address}").status_code == 404


def test_the_representative_reads_and_decides_nothing_and_nobody_else_is_let_in(
    client: Any, cast: Cast
) -> None:
    one = series_of(cast)
    assert client.get(f"/audits/series/{one}").status_code == 303, "not signed in"
    cast.sign_in(client, "representative")
    page = client.get(f"/audits/series/{one}")
    assert page.status_code == 200 and "見送る" not in text_of(page)
    for address in ("terms", "coming/2027-02-24/skip", "coming/2027-02-24/move"):
        assert client.get(f"/audits/series/{one}/{address}").status_code == 403
    assert client.post(f"/audits/series/{one}/coming/2027-02-24/back").status_code == 403
    assert client.get(f"/audits/series/{one}/coming/2027-02-25/skip").status_code == 404


def test_reasons_can_be_erased_like_any_text(cast: Cast) -> None:
    row = skip(cast, series_of(cast), "2027-02-24", "西村さんの異動")
    found, _more = written.mentioning(cast.actor("administrator"), ["西村"], 10)
    assert ("series_occurrence", row.id) in [(one.table, one.row) for one in found]


def test_many_series_cost_as_many_queries_as_one(client: Any, cast: Cast, query_count: Any) -> None:
    def cost(address: str) -> int:
        with query_count() as statements:
            assert client.get(address).status_code == 200
        return int(statements.count)

    cast.sign_in(client, "administrator")
    first = series_of(cast)
    client.get("/audits/series")
    one, page = cost("/audits/series"), cost(f"/audits/series/{first}")
    for _turn in range(4):
        series_of(cast)
    opened(first, date(2027, 9, 1))
    assert (cost("/audits/series"), cost(f"/audits/series/{first}")) == (one, page)


def test_the_list_names_the_audit_that_the_next_one_waits_for(app: Any, cast: Cast) -> None:
    one, first = after(cast)
    with app.test_request_context():
        row = recurrence.courses(Moment.at(NOW), [one])[one].series
        (line,) = seriespage.lines([row], Moment.at(NOW), "ja")
    assert (line.waits_for, line.next) == (first.number, None)
