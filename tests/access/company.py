"""The company that the access matrix is asked about: one thing of every kind, and each person stands to it in a way.

It is the cast with what addresses name. `things(…)` gives the ids for an address; `SECTIONS` says which of
several things of a kind the lines of a section are about.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from auditor import activity, places
from auditor.access import Actor, Role, application
from auditor.accounts import actions as accounts
from auditor.accounts import links, roles
from auditor.accounts.models import Credential, Deputy, PasswordToken
from auditor.accounts.queries import actor_for
from auditor.audits import actions as audits
from auditor.audits import letters, preparing, register
from auditor.audits.independence import Conflict, Ground
from auditor.audits.inspections import answering as answering_inspections
from auditor.audits.inspections import deciding
from auditor.audits.inspections import preparing as preparing_inspections
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.models import Audit, AuditItem, IndependenceException, ItemEvidence
from auditor.audits.programme import planning
from auditor.audits.programme.models import ProgrammeEntry
from auditor.audits.series import RULES, Recurrence, assign_recurring
from auditor.audits.workingpaper import issuing, returning
from auditor.calendars import fiscal_year
from auditor.catalogue import subjects, uploads
from auditor.catalogue.entries import Text
from auditor.catalogue.models import Category, Control
from auditor.clock import day_of
from auditor.company.actions import set_closed_day
from auditor.evidence.models import Evidence
from auditor.findings import answering, doing, duedates, worries
from auditor.findings.history import staging as history
from auditor.findings.models import ActionEvidence, CorrectiveAction, DueRequest, Finding
from auditor.notifications.actions import bundle
from auditor.notifications.models import Mail
from auditor.people import actions as people
from auditor.people import staging
from auditor.people.kinds import EmploymentKind
from auditor.promises import actions as promises
from auditor.promises.entries import PolicyText, Sentence
from auditor.promises.models import Promise
from auditor.training import actions as training
from auditor.training import courses
from auditor.training.models import TrainingRound
from auditor.worklist import feeds
from tests.audits.inspections.making import new_inspection
from tests.audits.making import answer_all, assigned, items, new_audit
from tests.cast import CAST_MADE, NOW, Cast
from tests.findings import histories
from tests.findings.making import Making
from tests.people import rosters
from tests.training.conftest import OPENED, OPENS, SCHEDULER, Owed

SYSTEM = application("test")
WEEK_AGO = NOW - timedelta(days=7)
# Who asks: a short name for the head of a column, and how they stand to the things of the first section.
PERSONS = {
    "adm": "the administrator",
    "hoa": "the head of audit",
    "rep": "the representative",
    "opr": "the operator",
    "aud": "the auditor of the audit",
    "au2": "the auditor of another audit (that of the contractor)",
    "hd": "the head of the department (D210) that everything belongs to",
    "hd2": "the head of another department (D220), which is responsible for the contractor",
    "emp": "the employee whose own training, report and receipt they are",
    "own": "the employee who owns the corrective action",
    "col": "a colleague in the same department",
    "d-a": "an employee who is deputy of the administrator today",
    "d-h": "an employee who is deputy of the head of the department today",
    "d-x": "an employee who was deputy of the head of the department until yesterday",
    "new": "an employee who has not changed the first password yet",
    "lea": "somebody who has left, with a session from before",
    "out": "nobody: not signed in",
}
_OF_THE_CAST = {
    "adm": "administrator",
    "hoa": "head_of_audit",
    "rep": "representative",
    "opr": "operator",
    "aud": "auditor",
    "au2": "second_auditor",
    "hd": "head_of_sales",
    "hd2": "head_of_other",
    "emp": "staff_of_sales",
    "own": "without_mail",
    "lea": "leaver",
}


@dataclass
class Company:
    """Who asks, and the ids of the things: by the name in the address, or by feature and name."""

    cast: Cast
    folder: Path
    person: dict[str, int] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, section: str, feature: str, name: str, view: str = "") -> Any:
        """Return what stands in an address for ``name``, in the lines of a section."""
        for named in (self.sections.get(section, {}), self.things):
            for key in (f"{feature}.{view}.{name}", f"{feature}.{name}", name):
                if key in named:
                    return named[key]
        raise KeyError(
            f"tests/access/company.py: nothing there for {feature}.{view}.{name}; add it to the things"
        )

    def sign_in(self, client: Any, short: str) -> None:
        """Give ``client`` a session of the person."""
        with client.session_transaction() as session:
            session["_user_id"] = accounts.start_session(self.person[short], NOW)


# Lines about another thing than the first one of its kind: the title says which; only addresses that name it.
SECTIONS = {
    "submitted": "an audit of the department that its auditor has submitted, a self-inspection that its head has",
    "contractor": "a contractor: its audit by another auditor, its finding, which D220 answers for",
    "elsewhere": "another department (D220), somebody in it (the person of column own) and their training",
    "granted": "the account of somebody who holds a role",
    "worry": "a report addressed to the head of audit, by the colleague",
}


def make(cast: Cast, folder: Path) -> Company:
    """Add the things to the cast in the open database; ``folder`` is the data folder."""
    company = Company(cast, folder, {short: cast.person[name] for short, name in _OF_THE_CAST.items()})
    _newcomers(company)
    _audits(company)
    _programme(company)
    _inspections(company)
    _findings(company)
    _training(company)
    _kept_files(company)
    _the_rest(company)
    return company


def _newcomers(company: Company) -> None:
    cast, administrator = company.cast, company.cast.actor("administrator")
    for place, (short, family) in enumerate(
        {"col": "今井", "d-a": "野口", "d-h": "菅原", "d-x": "久保", "new": "平野"}.items()
    ):
        unit = cast.department["D130" if short.startswith("d-") else "D211"]
        details = {"family_name": family, "given_name": "薫", "family_kana": "カナ", "given_kana": "カオル"}
        number = f"0002{place:02}"
        company.person[short] = people.add_person(
            administrator, number, EmploymentKind.REGULAR, unit, "", details, date(2026, 4, 1), WEEK_AGO
        )
    today = day_of(NOW)
    for short, principal, role, last in (
        ("d-a", "administrator", Role.ADMINISTRATOR, today),
        ("d-h", "head_of_sales", Role.DEPARTMENT_HEAD, today),
        ("d-x", "head_of_sales", Role.DEPARTMENT_HEAD, today - timedelta(days=1)),
    ):
        first = today - timedelta(days=7)
        deputy = company.person[short]
        roles.name_deputy(administrator, cast.person[principal], deputy, role, first, last, WEEK_AGO)
    accounts.store(company.person["new"], "first password", NOW, must_change=True)
    assert Credential.get(Credential.person == company.person["new"]).must_change


def _audits(company: Company) -> None:
    cast, evidence = company.cast, company.folder / "evidence"
    audit = assign_recurring(
        cast.actor("administrator"), NOW, new_audit(cast), Recurrence(RULES["quarterly"])
    )
    item = items(audit)[0]
    kept = audits.attach(
        cast.actor("auditor"), NOW, evidence, item, io.BytesIO(b"%PDF-1.4 of the item"), "a.pdf"
    )
    company.things |= {
        "reported_id": audit.id,
        "audit_id": audit.id,
        "item_id": item.id,
        "audits.evidence_id": kept.id,
    }
    company.things |= {"series_id": audit.series_of_id, "audits.key": "2027-02-24"}
    company.things["exception_id"] = _exception(audit, cast.person["auditor"]).id
    company.things["notice_id"] = _notice(cast, audit, "auditor")
    draft = preparing.start(cast.actor("administrator"), NOW)
    preparing.keep(
        draft, NOW, subject=cast.subject["D210"], version=cast.version, controls=[cast.control["ORG-01"]]
    )
    company.things["draft_id"] = draft.id
    company.things["audits.person_id"] = _registered(cast)
    done = assigned(cast)
    answer_all(cast, done)
    noticed = _notice(cast, done, "auditor")
    audits.submit(cast.actor("auditor"), NOW, Audit.get_by_id(done.id), "終わりました")
    first = items(done)[0]
    company.sections["submitted"] = {
        "reported_id": done.id, "audit_id": done.id, "item_id": first.id, "exception_id": _exception(done, cast.person["auditor"]).id,
        "audits.evidence_id": _attached(first, kept, cast.person["auditor"]), "notice_id": noticed,
    }  # fmt: skip
    contractor = subjects.add_subject(
        cast.actor("administrator"), "contractor", "C-01", "配送の委託先", "Delivery contractor",
        cast.department["D220"], NOW, date(2026, 4, 1),
    )  # fmt: skip
    cast.subject["C-01"] = contractor.id
    _control_of_contractors(cast)
    outside = assigned(cast, subject="C-01", auditors=("second_auditor",), codes=("OUT-01",))
    checked = items(outside)[0]
    theirs = audits.attach(
        cast.actor("second_auditor"),
        NOW,
        evidence,
        checked,
        io.BytesIO(b"%PDF-1.4 of the contractor"),
        "b.pdf",
    )
    company.sections["contractor"] = {
        "reported_id": outside.id, "audit_id": outside.id, "item_id": checked.id, "audits.evidence_id": theirs.id,
        "exception_id": _exception(outside, cast.person["second_auditor"]).id,
        "notice_id": _notice(cast, outside, "second_auditor"),
    }  # fmt: skip


def _notice(cast: Cast, audit: Audit, by: str) -> int:
    """Send the notice of an audit; return its id."""
    letter = letters.Letter(date(2026, 12, 1), "全般", "質問と閲覧", "台帳")
    return int(letters.send(cast.actor(by), NOW, Audit.get_by_id(audit.id), letter, 0).id)


def _inspections(company: Company) -> None:
    """One of D210 that its head answers, one of it that waits for confirmation, one of D220."""
    cast, administrator = company.cast, company.cast.actor("administrator")
    head = cast.actor("head_of_sales")
    news = [new_inspection(cast, subject) for subject in ("D210", "D210", "D220")]
    open_, done, other = open_inspections(administrator, NOW, news, Recurrence(RULES["quarterly"]))
    item, folder = items(open_)[0], company.folder / "evidence"
    kept = answering_inspections.attach(
        head, NOW, folder, item, io.BytesIO(b"%PDF-1.4 of the inspection"), "c.pdf"
    )
    draft = preparing_inspections.start(administrator, NOW)
    preparing.keep(draft, NOW, subjects=[cast.subject["D210"]], frequency="annual")
    company.things |= {
        "inspection_id": open_.id, "inspections.item_id": item.id, "inspections.evidence_id": kept.id,
        "inspections.draft_id": draft.id,
    }  # fmt: skip
    answer_all(cast, done, by="head_of_sales")
    deciding.submit(head, NOW, Audit.get_by_id(done.id))
    company.sections["submitted"] |= {"inspection_id": done.id, **_of_item(items(done)[0], kept, head)}
    company.sections["elsewhere"] = {"inspection_id": other.id, **_of_item(items(other)[0], kept, head)}


def _of_item(item: AuditItem, kept: Evidence, actor: Actor) -> dict[str, int]:
    return {
        "inspections.item_id": item.id,
        "inspections.evidence_id": _attached(item, kept, actor.person_id or 0),
    }


def _registered(cast: Cast) -> int:
    """Enter an auditor in the register of auditors; return the person's id."""
    head, person = cast.actor("head_of_audit"), cast.person["second_auditor"]
    return register.enter(head, NOW, person, date(2026, 4, 1), date(2028, 3, 31), "研修").person_id


