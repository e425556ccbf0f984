"""The checks of an approved plan open by themselves, each once, late ones included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.audits import actions
from auditor.audits.actions import Answer, Appointee, change_auditors, record_result
from auditor.audits.inspections import deciding
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditPlan
from auditor.audits.programme import editing, gaps, opening
from auditor.audits.programme.models import Programme, ProgrammeOpening
from auditor.audits.programme.words import CellState
from auditor.audits.results import Result
from auditor.errors import RuleBroken
from auditor.notifications.models import Notice
from auditor.people.models import Membership
from auditor.scheduling import jobs
from tests.audits.making import assigned, items
from tests.audits.programme.making import NEXT, approved, detail, entries, often, planned, seen
from tests.cast import CAST_MADE, NOW, Cast

JOB = application("jobs")
END = datetime(2028, 3, 31, 9, tzinfo=UTC)


def _auditors(cast: Cast) -> None:
    assigned(cast, auditors=("auditor",))
    assigned(cast, subject="D220", auditors=("second_auditor",))


def test_nothing_opens_before_the_plan_is_approved(cast: Cast) -> None:
    planned(cast)
    assert opening.open_planned(JOB, END).audit_ids == []


def test_a_check_opens_its_lead_time_before_it_begins(cast: Cast) -> None:
    _auditors(cast)
    programme = approved(cast)
    entry = entries(programme)[0]
    row = detail(entry)
    day = datetime.combine(row.starts_on - timedelta(days=30), datetime.min.time(), UTC)
    assert opening.open_planned(JOB, day - timedelta(days=1)).audit_ids == []
    (opened,) = opening.open_planned(JOB, day + timedelta(hours=1)).audit_ids
    audit = Audit.get_by_id(opened)
    assert (audit.subject_id, audit.kind, audit.fiscal_year) == (entry.subject_id, "operation", 2027)
    plan = AuditPlan.get(AuditPlan.audit == audit)
    assert (plan.starts_on, plan.due_on) == (row.starts_on, row.due_on)
    assert [
        post.person_id for post in AuditAssignee.select().where(AuditAssignee.audit == audit)
    ] == row.people
    assert AuditItem.select().where(AuditItem.audit == audit).count() == len(row.codes)


def test_a_late_run_opens_what_was_missed_with_the_dates_of_the_plan_and_twice_changes_nothing(
    cast: Cast,
) -> None:
    often(cast)
    programme = approved(cast)
    done = opening.open_planned(JOB, END)
    assert not done.failed
    assert len(done.audit_ids) == ProgrammeOpening.select().count() > 20
    assert done.missed
    starts = {row.starts_on for row in AuditPlan.select()}
    assert starts == {detail(one.entry).starts_on for one in ProgrammeOpening.select()}
    assert opening.open_planned(JOB, END).audit_ids == []
    assert seen(programme, at=END).gaps == 0


def test_what_is_left_out_does_not_open(cast: Cast) -> None:
    programme = approved(cast, at=NOW - timedelta(hours=1))
    entry = entries(programme)[0]
    editing.skip(cast.actor("head_of_audit"), NOW, programme, [entry.id], "見送り")
    opening.open_planned(JOB, END)
    assert not ProgrammeOpening.select().where(ProgrammeOpening.entry == entry.id).exists()


def test_an_auditor_who_is_not_independent_any_more_is_left_out_and_the_head_of_audit_told(
    cast: Cast,
) -> None:
    _auditors(cast)
    programme = approved(cast)
    entry = next(one for one in entries(programme) if detail(one).people == [cast.person["auditor"]])
    with activity.action(JOB, NOW):
        Membership.write(
            NOW, None, NEXT.first - timedelta(days=30), person=cast.person["auditor"], department=entry.subject.department_id,
            held=True, main=False,
        )  # fmt: skip
        activity.record(CAST_MADE, persons=0)
    opening.open_planned(JOB, END)
    audit = ProgrammeOpening.get(ProgrammeOpening.entry == entry.id).audit
    assert not AuditAssignee.select().where(AuditAssignee.audit == audit).exists()
    (notice,) = Notice.select().where(
        Notice.kind == "programme_not_named",
        Notice.params == {"audit": audit.id, "persons": [cast.person["auditor"]]},
    )
    assert notice.person_id == cast.person["head_of_audit"]


def test_the_job_opens_them(cast: Cast, settings: Any) -> None:
    approved(cast)
    job = jobs.named("open_audits")
    assert job is not None
    outcome = job.work(JOB, settings, END)
    assert (outcome.changed, outcome.failed) == (ProgrammeOpening.select().count(), 0)


def test_an_opened_check_is_changed_on_its_own_page(client: Any, app: Any, cast: Cast) -> None:
    programme = approved(cast)
    opening.open_planned(JOB, END)
    entry = entries(programme)[0]
    with app.test_request_context(), pytest.raises(RuleBroken):
        editing.move(cast.actor("head_of_audit"), END, programme, NEXT, [entry.id], "理由", weeks=1)
    audit = ProgrammeOpening.get(ProgrammeOpening.entry == entry.id).audit_id
    cast.sign_in(client, "head_of_audit")
    assert client.get(f"/programme/2027/entries/{entry.id}").location == f"/audits/{audit}"


def test_an_audit_assigned_by_hand_stands_for_a_planned_check(cast: Cast) -> None:
    programme = approved(cast)
    entry = next(one for one in entries(programme) if one.subject_id == cast.subject["D210"])
    start = NEXT.first + timedelta(days=60)
    audit = assigned(cast, starts_on=start, due_on=start + timedelta(days=10))
    opening.take_as(cast.actor("head_of_audit"), NOW, programme, entry, audit)
    row = seen(programme).row(cast.subject["D210"])
    assert row is not None and [check.audit_id for check in row.checks if check.kind == "operation"] == [
        audit.id
    ]
    with pytest.raises(RuleBroken):
        opening.take_as(cast.actor("head_of_audit"), NOW, programme, entry, audit)
    other = next(one for one in entries(programme) if one.subject_id == cast.subject["D220"])
    with pytest.raises(RuleBroken):
        opening.take_as(cast.actor("head_of_audit"), NOW, programme, other, audit)


def test_a_hole_in_an_approved_plan_is_told_once(cast: Cast) -> None:
    _auditors(cast)
    programme = approved(cast)
    running = datetime(2027, 6, 1, tzinfo=UTC)
    assert gaps.tell_gaps(running) == 0
    entry = entries(programme)[-1]
    editing.skip(cast.actor("head_of_audit"), running, programme, [entry.id], "見送り")
    later = running + timedelta(hours=1)
    assert gaps.tell_gaps(later) == 2
    assert gaps.tell_gaps(later + timedelta(hours=1)) == 0
    told = {row.person_id for row in Notice.select().where(Notice.kind == "programme_gaps")}
    assert told == {cast.person["head_of_audit"], cast.person["administrator"]}


def test_a_year_run_through_turns_the_grid_done(cast: Cast) -> None:
    """Jobs with the clock, answers of auditors and departments through the actions."""
    _auditors(cast)
    often(cast, "ORG-01", "quarterly")
    programme = approved(cast)
    day = datetime(2027, 4, 1, 1, tzinfo=UTC)
    while day < END:
        for audit_id in opening.open_planned(JOB, day).audit_ids:
            audit = Audit.get_by_id(audit_id)
            if audit.kind == "self_inspection":
                _answer(cast, audit, day)
            else:
                _carry_out(cast, audit, day)
        deciding.confirm_many(cast.actor("administrator", day), day, [row.id for row in Audit.select()])
        day += timedelta(days=20)
    made = seen(programme, at=END)
    assert set(made.counts) == {CellState.DONE}, made.counts
    assert Programme.select().count() == 1


def _answer(cast: Cast, audit: Audit, at: datetime) -> None:
    head = cast.actor("head_of_sales", at)
    for item in items(audit):
        record_result(head, at, item, Answer(Result.CONFORM, "", "", None))
    deciding.submit(head, at, Audit.get_by_id(audit.id))


def _carry_out(cast: Cast, audit: Audit, at: datetime) -> None:
    names = {number: name for name, number in cast.person.items()}
    rows = list(AuditAssignee.select().where(AuditAssignee.audit == audit))
    if not rows:  # nobody independent was proposed: the head of audit overrides, with the reason
        appointee = Appointee(cast.person["second_auditor"], True, "他に人がいないため")
        change_auditors(cast.actor("head_of_audit", at), at, audit, [appointee], [])
        rows = list(AuditAssignee.select().where(AuditAssignee.audit == audit))
    auditor = cast.actor(names[rows[0].person_id], at)
    for item in items(audit):
        record_result(auditor, at, item, Answer(Result.CONFORM, "確認した。", "", None))
    actions.submit(auditor, at, Audit.get_by_id(audit.id))
    by = "representative" if rows[0].person_id == cast.person["head_of_audit"] else "head_of_audit"
    actions.approve(cast.actor(by, at), at, Audit.get_by_id(audit.id))
