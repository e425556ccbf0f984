"""A form that is sent twice (a double click, the button back, a slow line) makes one thing."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask

from auditor.access import Role
from auditor.accounts import links, roles
from auditor.accounts.models import Deputy, PasswordToken, RoleGrant
from auditor.audits.models import IndependenceSettlement, ItemEvidence, ItemResult
from auditor.catalogue.entries import Text
from auditor.catalogue.models import Applicability, CatalogueUpload, CatalogueVersion, ControlOwner, Subject
from auditor.company.models import ClosedDay, Setting
from auditor.findings.models import (
    ActionEvidence,
    ActionState,
    CorrectiveAction,
    DueDecision,
    DueRequest,
    Finding,
    FindingComment,
    FindingState,
    Worry,
    WorryState,
)
from auditor.notifications.models import Notice
from auditor.people.models import Department, Membership, Person, StagedRoster
from auditor.promises import actions as promises
from auditor.promises.entries import PolicyText, Sentence
from auditor.promises.models import Policy, PromiseControl
from auditor.training import actions as training
from auditor.training.models import AssignmentDue, Exemption, QuizAttempt, TrainingRule
from tests.access.company import Company
from tests.bed.pages import parsed
from tests.cast import NOW
from tests.findings.test_at_once import at_once
from tests.people import rosters

Form = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A form: by whom, where, what, and the table in which it makes a row."""

    who: str
    address: str
    makes: type[Any]
    form: Callable[[Company], Form]
    page: str = ""  # the page whose hidden fields go with it
    rows: int = 1


def a_file(name: str, content: bytes = b"%PDF-1.4 sent twice") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