def _control_of_contractors(cast: Cast) -> None:
    with activity.action(SYSTEM, NOW):
        cast.control["OUT-01"] = Control.create(
            version=cast.version, category=Category.get(Category.key == "organizational"), code="OUT-01",
            target="contractor", basis="measure", frequency="annual", title_ja="委託先の監督", title_en="Supervision",
            question_ja="監督しているか。", question_en="Is it supervised?", guidance_ja="", guidance_en="", details={},
            search_key="out-01", position=99,
        ).id  # fmt: skip
        activity.record(CAST_MADE, persons=0)


def _attached(item: AuditItem, kept: Evidence, person_id: int) -> int:
    """Hang the same evidence on the item of an audit that is over; return its id."""
    with activity.action(SYSTEM, NOW):
        ItemEvidence.write(NOW, person_id, item=item.id, evidence=kept, held=True)
        activity.record(CAST_MADE, persons=0)
    return int(kept.id)


def _exception(audit: Audit, person_id: int) -> IndependenceException:
    conflict = Conflict(Ground.ADMINISTRATOR, date(2026, 10, 1), date(2026, 11, 19))
    with activity.action(SYSTEM, NOW):
        found: IndependenceException = IndependenceException.create(
            audit=audit, person=person_id, reason=[conflict.stored()], cause="administrator", found_at=NOW
        )
        activity.record(CAST_MADE, persons=0)
    return found


