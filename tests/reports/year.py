"""A year of the cast, written row by row: audits, findings, actions, training, a published policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from auditor import activity
from auditor.access import application
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditPlan, AuditState, ItemResult
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    CorrectiveAction,
    Finding,
    FindingDetail,
    FindingState,
)
from auditor.promises.models import Policy, Promise, PromiseControl
from auditor.training.models import (
    Assignment,
    Attestation,
    ContentShown,
    Course,
    CourseState,
    CourseVersion,
    Exemption,
    QuizAttempt,
    QuizResult,
    TrainingRound,
    TrainingRule,
    TrainingRuleDetail,
)
from tests.cast import Cast

WRITTEN = activity.event_type("test.year_written", "Year written", "rows")
CODES = ("ORG-01", "ORG-02", "PHY-01", "PHY-02", "TEC-01")
FORMULA = '=HYPERLINK("http://example.com","x")'


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, 0, tzinfo=UTC)


@dataclass
class Year:
    """Ids of what was written, by number."""

    audit: dict[str, int] = field(default_factory=dict)
    item: dict[tuple[str, str], int] = field(default_factory=dict)
    finding: dict[str, int] = field(default_factory=dict)
    action: dict[str, int] = field(default_factory=dict)
    assignment: dict[str, int] = field(default_factory=dict)
    course: int = 0


def write(cast: Cast) -> Year:
    """Write the year and return it. Nothing in it is later than 19 November 2026."""
    year = Year()
    with activity.action(application("test"), noon(date(2026, 4, 1))):
        _audits(cast, year)
        _findings(cast, year)
        _training(cast, year)
        _policy()
        activity.record(WRITTEN, rows=len(year.item))
    return year


def audit(cast: Cast, year: Year, number: str, subject: str, label: int, starts: date, states: list[tuple[str, date]]) -> None:  # fmt: skip
    made = noon(date(label, 4, 1))
    row = Audit.create(
        number=number, kind="operation", subject=cast.subject[subject], version=cast.version, fiscal_year=label,
        period_from=date(label - 1, 10, 1), period_to=date(label, 9, 30), created_at=made,
    )  # fmt: skip
    year.audit[number] = row.id
    AuditPlan.write(made, None, audit=row, starts_on=starts, due_on=starts + timedelta(days=14))
    AuditAssignee.write(made, None, audit=row, person=cast.person["auditor"], held=True, lead=True)
    state = AuditState.write(made, None, audit=row, state="planned")
    for name, day in states:
        state = AuditState.write(noon(day), None, audit=row, state=name, replaces=state)
    Audit.update(current_state=state.state).where(Audit.id == row.id).execute()
    for position, code in enumerate(CODES):
        year.item[number, code] = AuditItem.create(
            audit=row, control=cast.control[code], position=position
        ).id


def result(year: Year, number: str, code: str, found: str, day: date, note: str = "") -> None:
    ItemResult.write(noon(day), None, item=year.item[number, code], result=found, note=note)


def _audits(cast: Cast, year: Year) -> None:
    done = [
        ("in_progress", date(2026, 9, 1)),
        ("submitted", date(2026, 9, 10)),
        ("approved", date(2026, 9, 20)),
    ]
    audit(cast, year, "A26-01", "D210", 2026, date(2026, 9, 1), done)
    audit(cast, year, "A26-02", "D220", 2026, date(2026, 10, 1), done[:1])
    audit(cast, year, "A26-03", "D130", 2026, date(2026, 12, 1), [])
    audit(cast, year, "A26-04", "D110", 2026, date(2026, 8, 1), [("cancelled", date(2026, 7, 1))])
    audit(cast, year, "A25-01", "D210", 2025, date(2025, 9, 1), [("approved", date(2025, 9, 20))])
    audit(cast, year, "A25-02", "D130", 2025, date(2026, 1, 10), [("approved", date(2026, 2, 1))])
    for code, found in zip(CODES, ("conform", "minor", "major", "conform", "not_applicable"), strict=True):
        result(
            year, "A26-01", code, found, date(2026, 9, 5), FORMULA if code == "ORG-02" else "記録を確認した。"
        )
        result(year, "A25-01", code, "conform", date(2025, 9, 5))
        result(year, "A25-02", code, "observation" if code == "TEC-01" else "conform", date(2026, 1, 20))
    result(year, "A26-02", "ORG-01", "conform", date(2026, 10, 5))
    result(year, "A26-02", "PHY-01", "improvement", date(2026, 10, 6))


def finding(
    cast: Cast, year: Year, number: str, grade: str, found: date, due: date, states: list[tuple[str, date]],
    title: str = "権限の棚卸しの記録がない", code: str = "ORG-02", department: str = "D210",
) -> None:  # fmt: skip
    label = 2000 + int(number[1:3])
    row = Finding.create(
        number=number, fiscal_year=label, source="audit", control=cast.control[code],
        subject=cast.subject[department], found_on=found, found_by=cast.person["auditor"], recorded_at=noon(found),
    )  # fmt: skip
    year.finding[number] = row.id
    FindingDetail.write(
        noon(found), None, finding=row, title=title, facts="記録が見当たらない。", grade=grade,
        department=cast.department[department], due_on=due,
    )  # fmt: skip
    state = FindingState.write(noon(found), None, finding=row, state="recorded")
    for name, day in states:
        state = FindingState.write(noon(day), None, finding=row, state=name, replaces=state)
    Finding.update(current_state=state.state).where(Finding.id == row.id).execute()


def corrective(cast: Cast, year: Year, number: str, made: date, due: date, done: date | None, text: str = "手順を改める") -> None:  # fmt: skip
    finding_number, position = number.rsplit("-", 1)
    row = CorrectiveAction.create(
        finding=year.finding[finding_number], number=int(position), created_at=noon(made)
    )
    year.action[number] = row.id
    ActionDetail.write(
        noon(made), None, corrective_action=row, text=text, owner=cast.person["head_of_sales"], due_on=due
    )
    state = ActionState.write(noon(made), None, corrective_action=row, state="open")
    if done:
        ActionState.write(noon(done), None, corrective_action=row, state="done", replaces=state)


def _findings(cast: Cast, year: Year) -> None:
    acting = [("answered", date(2026, 9, 20)), ("acting", date(2026, 9, 25))]
    finding(cast, year, "F26-001", "minor", date(2026, 9, 5), date(2026, 11, 4), acting, title=FORMULA)
    finding(cast, year, "F26-002", "major", date(2026, 9, 5), date(2026, 12, 5), acting, code="PHY-01")
    closed = [*acting, ("verifying", date(2026, 10, 5)), ("closed", date(2026, 10, 20))]
    finding(
        cast, year, "F26-003", "improvement", date(2026, 9, 6), date(2026, 10, 30), closed, department="D220"
    )
    finding(cast, year, "F26-004", "observation", date(2026, 9, 6), date(2026, 10, 30), [("withdrawn", date(2026, 9, 8))])  # fmt: skip
    finding(
        cast,
        year,
        "F25-001",
        "observation",
        date(2025, 9, 5),
        date(2026, 3, 1),
        [("acting", date(2025, 10, 1))],
    )
    finding(
        cast, year, "F25-002", "minor", date(2025, 9, 5), date(2025, 12, 1), [("closed", date(2025, 11, 1))]
    )
    corrective(
        cast, year, "F26-001-1", date(2026, 9, 20), date(2026, 11, 6), None, text="+1 で始まる\x07処置"
    )
    corrective(cast, year, "F26-001-2", date(2026, 9, 20), date(2026, 12, 1), None)
    corrective(cast, year, "F26-002-1", date(2026, 9, 20), date(2026, 11, 1), date(2026, 10, 30))
    corrective(cast, year, "F26-002-2", date(2026, 9, 20), date(2027, 3, 1), None)
    corrective(cast, year, "F26-003-1", date(2026, 9, 20), date(2026, 10, 1), date(2026, 9, 30))
    corrective(cast, year, "F25-001-1", date(2025, 10, 1), date(2026, 2, 1), None)


def _training(cast: Cast, year: Year) -> None:
    made = noon(date(2026, 4, 1))
    course = Course.create(key="basics")
    year.course = course.id
    version = CourseVersion.create(
        course=course, number=1, title_ja="個人情報保護の基礎", title_en="Basics of personal information", minutes=15,
        content_ja="本文", content_en="Text", hash_ja="0" * 64, hash_en="1" * 64, attestation_ja="読みました。",
        attestation_en="I have read it.", pass_percent=80, questions_asked=5, created_at=made,
    )  # fmt: skip
    CourseState.write(made, None, course=course, state="open", version=version)
    rule = TrainingRule.create(course=course, created_at=made)
    TrainingRuleDetail.write(
        made,
        None,
        rule=rule,
        audience={"everyone": True},
        first_opens_on=date(2026, 6, 1),
        due_days=60,
        joiners=False,
    )
    opened = TrainingRound.create(
        rule=rule, version=version, period="2026-06-01", fiscal_year=2026, opens_on=date(2026, 6, 1),
        due_on=date(2026, 10, 31), opened_at=noon(date(2026, 6, 1)),
    )  # fmt: skip
    for name, person in cast.person.items():
        if name == "without_mail":  # whom no round reached
            continue
        year.assignment[name] = Assignment.create(
            round=opened, person=person, assigned_at=noon(date(2026, 6, 1)), due_on=date(2026, 10, 31)
        ).id
    for name in ("administrator", "head_of_audit", "auditor", "head_of_sales"):
        complete(cast, year, name, version.id, date(2026, 7, 10))
    Exemption.write(
        noon(date(2026, 6, 10)),
        None,
        assignment=year.assignment["representative"],
        exempt=True,
        reason="社外研修",
    )
    ContentShown.create(
        assignment=year.assignment["operator"], version=version, language="ja", content_hash="0" * 64,
        shown_at=noon(date(2026, 7, 1)),
    )  # fmt: skip


def complete(cast: Cast, year: Year, name: str, version: int, day: date) -> None:
    assignment = year.assignment[name]
    attempt = QuizAttempt.create(
        assignment=assignment, version=version, number=1, language="ja", drawn=[], started_at=noon(day)
    )
    QuizResult.create(attempt=attempt, answers={}, correct=5, asked=5, passed=True, submitted_at=noon(day))
    Attestation.create(
        assignment=assignment, person=cast.person[name], version=version, attempt=attempt, language="ja",
        wording="読みました。", wording_hash="0" * 64, content_hash="0" * 64, attested_at=noon(day), receipt=f"R{assignment}",
    )  # fmt: skip
    Assignment.update(completed_at=noon(day)).where(Assignment.id == assignment).execute()


def _policy() -> None:
    policy = Policy.create(
        published_on=date(2026, 4, 1), title_ja="個人情報の取扱いについて", title_en="Handling of personal information",
        recorded_at=noon(date(2026, 4, 1)),
    )  # fmt: skip
    texts = (
        ("6(1)", "基本方針を定めています。", ["POL-01"]),
        ("6(2)", "取扱規程を定めています。", ["ORG-01", "ORG-02"]),
        ("6(6)", "権限を有しない者による閲覧を防止しています。", ["PHY-01"]),
        ("7(1)", "委託先を確かめています。", []),
    )
    for position, (number, text, codes) in enumerate(texts):
        promise = Promise.create(
            policy=policy, number=number, text_ja=text, text_en=f"Promise {number}.", position=position
        )
        for code in codes:
            PromiseControl.write(noon(date(2026, 4, 1)), None, promise=promise, code=code, held=True)
