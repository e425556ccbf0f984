"""The verdict on each published sentence follows from checks and findings, and every figure has its rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.audits.models import Audit, AuditItem, AuditState, ItemResult
from auditor.catalogue.entries import Text
from auditor.dated import Moment
from auditor.findings.models import Finding, FindingDetail, FindingState
from auditor.promises import actions, board, queries, results
from auditor.promises.entries import PolicyText, Sentence
from auditor.promises.models import Policy, Promise
from auditor.promises.verdicts import ControlState, Verdict, verdict
from tests.bed.pages import text_of
from tests.cast import NOW, START

SYSTEM = application("test")
MADE = activity.event_type("test.checks_made", "Checks made", "count")
LATER = NOW - timedelta(days=10)


def sentence(number: str, *codes: str) -> Sentence:
    return Sentence(number, Text(f"Sentence {number}", f"{number}の文"), controls=codes)


def publish(*sentences: Sentence, at: datetime = LATER) -> Policy:
    text = PolicyText(START, Text("Privacy policy", "プライバシーポリシー"), sentences)
    return actions.publish(SYSTEM, text, at, carry_links=False)


def checked(
    cast: Any, code: str, result: str, on: date = date(2026, 10, 1), subject: str = "D210", state: str = "approved",
    at: datetime = LATER,
) -> AuditItem:  # fmt: skip
    """Write one audit of one item with its result, as an audit that was done leaves it."""
    with activity.action(SYSTEM, at):
        audit = Audit.create(
            number=f"A26-{Audit.select().count() + 1:03}", kind="operation", subject=cast.subject[subject],
            version=cast.version, fiscal_year=2026, period_from=START, period_to=on, created_at=at, current_state=state,
        )  # fmt: skip
        AuditState.write(at, None, on, audit=audit, state=state)
        item = AuditItem.create(audit=audit, control=cast.control[code], position=1, current_result=result)
        ItemResult.write(at, None, on, item=item, result=result)
        activity.record(MADE, count=1)
    return item


def found(cast: Any, item: AuditItem, grade: str, state: str, at: datetime = LATER) -> Finding:
    with activity.action(SYSTEM, at):
        audit = Audit.get_by_id(item.audit_id)
        finding = Finding.create(
            number=f"F26-{Finding.select().count() + 1:03}", fiscal_year=2026, source="audit", item=item,
            control=item.control_id, subject=audit.subject_id, found_on=date(2026, 10, 1), recorded_at=at,
            current_state=state,
        )  # fmt: skip
        FindingDetail.write(
            at, None, date(2026, 10, 1), finding=finding, title="x", facts="x", grade=grade,
            department=cast.department["D210"], due_on=date(2026, 12, 1),
        )  # fmt: skip
        FindingState.write(at, None, date(2026, 10, 1), finding=finding, state=state)
        activity.record(MADE, count=1)
    return finding


def verdicts(at: datetime = NOW) -> dict[str, Verdict]:
    return {line.promise.number: line.verdict for line in board.board(Moment.at(at)).lines}


def control(**values: Any) -> ControlState:
    return ControlState("X", "annual", results={"conform": 1}, checked_on=date(2026, 10, 1), **values)


@pytest.mark.parametrize(
    ("controls", "expected"),
    [
        ([], Verdict.NOT_LINKED),
        ([control()], Verdict.CONFIRMED),
        ([control(), control(minor=1)], Verdict.CONFIRMED_OPEN),
        ([control(minor=3), control(major=1)], Verdict.NEEDS_CORRECTION),
        ([control(), ControlState("Y", "annual")], Verdict.CHECK_OVERDUE),
        ([ControlState("Y", "annual"), control(major=1)], Verdict.NEEDS_CORRECTION),
        ([ControlState("Y", "annual"), control(minor=1)], Verdict.CHECK_OVERDUE),
        ([control(), ControlState("N", "annual", results={"not_applicable": 2})], Verdict.CONFIRMED),
        ([ControlState("N", "annual", results={"not_applicable": 2})], Verdict.CHECK_OVERDUE),
    ],
)
def test_the_first_rule_that_holds_is_the_verdict(controls: list[ControlState], expected: Verdict) -> None:
    assert verdict(controls, date(2026, 11, 20)) is expected


@pytest.mark.parametrize(
    ("frequency", "last_good_day"),
    [("monthly", date(2026, 2, 28)), ("quarterly", date(2026, 4, 30)), ("annual", date(2027, 1, 31))],
)
def test_a_check_is_too_old_the_day_after_the_same_day_of_the_month(
    frequency: str, last_good_day: date
) -> None:
    state = ControlState("X", frequency, results={"conform": 1}, checked_on=date(2026, 1, 31))
    assert verdict([state], last_good_day) is Verdict.CONFIRMED
    assert verdict([state], last_good_day + timedelta(days=1)) is Verdict.CHECK_OVERDUE


def test_each_sentence_has_the_verdict_its_controls_give(app: Any, cast: Any) -> None:
    publish(
        sentence("1", "ORG-01"), sentence("2", "ORG-02"), sentence("3", "PHY-01"), sentence("4", "PHY-02"), sentence("5")
    )  # fmt: skip
    checked(cast, "ORG-01", "conform")
    found(cast, checked(cast, "ORG-02", "minor"), "minor", "acting")
    found(cast, checked(cast, "PHY-01", "major"), "major", "recorded")
    assert verdicts() == {
        "1": Verdict.CONFIRMED,
        "2": Verdict.CONFIRMED_OPEN,
        "3": Verdict.NEEDS_CORRECTION,
        "4": Verdict.CHECK_OVERDUE,
        "5": Verdict.NOT_LINKED,
    }


def test_a_closed_finding_puts_its_nonconformity_right_and_one_without_a_finding_stays_open(
    app: Any, cast: Any
) -> None:
    publish(sentence("1", "ORG-01"), sentence("2", "ORG-02"), sentence("3", "PHY-01"))
    found(cast, checked(cast, "ORG-01", "major"), "major", "closed")
    checked(cast, "ORG-02", "major")
    found(cast, checked(cast, "PHY-01", "observation"), "observation", "recorded")
    assert verdicts() == {
        "1": Verdict.CONFIRMED,
        "2": Verdict.NEEDS_CORRECTION,
        "3": Verdict.CONFIRMED,
    }


def test_the_last_check_of_a_subject_counts_and_work_in_progress_does_not(app: Any, cast: Any) -> None:
    publish(sentence("1", "ORG-01"), sentence("2", "ORG-02"))
    checked(cast, "ORG-01", "major", on=date(2026, 9, 1))
    checked(cast, "ORG-01", "conform", on=date(2026, 10, 1))
    checked(cast, "ORG-02", "conform", state="in_progress")
    assert verdicts() == {"1": Verdict.CONFIRMED, "2": Verdict.CHECK_OVERDUE}


def test_a_control_that_the_catalogue_in_use_no_longer_has_links_nothing(app: Any, cast: Any) -> None:
    publish(sentence("1", "GONE-99"))
    assert verdicts() == {"1": Verdict.NOT_LINKED}


def test_a_past_date_shows_what_was_known_then(app: Any, cast: Any) -> None:
    publish(sentence("1", "ORG-01"))
    checked(cast, "ORG-01", "conform")
    before = NOW - timedelta(days=2)
    found(cast, checked(cast, "ORG-01", "minor", on=date(2026, 11, 19), at=NOW - timedelta(days=1)), "minor", "recorded",
          at=NOW - timedelta(days=1))  # fmt: skip
    assert verdicts(before) == {"1": Verdict.CONFIRMED}
    assert verdicts() == {"1": Verdict.CONFIRMED_OPEN}
    assert board.board(Moment.at(LATER - timedelta(days=1))).policy is None


def test_the_figures_are_the_counts_of_the_rows(app: Any, cast: Any) -> None:
    publish(sentence("1", "ORG-01", "ORG-02"), sentence("2", "ORG-02"), sentence("3"))
    for place, result in enumerate(["conform", "minor", "observation", "not_applicable"]):
        checked(cast, "ORG-01", result, subject=["D210", "D220", "D110", "D130"][place])
    checked(cast, "ORG-02", "conform")
    checked(cast, "ORG-02", "not_checked", subject="D220")
    now = Moment.at(NOW)
    whole = board.board(now)
    assert sum(whole.counts.values()) == len(whole.lines) == 3
    for line in whole.lines:
        rows = results.rows(cast.actor("administrator"), [one.code for one in line.controls], now, NOW)
        for state in line.controls:
            of_control = [row.result for row in rows if row.code == state.code]
            assert {one: of_control.count(one) for one in set(of_control)} == state.results
            assert state.minor == of_control.count("minor")  # each without a finding here


def test_the_board_costs_the_same_for_ten_and_for_a_thousand_sentences(
    client: Any, cast: Any, assert_same_queries: Any
) -> None:
    cast.sign_in(client, "administrator")
    publish(*(sentence(str(n), "ORG-01") for n in range(10)))
    checked(cast, "ORG-01", "conform")

    def grow() -> None:
        publish(*(sentence(str(n), "ORG-01") for n in range(1000)), at=NOW - timedelta(hours=1))
        for _ in range(20):
            checked(cast, "ORG-01", "minor", subject="D220")

    assert_same_queries(lambda: client.get("/promises/"), grow)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_the_text_the_verdict_and_what_it_rests_on(
    client: Any, cast: Any, language: str
) -> None:
    cast.sign_in(client, "administrator")
    client.set_cookie("language", language)
    publish(sentence("6(1)", "ORG-01"), sentence("6(2)"))
    item = checked(cast, "ORG-01", "minor")
    finding = found(cast, item, "minor", "acting")
    shown = text_of(client.get("/promises/"))
    words = {
        "ja": ("6(1)の文", "確認済み・要是正", "未対応付け"),
        "en": ("Sentence 6(1)", "Confirmed, open points", "Not linked"),
    }
    assert all(word in shown for word in (*words[language], finding.number, "ORG-01", "A26-001"))
    assert text_of(client.get("/promises/?verdict=not_linked")).count("6(1)") == 0


def test_a_head_sees_every_verdict_and_only_the_own_departments_rows(client: Any, cast: Any) -> None:
    publish(sentence("1", "ORG-01"))
    checked(cast, "ORG-01", "conform", subject="D210")
    checked(cast, "ORG-01", "minor", subject="D220")
    cast.sign_in(client, "head_of_sales")
    client.set_cookie("language", "en")
    shown = text_of(client.get("/promises/"))
    assert "A26-001" in shown and "A26-002" not in shown
    assert "1 more is counted" in shown


def test_who_may_not_read_promises_finds_no_page(client: Any, cast: Any) -> None:
    assert "/sign-in" in client.get("/promises/").headers["Location"]
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/promises/").status_code == 404


def test_a_control_page_names_the_promises_it_keeps_and_its_last_results(client: Any, cast: Any) -> None:
    publish(sentence("6(1)", "ORG-01"))
    checked(cast, "ORG-01", "conform")
    cast.sign_in(client, "administrator")
    client.set_cookie("language", "ja")
    shown = text_of(client.get(f"/catalogue/controls/{cast.control['ORG-01']}"))
    assert "6(1)の文" in shown and "A26-001" in shown and "営業第一部" in shown
    assert queries.kept_by("ORG-02", Moment.at(NOW)) == []
    assert Promise.select().count() == 1