def _programme(company: Company) -> None:
    programme = planning.begin(company.cast.actor("head_of_audit"), NOW, fiscal_year(2027, 4))
    planning.apply_rules(company.cast.actor("head_of_audit"), NOW, programme, fiscal_year(2027, 4))
    company.things |= {
        "year": 2027, "reports.planned_year": 2027, "reports.year": 2026,
        "programme.entry_id": ProgrammeEntry.select().order_by(ProgrammeEntry.id).get().id,
        "programme.subject_id": company.cast.subject["D210"], "category": "organizational", "programme.place": 1,
    }  # fmt: skip


def _findings(company: Company) -> None:
    cast = company.cast
    making = Making(cast, company.folder / "evidence", WEEK_AGO - timedelta(days=10))
    finding = making.recorded(item=AuditItem.get_by_id(company.things["item_id"]))
    _acting(making, finding, "without_mail", "head_of_sales")
    company.things |= _of_finding(finding) | {"findings.number": 1}
    contractors = making.recorded(
        item=AuditItem.get_by_id(company.sections["contractor"]["item_id"]), subject_id=cast.subject["C-01"],
        department_id=cast.department["D220"],
    )  # fmt: skip
    _acting(making, contractors, "second_auditor", "head_of_other")
    company.sections["contractor"] |= _of_finding(contractors)
    worry = worries.report(cast.actor("staff_of_sales"), NOW, "鍵が掛かっていません。")
    company.things["worry_id"] = worry.id
    other = worries.report(actor_for(company.person["col"], NOW), NOW, "管理者の件です。", Role.HEAD_OF_AUDIT)
    company.sections["worry"] = {"worry_id": other.id}