DEPUTY = {"role": "department_head", "starts_on": "2026-12-01", "ends_on": "2026-12-24"}
POLICY = {
    "published_on": "2026-10-01",
    "title_ja": "方針",
    "title_en": "Policy",
    "text_ja": "1 定めています。",
    "text_en": "1 We do.",
}
RULE = {
    "audience": "departments", "first_opens_on": "2026-12-01", "due_days": "30", "recurrence": "FREQ=YEARLY", "step": "save",
}  # fmt: skip
FINDING = {
    "title": "鍵が無い",
    "facts": "鍵が掛かっていない。",
    "grade": "minor",
    "due_on": "2026-12-18",
    "found_on": "2026-11-19",
}
SENT = {
    "finding": Sent(
        "adm", "/findings/record", Finding,
        lambda it: {**FINDING, "department": it.cast.department["D220"], "subject": it.cast.subject["D220"]},
        "/findings/record",
    ),
    "message": Sent("hd", "/findings/{finding_id}/comment", FindingComment, lambda it: {"text": "確認します。"}),
    "action": Sent(
        "hd", "/findings/{finding_id}/actions/new", CorrectiveAction,
        lambda it: {"text": "掲示する", "owner": it.person["emp"], "due_on": "2026-12-10"},
    ),
    "evidence of an action": Sent(
        "own", "/findings/{finding_id}/actions/1/evidence", ActionEvidence, lambda it: {"files": a_file("c.pdf")}
    ),
    "action done": Sent(
        "own", "/findings/{finding_id}/actions/1/done", ActionState, lambda it: {"comment": "済み。"},
        "/findings/{finding_id}/actions/1/done",
    ),
    "other date": Sent(
        "hd2", "/findings/{contractor}/due", DueRequest, lambda it: {"due_on": "2027-02-26", "reason": "間に合わない。"},
        rows=0,  # one waits already: the second is refused
    ),
    "date granted": Sent("adm", "/findings/{finding_id}/due/{request_id}", DueDecision, lambda it: {"decision": "yes"}),
    "finding withdrawn": Sent(
        "adm", "/findings/{finding_id}/withdraw", FindingState, lambda it: {"reason": "誤りでした。"},
        "/findings/{finding_id}/withdraw",
    ),
    "report": Sent(
        "col", "/findings/worries/report", Worry, lambda it: {"text": "心配です。", "recipient": "administrator"},
        "/findings/worries/report",
    ),
    "report settled": Sent(
        "adm", "/findings/worries/{worry_id}", WorryState, lambda it: {"step": "settled", "comment": "直しました。"},
        "/findings/worries/{worry_id}",
    ),
    "result": Sent(
        "aud", "/audits/{audit_id}/items/{item_id}", ItemResult, lambda it: {"result": "conform", "note": "施錠。"}
    ),
    "evidence of an item": Sent(
        "aud", "/audits/{audit_id}/items/{item_id}/evidence", ItemEvidence, lambda it: {"file": a_file("d.pdf")}
    ),
    "exception": Sent(
        "hoa", "/audits/{audit_id}/exceptions/{exception_id}", IndependenceSettlement,
        lambda it: {"outcome": "accepted", "reason": "他に居ない。"},
    ),
    "person": Sent(
        "adm", "/people/new", Person,
        lambda it: {
            "number": "000400", "family_name": "秋山", "given_name": "光", "kind": "regular", "language": "ja",
            "department": it.cast.department["D220"], "valid_from": "2026-12-01",
        },
    ),
    "department": Sent(
        "adm", "/people/departments/new", Department,
        lambda it: {
            "code": "D230", "name": "営業第三部", "kind": "部", "level": "department", "valid_from": "2026-12-01",
            "parent": it.cast.department["D200"],
        },
    ),
    "transfer": Sent(
        "adm", "/people/{person_id}/transfer", Membership,
        lambda it: {"change": "main", "department": it.cast.department["D220"], "valid_from": "2026-12-01"},
        "/people/{person_id}/transfer", rows=2,
    ),
    "roster": Sent(
        "adm", "/people/imports", StagedRoster,
        lambda it: {"file": a_file("名簿.xlsx", ROSTER), "effective_from": "2026-12-01"},
    ),
    "deputy": Sent(
        "adm", "/accounts/deputies", Deputy,
        lambda it: {**DEPUTY, "principal": it.person["hd2"], "deputy": it.person["col"]},
    ),
    "role": Sent("adm", "/accounts/{person_id}/roles", RoleGrant, lambda it: {"role": "operator"}),
    "links": Sent("adm", "/accounts/links", Notice, lambda it: {"person": it.person["hd2"]}),
    "catalogue kept": Sent(
        "adm", "/catalogue/import", CatalogueUpload, lambda it: {"file": a_file("controls.yaml", catalogue())}
    ),
    "catalogue": Sent(
        "adm", "/catalogue/import/{upload_id}", CatalogueVersion, lambda it: {"use": "yes", "valid_from": "2026-12-01"}
    ),
    "subject": Sent(
        "adm", "/catalogue/subjects/add", Subject,
        lambda it: {"kind": "system", "code": "S-01", "name_ja": "基幹", "name_en": "Core", "valid_from": "2026-11-20"},
    ),
    "owner of a control": Sent(
        "adm", "/catalogue/controls/{control_id}/owner", ControlOwner,
        lambda it: {"owner-department": it.cast.department["D110"], "owner-valid_from": "2026-11-20"},
        "/catalogue/controls/{control_id}",
    ),
    "not applicable": Sent(
        "adm", "/catalogue/controls/{control_id}/applicability", Applicability,
        lambda it: {"applies-subject": it.cast.subject["D220"], "applies-applies": "no", "applies-reason": "無い。", "applies-valid_from": "2026-11-20"},
    ),
    "published text": Sent("adm", "/promises/new", Policy, lambda it: POLICY),
    "link": Sent("adm", "/promises/{promise_id}/controls", PromiseControl, lambda it: {"code": "PHY-01"}),
    "rule": Sent(
        "adm", "/training/courses/{course_id}/rules/new", TrainingRule,
        lambda it: {**RULE, "departments": it.cast.department["D220"]},
    ),
    "due date": Sent(
        "adm", "/training/assignments/{open}/due", AssignmentDue, lambda it: {"due-due_on": "2026-12-25", "due-reason": "休職。"}
    ),
    "exemption": Sent("adm", "/training/assignments/{open}/exempt", Exemption, lambda it: {"exemption-reason": "派遣元で受講。"}),
    "quiz": Sent("hd2", "/training/{mine}/quiz", QuizAttempt, lambda it: {}, rows=0),
    "closed day": Sent("adm", "/company/closed-days", ClosedDay, lambda it: {"day": "2026-12-30", "name": "年末"}),
    "setting": Sent("adm", "/company/settings", Setting, lambda it: {}, "/company/settings", rows=0),
}  # fmt: skip
ROSTER = rosters.workbook([rosters.person("000301", "新井", "望", "D220")])


