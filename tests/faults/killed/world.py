"""The company that the processes are killed in: the cast, with something waiting for every job and every hand.

Made once for each engine and copied for each kill. Nothing of it depends on the day it runs.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from auditor import activity, clock, places
from auditor.access import application
from auditor.accounts import actions as accounts
from auditor.accounts.models import Session
from auditor.audits import actions as audits
from auditor.audits.models import Audit, AuditItem
from auditor.audits.workingpaper import returning
from auditor.catalogue import uploads
from auditor.config import Settings
from auditor.evidence import actions as evidence
from auditor.evidence.models import StoredFile
from auditor.findings import worries
from auditor.findings.models import ActionState
from auditor.people import staging
from auditor.people.models import Employment, Membership
from auditor.training import actions as training
from auditor.training import courses, reading
from auditor.training.models import Assignment, QuizAttempt, TrainingRound
from tests import cast as members
from tests.audits.making import answer_all, assigned, new_audit
from tests.audits.workingpaper.filling import filled, staged, taken
from tests.bed import application as applications
from tests.cast import NOW
from tests.findings.making import Making
from tests.people.rosters import csv_file, person

MOVED = activity.event_type("test.moved_in_silence", "Moved in silence", "person")
PASSWORD = "四つの静かな灯台と猫"
SENT = b"%PDF-1.7 a page that somebody sent"


@dataclass
class World:
    """Ids and tokens of what was prepared, for the processes that work on a copy."""

    person: dict[str, int]
    department: int = 0  # of two persons
    session: dict[str, str] = field(default_factory=dict)  # token by name
    item: int = 0
    audit: int = 0
    finding: int = 0
    assignment: dict[str, int] = field(default_factory=dict)
    attempt: dict[str, int] = field(default_factory=dict)
    worry: int = 0
    seen: int = 0  # the state of the corrective action that its page showed
    choices: list[str] = field(default_factory=list)  # right, of the question that has no answer yet
    statement: dict[str, str] = field(default_factory=dict)  # what the page of the attestation carries
    staged: int = 0
    digest: str = ""  # of the plan that was shown
    upload: int = 0
    paper: int = 0  # a working paper that came back, and what its preview showed
    paper_digest: str = ""
    stored: int = 0


def make(settings: Settings) -> World:
    """Write the company into the open database and the data folder."""
    with clock.standing_at(NOW):
        cast = members.make()
        world = World(dict(cast.person), cast.department["D211"])
        _sign_ins(cast, world)
        _series(cast)
        _audit_at_work(cast, world)
        _paper(cast, world, settings)
        _audits_without_findings(cast)
        _finding(cast, world, settings)
        _course(cast, world)
        _leavers(cast)
        _files(cast, world, settings)
        _old_things(cast)
    return world


def _sign_ins(cast: members.Cast, world: World) -> None:
    for name in ("auditor", "second_auditor"):
        accounts.store(cast.person[name], PASSWORD, members.OPENED)
    for name in ("administrator", "auditor", "head_of_sales", "staff_of_sales", "second_auditor"):
        world.session[name] = accounts.start_session(cast.person[name], NOW)


def _series(cast: members.Cast) -> None:
    """Three series, so that the job can be killed between them; the second audit of each is due in February."""
    for subject, auditor in (("D210", "auditor"), ("D220", "second_auditor"), ("D130", "auditor")):
        new = new_audit(cast, subject, (auditor,))
        audits.assign_recurring(
            cast.actor("head_of_audit"), NOW, new, audits.Recurrence("FREQ=MONTHLY;INTERVAL=3")
        )


def _audit_at_work(cast: members.Cast, world: World) -> None:
    audit = assigned(cast, by="head_of_audit", subject="D110", auditors=("second_auditor",))
    world.audit = audit.id
    world.item = AuditItem.select().where(AuditItem.audit == audit.id).order_by(AuditItem.position).first().id
    # Transfers that broke independence and that nothing has looked at yet.
    with activity.action(application("test"), NOW):
        for name, unit in (("auditor", "D211"), ("second_auditor", "D220")):
            Membership.write(
                NOW, None, date(2026, 10, 1), person=cast.person[name],
                department=cast.department[unit], held=True,
            )  # fmt: skip
            activity.record(MOVED, person=cast.person[name])


def _paper(cast: members.Cast, world: World, settings: Settings) -> None:
    """A working paper of the audit at work that came back with two answers and waits to be taken over."""
    with applications.built(settings).app_context():
        audit = Audit.get_by_id(world.audit)
        answers = {code: {"result": "適合", "note": "現物を見た"} for code in ("ORG-01", "ORG-02")}
        back = filled(taken(cast, audit, "second_auditor"), answers)
        upload = staged(cast, audit, back, "second_auditor")
        world.paper = upload.id
        world.paper_digest = returning.plan_of(Audit.get_by_id(audit.id), upload, NOW).digest


def _audits_without_findings(cast: members.Cast) -> None:
    """Two that were approved and found nothing, so that the job which closes them can be killed in between."""
    for subject, auditor in (("D120", "auditor"), ("D130", "auditor")):
        audit = assigned(cast, by="head_of_audit", subject=subject, auditors=(auditor,), codes=("ORG-01",))
        answer_all(cast, audit, by=auditor)
        audits.submit(cast.actor(auditor), NOW, Audit.get_by_id(audit.id))
        audits.approve(cast.actor("representative"), NOW, Audit.get_by_id(audit.id))


def _finding(cast: members.Cast, world: World, settings: Settings) -> None:
    making = Making(cast, settings.evidence_folder, NOW - timedelta(days=20))
    world.finding = making.acting().id
    world.seen = ActionState.get().id
    world.worry = worries.report(cast.actor("staff_of_sales"), NOW, "名簿が机に置かれていた。").id


def _course(cast: members.Cast, world: World) -> None:
    head = cast.actor("administrator")
    opened = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
    version = training.import_course(head, courses.PERSONAL_INFORMATION_BASICS, NOW - timedelta(days=50))
    training.open_course(head, version, NOW - timedelta(days=50))
    rule = training.create_rule(
        head, version.course_id, training.Terms(training.EVERYONE, date(2026, 11, 1), 30), opened
    )
    training.assign_due(application("scheduler"), opened)
    round_ = TrainingRound.get(TrainingRound.rule == rule.id)
    for name, answered in (("staff_of_sales", 9), ("second_auditor", 10), ("head_of_sales", 10)):
        assignment = Assignment.get(Assignment.round == round_, Assignment.person == cast.person[name])
        world.assignment[name] = assignment.id
        world.attempt[name] = _answer(cast.actor(name), assignment.id, version, answered).id
    last = reading.questions_of(QuizAttempt.get_by_id(world.attempt["staff_of_sales"]))[9]
    world.choices = [one["id"] for one in last.choices if one["correct"]]
    world.statement = {
        "statement_language": "ja",
        "wording": courses.content_hash(version.attestation_ja),
        "content": reading.text_hash(version, "ja"),
    }
    passed = QuizAttempt.get_by_id(world.attempt["head_of_sales"])
    owner = cast.actor("head_of_sales")
    training.submit_quiz(owner, reading.own(owner, world.assignment["head_of_sales"]), passed, NOW)
    # Two rules more, of two rounds each, that open in the spring; somebody comes back from leave before.
    for day in (date(2027, 2, 1), date(2027, 2, 2)):
        terms = training.Terms(training.EVERYONE, day, 30, recurrence="FREQ=MONTHLY")
        training.create_rule(head, version.course_id, terms, NOW)
    with activity.action(application("test"), NOW):
        Employment.write(
            NOW, None, date(2027, 2, 15), person=cast.person["on_leave"], kind="regular", status="active"
        )
        activity.record(MOVED, person=cast.person["on_leave"])


def _answer(actor: Any, assignment_id: int, version: Any, many: int) -> QuizAttempt:
    """Read the course and answer the first ``many`` of its questions right."""
    assignment = reading.own(actor, assignment_id)
    for number in range(1, reading.section_count(version, "ja") + 1):
        training.show(actor, assignment, "ja", number, NOW)
    training.finish_reading(actor, assignment, "ja", NOW)
    attempt = training.start_quiz(actor, assignment, "ja", NOW)
    for question in reading.questions_of(attempt)[:many]:
        chosen = [one["id"] for one in question.choices if one["correct"]]
        training.save_answer(actor, assignment, attempt, question.id, chosen, NOW)
    return attempt


def _leavers(cast: members.Cast) -> None:
    with activity.action(application("test"), NOW):
        Employment.write(
            NOW, None, date(2026, 8, 1), person=cast.person["head_of_other"], kind="regular", status="left"
        )
        activity.record(MOVED, person=cast.person["head_of_other"])


def roster(family: str) -> bytes:
    """A roster with two people who are new."""
    return csv_file([person("000201", family), person("000202", family, "花子", "D210")])


def _files(cast: members.Cast, world: World, settings: Settings) -> None:
    head = cast.actor("administrator")
    folder = settings.data / staging.FOLDER
    staged = staging.stage(head, folder, roster("田中"), "roster.csv", date(2026, 12, 1), False, NOW)
    world.staged, world.digest = staged.id, staging.plan(folder, staged, NOW).digest
    text = (places.controls() / "personal-information-jp/2026.1.yaml").read_bytes()
    world.upload = uploads.keep(head.person_id or 0, "controls.yaml", text, NOW).id
    (settings.data / "roster.csv").write_bytes(csv_file([person("000301"), person("000302", "佐藤")]))
    kept = evidence.add_file(head, NOW, settings.evidence_folder, io.BytesIO(b"%PDF-1.7 to go"), "old.pdf")
    world.stored = kept.file_id or 0
    away = evidence.add_file(
        head, NOW, settings.evidence_folder, io.BytesIO(b"%PDF-1.7 was away"), "back.pdf"
    )
    StoredFile.update(missing_since=NOW).where(StoredFile.id == away.file_id).execute()


def _old_things(cast: members.Cast) -> None:
    """What the tidying of a later day clears away."""
    long_ago = NOW - timedelta(days=60)
    Session.create(
        person=cast.person["operator"], token_hash="0" * 64, started_at=long_ago, seen_at=long_ago,
        expires_at=long_ago,
    )  # fmt: skip