def _acting(making: Making, finding: Finding, owner: str, head: str) -> None:
    """Bring the finding to where its one action is carried out, with evidence, and another date asked for."""
    answers = making.actor(head)
    answering.answer(answers, making.tomorrow(), finding, cause="申請がない。", correction="権限を削除した。")
    planned = answering.plan_action(
        answers,
        making.at,
        finding,
        text="毎日取り込む",
        owner_id=making.cast.person[owner],
        due_on=date(2026, 12, 10),
    )
    answering.submit(answers, making.tomorrow(), finding)
    answering.approve_plan(making.actor("administrator"), making.tomorrow(), finding, "進めてください。")
    files = [(io.BytesIO(f"%PDF-1.7 {finding.number}".encode()), "記録.pdf")]
    doing.give_evidence(answers, making.tomorrow(), planned, files, making.folder)
    duedates.ask(answers, making.tomorrow(), finding, date(2027, 1, 29), "改修が必要なため。")


def _of_finding(finding: Finding) -> dict[str, Any]:
    evidence = (
        ActionEvidence.select().join(CorrectiveAction).where(CorrectiveAction.finding == finding.id).get()
    )
    return {
        "finding_id": finding.id,
        "findings.evidence_id": evidence.evidence_id,
        "request_id": DueRequest.get(DueRequest.finding == finding.id).id,
    }