def catalogue() -> bytes:
    from auditor import places

    text = (places.controls() / "personal-information-jp/2026.1.yaml").read_text(encoding="utf-8")
    return text.replace("version: '2026.1'", "version: '2026.3'", 1).encode()


def open_assignment(it: Company, short: str) -> int:
    from auditor.training.models import Assignment

    return int(Assignment.get(Assignment.person == it.person[short]).id)


@pytest.mark.parametrize("what", SENT)
def test_a_form_that_is_sent_twice_makes_one_thing(
    app: Flask, asked: Company, client: Any, what: str
) -> None:
    sent = SENT[what]
    ids = {
        **asked.things, "contractor": asked.sections["contractor"]["finding_id"],
        "open": open_assignment(asked, "au2"), "mine": open_assignment(asked, "hd2"),
    }  # fmt: skip
    asked.sign_in(client, sent.who)
    hidden: Form = {}
    if sent.page:
        page = parsed(client.get(sent.page.format(**ids)))
        address = sent.address.format(**ids)
        form = page.xpath(
            f"//form[@method='post' and (not(@action) or @action='' or starts-with(@action, '{address}'))]"
        )
        for field in form[0].xpath(".//input[@type='hidden' and @name != 'csrf_token']"):
            hidden[field.get("name")] = field.get("value") or ""
    before = sent.makes.select().count()
    first = client.post(sent.address.format(**ids), data={**hidden, **sent.form(asked)})
    assert first.status_code == (303 if sent.rows else first.status_code), complaints(first)
    assert sent.makes.select().count() == before + sent.rows, f"{first.status_code}: {complaints(first)}"
    second = client.post(sent.address.format(**ids), data={**hidden, **sent.form(asked)})
    assert second.status_code in (303, 404, 409, 422), second.status_code
    assert sent.makes.select().count() == before + sent.rows, "the second made another one"


def complaints(answer: Any) -> str:
    if not answer.data or answer.mimetype != "text/html" or answer.status_code == 303:
        return f"{answer.headers.get('Location')}"
    page = parsed(answer)
    return " ".join(
        " ".join(page.xpath("//*[contains(@class, 'error') or contains(@class, 'alert')]//text()")).split()
    )


def test_two_clicks_that_arrive_together_make_one_thing(asked: Company) -> None:
    """Each on a connection of its own, as two workers of the server would take them."""
    it, administrator = asked, asked.cast.actor("administrator")
    terms = training.Terms(training.departments([it.cast.department["D220"]]), date(2026, 12, 1), 30)
    text = PolicyText(
        date(2026, 10, 1), Text("Policy", "方針"), (Sentence("1", Text("We do.", "定めています。")),)
    )
    days = (date(2026, 12, 1), date(2026, 12, 24))
    steps: dict[type[Any], Callable[[], object]] = {
        TrainingRule: lambda: training.create_rule(administrator, it.things["course_id"], terms, NOW),
        Policy: lambda: promises.publish(administrator, text, NOW),
        Deputy: lambda: roles.name_deputy(
            administrator, it.person["hd2"], it.person["col"], Role.DEPARTMENT_HEAD, *days, NOW
        ),
        PasswordToken: lambda: links.send_links(administrator, [it.person["hd2"]], NOW),
    }
    before = {model: model.select().count() for model in steps}
    for model, step in steps.items():
        assert at_once([step] * 3) == [None] * 3
        assert model.select().count() == before[model] + 1, model
