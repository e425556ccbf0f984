"""A process killed at every fail point is started again: nothing half-done, nothing doubled, the work completed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import auditor
from auditor.failpoints import FailPoint as P
from auditor.scheduling.jobs import TABLE
from tests.bed.mail import Postbox
from tests.faults.killed import driver, works
from tests.faults.killed.conftest import Company
from tests.faults.killed.driver import Found

BEFORE, BETWEEN, AFTER = "as before", "whole steps of it", "as after"


@dataclass(frozen=True)
class Case:
    """Where a work is killed, what must be there then, and what doing it again may leave besides."""

    work: str
    point: P
    there: str  # what the rows are like when the process is dead
    nth: int = 1  # at which passing of the point
    more: dict[str, int] = field(
        default_factory=dict, hash=False
    )  # events by type, beyond the undisturbed ones

    def __str__(self) -> str:
        return f"{self.work}-{self.point}-{self.nth}"


def _saves(work: str) -> Iterator[Case]:
    """The places of one action: until the commit nothing of it is there, from then on all."""
    yield Case(work, P.ACTION_WRITTEN, BEFORE)
    yield Case(work, P.ACTION_LOGGED, BEFORE)
    yield Case(work, P.ACTION_COMMITTED, AFTER)


CASES = [
    # Every job: before it has done anything, and before its run has an outcome.
    *(Case(job.name, P.JOB_BEGUN, BEFORE) for job in TABLE),
    *(Case(job.name, P.JOB_WORKED, AFTER) for job in TABLE),
    # Between the steps of each.
    Case("open_audits", P.ACTION_LOGGED, BETWEEN, nth=2),
    Case("open_audits", P.SERIES_OPENED, BETWEEN),
    Case("open_audits", P.SERIES_OPENED, BETWEEN, nth=2),
    Case("close_audits", P.ACTION_WRITTEN, BETWEEN, nth=2),
    Case("recheck_independence", P.EXCEPTION_OPENED, BETWEEN),
    Case("recheck_independence", P.ACTION_WRITTEN, BETWEEN, nth=2),
    Case("assign_training", P.CHUNK_WRITTEN, BEFORE, nth=2),
    Case("assign_training", P.NOTICES_QUEUED, BETWEEN, nth=7),
    Case("assign_training", P.ROUND_OPENED, BETWEEN),
    Case("assign_training", P.ROUND_OPENED, BETWEEN, nth=3),
    Case("assign_training", P.RULE_DONE, BETWEEN, nth=2),
    Case("remind", P.NOTICES_QUEUED, BETWEEN),
    Case("remind", P.NOTICES_QUEUED, BETWEEN, nth=3),
    Case("send_mail", P.MAIL_MADE, BEFORE),
    Case("send_mail", P.MAILS_BUNDLED, BETWEEN),
    Case("send_mail", P.MAIL_CLAIMED, BETWEEN),
    Case("send_mail", P.MAIL_CLAIMED, BETWEEN, nth=3),
    Case("send_mail", P.MAIL_ACCEPTED, BETWEEN),
    Case("send_mail", P.MAIL_ACCEPTED, BETWEEN, nth=3),
    Case("erase", P.PERSON_ERASED, BETWEEN),
    Case("look_for_evidence", P.EVIDENCE_MARKED, AFTER),
    *(Case("tidy", P.TIDY_STEP, BETWEEN, nth=nth) for nth in (1, 2, 3)),
    # Imports.
    Case("stage_roster", P.ROSTER_KEPT, BEFORE),
    Case("stage_roster", P.ROSTER_STAGED, AFTER),
    Case("apply_roster", P.CHUNK_WRITTEN, BEFORE),
    Case("apply_roster", P.ROSTER_UNITS, BEFORE),
    Case("apply_roster", P.ROSTER_PERSONS, BEFORE),
    Case("apply_roster", P.ROSTER_ROWS, BEFORE),
    Case("apply_roster", P.ACTION_LOGGED, BEFORE),
    Case("apply_roster", P.ACTION_COMMITTED, BETWEEN),
    Case("apply_roster", P.ROSTER_APPLIED, BETWEEN),
    Case("apply_roster", P.ROSTER_SETTLED, AFTER),
    Case("discard_roster", P.ROSTER_DISCARDED, AFTER),
    Case("people_import", P.ROSTER_PERSONS, BEFORE),
    Case("people_import", P.ACTION_COMMITTED, AFTER),
    Case("apply_catalogue", P.CATALOGUE_HEADINGS, BEFORE),
    Case("apply_catalogue", P.CHUNK_WRITTEN, BEFORE, nth=20),
    Case("apply_catalogue", P.ACTION_LOGGED, BEFORE),
    Case("apply_catalogue", P.CATALOGUE_IMPORTED, BETWEEN),
    # Exports: what was taken is told once more when it is taken once more.
    Case("export_page", P.EXPORT_WRITTEN, BEFORE),
    Case("export_page", P.EXPORT_RECORDED, AFTER, more={"reports.exported": 1}),
    Case("export_command", P.EXPORT_WRITTEN, BEFORE),
    Case("export_command", P.EXPORT_RECORDED, AFTER, more={"reports.exported": 1}),
    # Uploads and saves.
    Case("attach", P.UPLOAD_WRITTEN, BEFORE),
    Case("attach", P.UPLOAD_NAMED, BEFORE),
    *_saves("attach"),
    *_saves("save_item"),
    Case("save_item", P.HEAD_DRAFTED, AFTER),
    *_saves("apply_paper"),
    *_saves("record_finding"),
    Case("mark_done", P.UPLOAD_NAMED, BEFORE),
    *_saves("mark_done"),
    Case("give_evidence", P.ACTION_COMMITTED, AFTER),
    Case("answer_question", P.QUIZ_ANSWER_WRITTEN, BEFORE),
    *_saves("hand_in"),
    *_saves("attest"),
    Case("erase_file", P.ACTION_LOGGED, BEFORE),
    Case("erase_file", P.FILE_MARKED, AFTER),
    # Sign-in and passwords: a sheet that nobody has seen is made again.
    Case("sign_in", P.ATTEMPT_COUNTED, BEFORE),
    Case("sign_in", P.PASSWORD_FITS, BEFORE),
    Case("sign_in", P.SESSION_OPENED, AFTER),
    Case("first_passwords", P.FIRST_PASSWORD_STORED, BEFORE),
    Case("first_passwords", P.ACTION_COMMITTED, AFTER, more={"accounts.first_passwords_issued": 1}),
    # Starting.
    *(Case("install", P.KEY_WRITTEN, BETWEEN, nth=nth) for nth in (1, 2)),
    *(Case("install", P.MIGRATION_WRITTEN, BETWEEN, nth=nth) for nth in (1, 2)),
    *(Case("install", P.MIGRATION_APPLIED, BETWEEN, nth=nth) for nth in (1, 3)),
    Case("set_up", P.ACTION_LOGGED, BETWEEN, nth=2),
    Case("set_up", P.SETUP_DONE, BETWEEN),
]


# One place of each kind: a job, a mail, an import, an upload, a save, a sign-in, a start.
ALWAYS = {
    (P.ROUND_OPENED, 1),
    (P.MAIL_ACCEPTED, 1),
    (P.ROSTER_ROWS, 1),
    (P.UPLOAD_NAMED, 1),
    (P.HEAD_DRAFTED, 1),
    (P.SESSION_OPENED, 1),
    (P.MIGRATION_APPLIED, 1),
}


def _every(cases: list[Case]) -> list[Any]:
    return [
        pytest.param(one, id=str(one), marks=[] if (one.point, one.nth) in ALWAYS else pytest.mark.thorough)
        for one in cases
    ]


@pytest.mark.parametrize("case", _every(CASES))
def test_a_killed_process_leaves_nothing_half_done(
    case: Case, company: Company, request: pytest.FixtureRequest
) -> None:
    box = request.getfixturevalue("smtp_server") if case.work == "send_mail" else None
    port = box.port if box else 0
    before, after, tidied = company.undisturbed(case.work, port)
    if box:
        box.messages.clear()
    with company.copy(works.WORKS[case.work].base, port) as place:
        ended, _ = driver.in_a_process(
            driver.be_killed, place, company.world, case.work, case.point, case.nth
        )
        assert ended == driver.KILLED, f"{case.point} was not reached"
        _code, (found, again, later) = driver.in_a_process(driver.go_on, place, company.world, case.work)
    _is_sound(found)
    if case.there != BETWEEN:
        expected = before if case.there == BEFORE else after
        assert (found.rows, found.events) == (expected.rows, expected.events)
    _is_the_same(case, again, after)
    assert later.files == tidied.files
    if box:
        _went_out_once(box, case)


def _is_sound(found: Found) -> None:
    assert not found.problems
    assert found.kept <= len(found.events)


def _is_the_same(case: Case, again: Found, after: Found) -> None:
    """Everything is as if nobody had been killed."""
    _is_sound(again)
    for table, rows in after.rows.items():
        assert again.rows[table] == rows, table
    told = Counter(kind for kind, _who, _data in again.events)
    told.subtract(case.more)
    assert told == Counter(kind for kind, _who, _data in after.events)
    assert set(again.events) == set(after.events)
    assert again.schema == after.schema
    assert "running" not in {state for _job, state in again.runs}
    if case.work in {job.name for job in TABLE}:
        assert again.runs == [(case.work, "interrupted"), *after.runs]


def _went_out_once(box: Postbox, case: Case) -> None:
    """At least once each; the one whose end is unclear twice at most, with the same Message-ID."""
    sent = Counter(str(message["Message-ID"]) for message in box.messages)
    people = Counter(to for recipients in box.recipients[-len(box.messages) :] for to in recipients)
    assert len(sent) == len(people) and max(sent.values()) <= 2
    doubled = [number for number, count in sent.items() if count > 1]
    assert len(doubled) == (case.point is P.MAIL_ACCEPTED)


def test_every_fail_point_has_a_process_killed_at_it() -> None:
    assert {case.point for case in CASES} == set(P)


def test_every_job_is_killed_between_its_steps() -> None:
    own = {case.work for case in CASES if case.point not in (P.JOB_BEGUN, P.JOB_WORKED)}
    assert {job.name for job in TABLE} <= own


def test_every_work_is_killed_somewhere() -> None:
    assert {case.work for case in CASES} == set(works.WORKS)


def test_every_fail_point_stands_in_the_code_once() -> None:
    package = Path(auditor.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert {point.name: code.count(f"reached(FailPoint.{point.name})") for point in P} == {
        point.name: 1 for point in P
    }