def _training(company: Company) -> None:
    cast, administrator = company.cast, company.cast.actor("administrator")
    before = datetime(2026, 10, 1, tzinfo=UTC)
    version = training.import_course(administrator, courses.PERSONAL_INFORMATION_BASICS, before)
    training.open_course(administrator, version, before)
    rule = training.create_rule(
        administrator, version.course_id, training.Terms(training.EVERYONE, OPENS, 30), OPENED
    )
    training.assign_due(SCHEDULER, OPENED)
    owed = Owed(cast, version, TrainingRound.get(TrainingRound.rule == rule.id))
    receipt = owed.complete("staff_of_sales").receipt
    own, elsewhere = owed.of("staff_of_sales"), owed.of("without_mail")
    company.things |= {
        "course_id": version.course_id, "training.version_id": version.id, "rule_id": rule.id, "round_id": owed.round.id,
        "assignment_id": own.id, "training.number": 1, "training.receipt.number": receipt, "place": 1,
    }  # fmt: skip
    company.sections["elsewhere"] |= {
        "assignment_id": elsewhere.id,
        "person_id": cast.person["without_mail"],
        "department_id": cast.department["D220"],
        "training.receipt.number": owed.complete("without_mail").receipt,
    }
    company.sections["granted"] = {"accounts.person_id": cast.person["representative"]}


def _kept_files(company: Company) -> None:
    """A roster that waits and one that was applied, a catalogue that waits: each of the administrator's."""
    administrator = company.cast.actor("administrator")
    row = rosters.person("000107", "西村", "葵", "D211")
    content = rosters.workbook([row, rosters.person("000300", "新井", "望", "D220")])
    staged = staging.stage(
        administrator, company.folder / staging.FOLDER, content, "名簿.xlsx", date(2026, 12, 1), False, NOW
    )
    applied = rosters.apply(rosters.workbook([row]), date(2026, 11, 1), NOW, actor=administrator)
    controls = places.controls() / "personal-information-jp/2026.1.yaml"
    text = controls.read_text(encoding="utf-8").replace("version: '2026.1'", "version: '2026.2'", 1)
    upload = uploads.keep(company.cast.person["administrator"], "controls.yaml", text.encode(), NOW)
    kept = history.keep(company.cast.person["administrator"], "監査一覧.xlsx", histories.workbook(), NOW)
    auditor, audit = company.cast.actor("auditor"), Audit.get_by_id(company.things["audit_id"])
    _paper, file = issuing.issue(auditor, NOW, audit, "ja")
    returned = returning.stage(auditor, NOW, audit, file, "調書.xlsx")
    head, inspection = company.cast.actor("head_of_sales"), Audit.get_by_id(company.things["inspection_id"])
    _paper, file = issuing.issue(head, NOW, inspection, "ja")
    answered = returning.stage(head, NOW, inspection, file, "点検調書.xlsx")
    company.things |= {
        "staged_id": staged.id, "import_id": applied.id, "upload_id": upload.id, "findings.upload_id": kept.id,
        "audits.upload_id": returned.id, "inspections.upload_id": answered.id,
    }  # fmt: skip


def _the_rest(company: Company) -> None:
    cast, administrator = company.cast, company.cast.actor("administrator")
    sentence = Sentence(
        "6(1)", Text(en="We have a policy.", ja="基本方針を定めています。"), controls=("ORG-01",)
    )
    promises.publish(administrator, PolicyText(date(2026, 4, 1), Text("Policy", "方針"), (sentence,)), NOW)
    links.forgot("000107", NOW)
    token = PasswordToken.get()
    set_closed_day(administrator, date(2026, 12, 29), True, "年末休業", NOW)
    bundle(NOW)
    company.things |= {
        "person_id": cast.person["staff_of_sales"], "department_id": cast.department["D211"],
        "row_id": Deputy.get(Deputy.deputy == company.person["d-h"]).id,
        "control_id": cast.control["ORG-01"], "catalogue.version_id": cast.version, "subject_id": cast.subject["C-01"],
        "promise_id": Promise.get().id, "promises.code": "ORG-01",
        "file_id": Evidence.get_by_id(company.things["audits.evidence_id"]).file_id,
        "mail_id": Mail.get().id, "day": "2026-12-29", "name": "send_mail", "what": "findings",
        "worklist.kind": "audit_due",
        "worklist.secret": feeds.make(cast.actor("staff_of_sales"), NOW),
        "accounts.code": "en", "token_id": token.id, "token": links.token_of(token),
    }  # fmt: skip
