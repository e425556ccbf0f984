"""A transfer recorded later that breaks independence (design §3.3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import activity, db, events, migrating
from auditor.access import Role, application
from auditor.accounts.roles import grant_role
from auditor.audits import actions, ended, queries
from auditor.audits.actions import Appointee, Outcome
from auditor.audits.independence import Conflict, Ground, not_covered
from auditor.audits.models import Audit, IndependenceException, IndependenceSettlement
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.notifications.models import Notice
from auditor.people.models import Membership
from tests.audits.making import answer_all, assigned
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, Cast

LATER = NOW + timedelta(hours=2)
SYSTEM = application("test")


def transferred(cast: Cast, name: str = "auditor", unit: str = "D211", day: date = date(2026, 10, 1)) -> None:
    """Record a transfer and tell it, as the import of a roster does."""
    with activity.action(SYSTEM, LATER):
        Membership.write(
            LATER,
            None,
            day,
            person=cast.person[name],
            department=cast.department[unit],
            held=True,
            main=False,
        )
        activity.record(CAST_MADE, persons=1)
        events.tell(events.MembershipChanged(SYSTEM, LATER, cast.person[name]))


def test_a_transfer_into_the_audited_department_opens_an_exception_at_once(cast: Cast) -> None:
    audit = assigned(cast)
    transferred(cast)
    found = IndependenceException.get()
    assert (found.audit_id, found.person_id) == (audit.id, cast.person["auditor"])
    assert [(one["first"], one["last"]) for one in found.reason] == [("2026-10-01", "2026-11-19")]
    told = {row.person_id for row in Notice.select().where(Notice.kind == "independence_exception")}
    assert told == {cast.person["administrator"], cast.person["head_of_audit"]}


def test_the_job_finds_what_nobody_told_and_running_it_again_changes_nothing(cast: Cast) -> None:
    assigned(cast)
    with activity.action(SYSTEM, LATER):
        Membership.write(
            LATER,
            None,
            date(2026, 10, 1),
            person=cast.person["auditor"],
            department=cast.department["D210"],
            held=True,
        )
        activity.record(CAST_MADE, persons=1)
    assert actions.recheck_independence(application("jobs"), LATER) == 1
    assert actions.recheck_independence(application("jobs"), LATER) == 0
    assert IndependenceException.select().count() == 1


def test_a_transfer_after_the_audited_period_breaks_nothing(cast: Cast) -> None:
    assigned(cast)
    transferred(cast, day=date(2026, 11, 20))
    assert IndependenceException.select().count() == 0


def test_a_transfer_of_somebody_else_breaks_nothing(cast: Cast) -> None:
    assigned(cast)
    transferred(cast, name="second_auditor")
    assert IndependenceException.select().count() == 0


def test_an_audit_that_has_ended_is_left_alone(cast: Cast) -> None:
    audit = assigned(cast)
    actions.cancel(cast.actor("administrator"), NOW, audit, "部署の廃止")
    transferred(cast)
    assert IndependenceException.select().count() == 0


def test_an_override_has_been_looked_at_already(cast: Cast) -> None:
    from dataclasses import replace

    from tests.audits.making import new_audit

    new = replace(new_audit(cast), auditors=(Appointee(cast.person["staff_of_sales"], True, "人手がない"),))
    actions.assign(cast.actor("head_of_audit"), NOW, new)
    assert actions.recheck_independence(application("jobs"), LATER) == 0


def test_a_broken_independence_holds_up_the_approval_until_it_is_settled(cast: Cast) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    transferred(cast)
    fresh = queries.Audit.get_by_id(audit.id)
    head = cast.actor("head_of_audit")
    with pytest.raises(RuleBroken):
        actions.approve(head, LATER, fresh)
    actions.settle(head, LATER, IndependenceException.get(), Outcome.ACCEPTED, "兼務は形式だけ")
    actions.approve(head, LATER, fresh)


def test_it_is_settled_by_accepting_it_with_a_reason_that_the_page_shows(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    transferred(cast)
    cast.sign_in(client, "head_of_audit", NOW)
    client_at = f"/audits/{audit.id}/exceptions/{IndependenceException.get().id}"
    assert client.get(client_at).status_code == 200
    assert client.post(client_at, data={"outcome": "accepted", "reason": ""}).status_code == 422
    assert client.post(client_at, data={"outcome": "accepted", "reason": "兼務は形式だけ"}).status_code == 303
    assert "兼務は形式だけ" in text_of(client.get(f"/audits/{audit.id}"))
    again = client.post(client_at, data={"outcome": "rechecked", "reason": "確認し直した"})
    assert again.status_code == 409
    assert "確認し直した" in text_of(again)


def test_replaced_is_believed_only_when_somebody_else_audits(cast: Cast) -> None:
    audit = assigned(cast)
    transferred(cast)
    by = cast.actor("head_of_audit")
    found = IndependenceException.get()
    with pytest.raises(RuleBroken):
        actions.settle(by, LATER, found, Outcome.REPLACED, "交代した")
    rows = [row.id for row in queries.auditors([audit.id], Moment.at(LATER))[audit.id]]
    actions.change_auditors(by, LATER, audit, [Appointee(cast.person["second_auditor"])], rows)
    actions.settle(by, LATER, found, Outcome.REPLACED, "交代した")
    assert IndependenceSettlement.get().outcome == "replaced"
    with pytest.raises(Stale):
        actions.settle(by, LATER, found, Outcome.ACCEPTED, "もう一度")


def test_who_only_reads_the_audit_does_not_settle_and_a_stranger_finds_nothing(
    client: Any, cast: Cast
) -> None:
    audit = assigned(cast)
    transferred(cast)
    broken = IndependenceException.get().id
    cast.sign_in(client, "auditor")
    assert client.get(f"/audits/{audit.id}/exceptions/{broken}").status_code == 403
    assert client.get(f"/audits/{audit.id}/exceptions/{broken + 1}").status_code == 404
    cast.sign_in(client, "staff_of_sales")
    assert client.get(f"/audits/{audit.id}/exceptions/{broken}").status_code == 404


def test_only_the_head_of_audit_accepts_it_and_nobody_settles_the_own(cast: Cast) -> None:
    assigned(cast, auditors=("head_of_audit",))
    transferred(cast, name="head_of_audit")
    found = IndependenceException.get()
    with pytest.raises(RuleBroken):
        actions.settle(cast.actor("administrator"), LATER, found, Outcome.ACCEPTED, "形式だけ")
    with pytest.raises(RuleBroken):
        actions.settle(cast.actor("head_of_audit"), LATER, found, Outcome.ACCEPTED, "形式だけ")
    actions.settle(cast.actor("administrator"), LATER, found, Outcome.RECHECKED, "別の監査員が確認し直した")


# ---- each cause opens one exception, and no cause opens a second ----


def _settled(cast: Cast) -> None:
    for row in IndependenceException.select():
        if IndependenceSettlement.get_or_none(IndependenceSettlement.exception == row.id) is None:
            actions.settle(cast.actor("head_of_audit"), LATER, row, Outcome.ACCEPTED, "兼務は形式だけ")


def _days() -> list[list[tuple[str, str]]]:
    rows = IndependenceException.select().order_by(IndependenceException.id)
    return [[(one["first"], one["last"]) for one in row.reason] for row in rows]


def _post(cast: Cast, held: bool, day: date, replaces: Any = None, corrects: bool = False) -> Membership:
    """Record that the auditor belongs to 営業一課 from ``day`` on, or no longer does."""
    with activity.action(SYSTEM, LATER):
        row = Membership.write(
            LATER,
            None,
            day,
            replaces=replaces,
            corrects=corrects,
            person=cast.person["auditor"],
            department=cast.department["D211"],
            held=held,
        )
        activity.record(CAST_MADE, persons=1)
    return row


def test_a_second_transfer_after_the_first_was_settled_opens_a_new_exception(cast: Cast) -> None:
    audit = assigned(cast)
    transferred(cast)
    _settled(cast)
    transferred(cast, unit="D210", day=date(2026, 11, 1))
    assert _days() == [[("2026-10-01", "2026-11-19")], [("2026-11-01", "2026-11-19")]]
    assert [row.audit_id for row in IndependenceException.select()] == [audit.id] * 2
    assert actions.recheck_independence(application("jobs"), LATER) == 0


def test_a_return_to_the_department_after_it_was_left_is_another_cause(cast: Cast) -> None:
    assigned(cast)
    came = _post(cast, True, date(2026, 5, 1))
    left = _post(cast, False, date(2026, 6, 1), came)
    assert actions.recheck_independence(SYSTEM, LATER) == 1
    _settled(cast)
    _post(cast, True, date(2026, 9, 1), left)
    assert actions.recheck_independence(SYSTEM, LATER) == 1
    assert _days() == [[("2026-05-01", "2026-05-31")], [("2026-09-01", "2026-11-19")]]


def test_a_leave_recorded_later_shortens_the_cause_and_opens_nothing(cast: Cast) -> None:
    assigned(cast)
    came = _post(cast, True, date(2026, 5, 1))
    assert actions.recheck_independence(SYSTEM, LATER) == 1
    _post(cast, False, date(2026, 6, 1), came)
    assert actions.recheck_independence(SYSTEM, LATER) == 0


def test_a_correction_that_undoes_the_transfer_opens_nothing_and_leaves_what_was_shown(cast: Cast) -> None:
    assigned(cast)
    came = _post(cast, True, date(2026, 5, 1))
    assert actions.recheck_independence(SYSTEM, LATER) == 1
    undone = _post(cast, False, date(2026, 5, 1), came, corrects=True)
    assert actions.recheck_independence(SYSTEM, LATER) == 0
    assert IndependenceException.select().count() == 1
    _post(cast, True, date(2026, 4, 15), undone, corrects=True)
    assert actions.recheck_independence(SYSTEM, LATER) == 1, "two weeks more than anybody was shown"


def test_an_exception_of_an_earlier_version_still_stands_for_its_cause(cast: Cast) -> None:
    audit = assigned(cast)
    _post(cast, True, date(2026, 10, 1))
    with activity.action(SYSTEM, LATER):
        target, unit = cast.department["D210"], cast.department["D211"]
        IndependenceException.create(
            audit=audit.id,
            person=cast.person["auditor"],
            reason=[Conflict(Ground.OWN_UNIT, date(2026, 10, 1), date(2026, 11, 19), unit, target).stored()],
            found_at=LATER,
        )
        activity.record(CAST_MADE, persons=1)
    assert actions.recheck_independence(SYSTEM, LATER) == 0


def test_the_upgrade_keeps_exceptions_and_lets_another_cause_stand_beside(app: Any, cast: Cast) -> None:
    assigned(cast)
    transferred(cast)
    before = IndependenceException.get()
    runner = migrating.runner()
    (name,) = [one.name for one in runner.status() if one.name.endswith("let_each_cause_break_independence")]
    runner.down(name)
    runner.up()
    if db.is_sqlite():
        db.database.execute_sql("PRAGMA foreign_keys = 1")
    kept = IndependenceException.get()
    assert (kept.id, kept.reason, kept.cause) == (before.id, before.reason, None)
    transferred(cast, unit="D210", day=date(2026, 11, 1))
    assert len(_days()) == 2


def test_the_page_shows_each_cause_with_its_settlement(client: Any, cast: Cast, standing_clock: Any) -> None:
    audit = assigned(cast)
    transferred(cast)
    _settled(cast)
    transferred(cast, unit="D210", day=date(2026, 11, 1))
    standing_clock.move(LATER)
    cast.sign_in(client, "head_of_audit", LATER)
    page = text_of(client.get(f"/audits/{audit.id}"))
    assert "兼務は形式だけ" in page and "2026-11-01" in page


def test_many_open_audits_cost_as_many_queries_as_one(cast: Cast, query_count: Any) -> None:
    def cost() -> int:
        with query_count() as statements:
            assert actions.recheck_independence(SYSTEM, LATER) == 0
        return int(statements.count)

    assigned(cast)
    first = cost()
    for _number in range(4):
        assigned(cast)
    assert cost() == first


_DAYS = st.integers(0, 9).map(lambda n: date(2026, 4, 1) + timedelta(days=n))
_CONFLICTS = st.lists(
    st.builds(
        lambda ground, days, unit, codes: Conflict(ground, *sorted(days), unit, 1, tuple(sorted(codes))),
        st.sampled_from([Ground.OWN_UNIT, Ground.CONTROL_OWNER_UNIT]),
        st.tuples(_DAYS, _DAYS),
        st.integers(1, 2),
        st.sets(st.sampled_from("AB")),
    ),
    max_size=5,
)


def _told(conflicts: Any) -> set[Any]:
    return {
        (*key, one.first + timedelta(days=n))
        for one in conflicts
        for key in one.about()
        for n in range((one.last - one.first).days + 1)
    }


@settings(max_examples=200)
@given(_CONFLICTS, _CONFLICTS)
def test_what_is_new_is_what_has_a_day_that_nobody_was_told_of_and_told_once_it_is_new_no_more(
    found: Any, known: Any
) -> None:
    new = not_covered(found, known)
    assert list(new) == [one for one in found if not _told([one]) <= _told(known)]
    assert not_covered(found, [*known, *new]) == ()


# ---- audits that were approved or closed ----


def _approved(cast: Cast, closed: bool = False) -> Audit:
    audit = assigned(cast)
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    actions.approve(cast.actor("head_of_audit"), NOW, Audit.get_by_id(audit.id))
    if closed:
        assert actions.close_finished(SYSTEM, NOW) == 1
    return Audit.get_by_id(audit.id)


@pytest.mark.parametrize("closed", [False, True])
def test_a_transfer_recorded_after_the_approval_opens_an_exception_all_the_same(
    client: Any, cast: Cast, standing_clock: Any, closed: bool
) -> None:
    audit = _approved(cast, closed)
    transferred(cast)
    found = IndependenceException.get()
    assert (found.audit_id, found.person_id) == (audit.id, cast.person["auditor"])
    assert actions.recheck_independence(SYSTEM, LATER) == 0
    standing_clock.move(LATER)
    cast.sign_in(client, "head_of_audit", LATER)
    at = f"/audits/{audit.id}/exceptions/{found.id}"
    assert at in client.get("/worklist/").get_data(as_text=True), "it waits on the first page"
    said = {"outcome": "accepted", "reason": "兼務は形式だけ"}
    assert client.post(at, data=said).status_code == 303
    assert "兼務は形式だけ" in text_of(client.get(f"/reports/audit/{audit.id}"))


def test_an_approved_audit_is_not_closed_while_a_broken_independence_waits(cast: Cast) -> None:
    _approved(cast)
    transferred(cast)
    assert actions.close_finished(SYSTEM, LATER) == 0
    _settled(cast)
    assert actions.close_finished(SYSTEM, LATER) == 1


def test_it_is_reopened_to_replace_the_auditor_and_then_settled(cast: Cast) -> None:
    audit, head = _approved(cast, closed=True), cast.actor("head_of_audit")
    transferred(cast)
    with pytest.raises(RuleBroken, match="reopened"):
        actions.settle(head, LATER, IndependenceException.get(), Outcome.REPLACED, "交代した")
    actions.reopen(head, LATER, audit, "監査員が独立していなかった")
    rows = [row.id for row in queries.auditors([audit.id], Moment.at(LATER))[audit.id]]
    wanted = [Appointee(cast.person["second_auditor"])]
    actions.change_auditors(head, LATER, Audit.get_by_id(audit.id), wanted, rows)
    actions.settle(head, LATER, IndependenceException.get(), Outcome.REPLACED, "交代した")


def test_what_came_into_force_after_the_approval_breaks_nothing(cast: Cast) -> None:
    _approved(cast)
    at = LATER + timedelta(days=3)
    set_setting(SYSTEM, "own_unit_level", "division", Moment.at(at).day, at)
    grant_role(SYSTEM, cast.person["auditor"], Role.ADMINISTRATOR, at)
    transferred(cast, unit="D130", day=date(2026, 10, 1))
    assert actions.recheck_independence(SYSTEM, at) == 0


def test_ended_audits_of_which_nothing_was_recorded_late_are_not_read_again(cast: Cast) -> None:
    _approved(cast)
    assert not Audit.select().where(ended.looked_at_again()).exists()
    transferred(cast, name="second_auditor")
    assert not Audit.select().where(ended.looked_at_again()).exists(), "a transfer of somebody else"
    transferred(cast, day=date(2026, 11, 20))
    assert not Audit.select().where(ended.looked_at_again()).exists(), "after the audited period"
    transferred(cast)
    assert Audit.select().where(ended.looked_at_again()).exists()
