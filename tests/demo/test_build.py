"""The demo company: everything there is to see is there, made by actions alone, the same for the same day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from auditor import clock, create_app, db
from auditor.activity import ActivityEvent
from auditor.audits.exceptions import unsettled
from auditor.audits.models import Audit, AuditAssignee, AuditPlan, ItemResult
from auditor.audits.programme.board import board
from auditor.audits.programme.models import Programme, ProgrammeState
from auditor.audits.programme.words import CellState
from auditor.audits.programme.words import State as PlanState
from auditor.audits.results import Result
from auditor.audits.results import State as AuditState
from auditor.calendars import is_business_day
from auditor.catalogue.models import Subject
from auditor.company.queries import fiscal_year_at
from auditor.dated import Moment
from auditor.demo.calendar import Calendar
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    CorrectiveAction,
    EffectivenessCheck,
    EffectivenessResult,
    Finding,
    FindingDetail,
    Verification,
    WorryState,
)
from auditor.findings.states import ActionState as Step
from auditor.findings.states import Grade, Source, State, WorryStep
from auditor.integrity.verify import verify
from auditor.scheduling import actions as scheduling
from auditor.training import states
from auditor.training.models import Assignment, Attestation, Course, TrainingRound
from auditor.worklist.expiring import due_things
from tests.cast import NOW

MOMENT = Moment.at(NOW)


@pytest.fixture(scope="module")
def company(demo_template, tmp_path_factory):
    with demo_template.copy(tmp_path_factory.mktemp("demo")) as settings:
        app = create_app(settings)
        with clock.standing_at(NOW), app.app_context(), db.connected():
            yield settings
        if hasattr(db.database.obj, "close_all"):
            db.database.close_all()


@pytest.mark.parametrize("state", AuditState)
def test_an_audit_stands_at_every_state(company, state):
    assert Audit.select().where(Audit.current_state == state.value).exists()


@pytest.mark.parametrize("result", Result)
def test_every_result_was_recorded_on_an_item(company, result):
    assert ItemResult.select().where(ItemResult.result == result.value).exists()


@pytest.mark.parametrize("kind", ["company", "department", "system", "area", "contractor"])
def test_every_kind_of_subject_was_audited(company, kind):
    assert Audit.select().join(Subject).where(Subject.kind == kind).exists()


@pytest.mark.parametrize("state", State)
def test_a_finding_stands_at_every_state_but_confirming_which_lasts_a_day(company, state):
    if state is not State.CONFIRMING:
        assert Finding.select().where(Finding.current_state == state.value).exists()


def test_evidence_that_expires_waits_at_each_kind_of_thing_that_has_some(company):
    paths = {thing.path.split("/")[1] for thing in due_things(MOMENT)}
    assert paths == {"audits", "inspections", "findings"}


@pytest.mark.parametrize("grade", Grade)
def test_a_finding_has_every_grade(company, grade):
    assert FindingDetail.standing(MOMENT).where(FindingDetail.grade == grade.value).exists()


@pytest.mark.parametrize("step", Step)
def test_a_corrective_action_was_at_every_step(company, step):
    assert ActionState.select().where(ActionState.state == step.value).exists()


@pytest.mark.parametrize("step", WorryStep)
def test_a_report_stands_at_every_step(company, step):
    assert WorryState.standing(MOMENT).where(WorryState.state == step.value).exists()


@pytest.mark.parametrize("source", [Source.AUDIT, Source.OTHER])
def test_findings_come_from_audits_and_from_elsewhere(company, source):
    assert Finding.select().where(Finding.source == source.value).exists()


def test_everybody_is_in_one_state_of_training_and_every_state_is_there(company):
    course = Course.get()
    counts = states.summed(states.counts(states.of_course(course.id, MOMENT)).values())
    assert counts.total >= 320
    assert {state for state, count in counts.by_state.items() if not count} <= {"not_covered"}


def test_last_years_round_is_completed_and_a_receipt_is_there_for_each(company):
    first = TrainingRound.select().order_by(TrainingRound.id).get()
    done = Assignment.select().where(Assignment.round == first, Assignment.completed_at.is_null(False))
    assert done.count() > 280
    assert Attestation.select().join(Assignment).where(Assignment.round == first).count() == done.count()


def test_there_is_enough_to_look_at(company):
    assert Audit.select().count() >= 25
    assert Finding.select().count() >= 40
    assert CorrectiveAction.select().count() >= 30
    assert Assignment.select().count() >= 600


def test_audits_findings_actions_and_checks_are_overdue(company):
    late = AuditPlan.standing(MOMENT).where(AuditPlan.due_on < MOMENT.day)
    opened = Audit.select().where(Audit.current_state.in_(["planned", "in_progress", "returned"]))
    assert {row.audit_id for row in late} & {audit.id for audit in opened}
    unfinished = Finding.select().where(Finding.current_state.not_in(["closed", "withdrawn"]))
    assert FindingDetail.standing(MOMENT).where(
        FindingDetail.due_on < MOMENT.day, FindingDetail.finding.in_(unfinished)
    )
    todo = {row.corrective_action_id for row in ActionState.standing(MOMENT) if row.state != "done"}
    assert {r.corrective_action_id for r in ActionDetail.standing(MOMENT) if r.due_on < MOMENT.day} & todo
    judged = EffectivenessResult.select(EffectivenessResult.check_of)
    assert EffectivenessCheck.select().where(
        EffectivenessCheck.due_on <= MOMENT.day, EffectivenessCheck.id.not_in(judged)
    )


def test_an_override_a_break_of_independence_and_a_refused_verification_are_there(company):
    assert AuditAssignee.select().where(AuditAssignee.overridden_by.is_null(False)).exists()
    assert unsettled(MOMENT).count() == 1
    assert Verification.select().where(~Verification.accepted).exists()
    assert EffectivenessResult.select().where(~EffectivenessResult.effective).exists()


def test_the_customer_system_has_the_same_finding_two_years_running(company):
    numbers = [
        (finding.fiscal_year, finding.control.code)
        for finding in Finding.select().where(Finding.control.is_null(False))
    ]
    assert (2025, "TEC-04") in numbers and (2026, "TEC-04") in numbers


def test_the_log_is_whole_and_tells_things_in_the_order_they_happened(company):
    report = verify(company.evidence_folder)
    assert report.clean, [str(problem) for problem in report.problems]
    times = [event.at for event in ActivityEvent.select().order_by(ActivityEvent.seq)]
    behind = [1 for before, after in pairwise(times) if after < before - timedelta(hours=2)]
    assert not behind and times[-1] <= NOW


def test_the_jobs_find_nothing_left_to_do(company):
    for _time in range(2):
        runs = scheduling.run_all(company, NOW)
        assert {(run.job, run.outcome, run.changed) for run in runs} == {
            (run.job, "done", 0) for run in runs
        }, [(run.job, run.outcome, run.changed, run.detail) for run in runs]


def test_the_year_was_approved_without_a_gap_and_its_checks_are_at_work(company):
    year = fiscal_year_at(MOMENT.day, MOMENT)
    programme = Programme.get(Programme.fiscal_year == year.label)
    approved = ProgrammeState.get(
        ProgrammeState.programme == programme, ProgrammeState.state == PlanState.APPROVED.value
    )
    assert approved.gaps == 0 and approved.recorded_at < Moment.end_of(year.first, NOW).instant
    counts = board(year, programme, MOMENT, "ja").counts
    assert not counts[CellState.GAP]
    assert counts[CellState.RUNNING] > counts[CellState.LATE] > 0 and counts[CellState.NOT_NEEDED] > 1


@pytest.mark.parametrize(
    "state", ["planned", "in_progress", "submitted", "returned", "approved", "cancelled"]
)
def test_a_self_inspection_stands_at_every_state(company, state):
    assert Audit.select().where(Audit.kind == "self_inspection", Audit.current_state == state).exists()


@pytest.mark.parametrize(
    "today",
    [
        "2026-11-02", "2026-12-25", "2027-03-15", "2027-05-18", "2028-02-29",
        "2027-01-01", "2027-02-28", "2027-03-31", "2026-04-01", "2026-06-30", "2026-10-01", "2026-12-31",
    ],
)  # fmt: skip
def test_the_story_can_be_told_on_another_day(today):
    calendar = Calendar(datetime.fromisoformat(f"{today}T03:00:00+00:00"))
    story = [datetime(2025, 4, 1, tzinfo=UTC).date() + timedelta(days=days) for days in range(700)]
    told = [calendar.day(day) for day in story]
    assert told == sorted(told)
    assert calendar.today in calendar.year and calendar.first < calendar.middle <= calendar.today
    assert calendar.day(datetime(2026, 11, 20, tzinfo=UTC).date()) == calendar.today
    assert all(is_business_day(calendar.workday(day)) for day in story[::9])
