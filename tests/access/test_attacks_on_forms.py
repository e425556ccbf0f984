"""Forms that hold more than their page asked for, or hidden fields of something else; text that a program would run."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from openpyxl import load_workbook

from auditor.access import Role
from auditor.accounts.models import RoleGrant, Session
from auditor.accounts.queries import granted
from auditor.activity import ActivityEvent
from auditor.audits.models import AuditAssignee, ItemDraft, ItemResult
from auditor.dated import Moment
from auditor.findings.models import (
    CorrectiveAction,
    DueRequest,
    Finding,
    FindingComment,
    FindingDetail,
    Worry,
)
from auditor.people.models import DepartmentHead, Membership
from auditor.training.models import Attestation
from tests.access.company import Company
from tests.cast import NOW

# What a page never asks for and a table has: each name is tried in every form.
MORE = {
    "id": "1", "person": "1", "person_id": "1", "author": "1", "actor": "1", "actor_id": "1", "recorded_by": "1",
    "given_by": "1", "reporter": "1", "role": "administrator", "roles": "administrator", "held": "1", "is_admin": "1",
    "recorded_at": "2020-01-01 00:00", "valid_from": "2020-01-01", "written_at": "2020-01-01", "state": "closed",
    "current_state": "closed", "result": "conform", "grade": "observation", "number": "X-1", "action": "x", "replaces": "1",
    "password_hash": "x", "must_change": "", "system": "x", "erased_at": "2020-01-01", "corrects": "1", "closed_on": "2020-01-01",
}  # fmt: skip


def test_what_a_form_did_not_ask_for_is_not_taken(asked: Company, app: Any) -> None:
    it = asked
    finding = it.things["finding_id"]
    before = {
        model: model.select().count() for model in (RoleGrant, Membership, DepartmentHead, AuditAssignee)
    }
    sent = {
        "emp": [("/accounts/preferences", {"language": "en", "theme": "dark"}),
                ("/findings/worries/report", {"text": "心配です。", "recipient": "administrator"})],
        "hd": [(f"/findings/{finding}/comment", {"text": "確認します。"}),
               (f"/findings/{finding}/actions/new", {"text": "掲示する", "owner": it.person["emp"], "due_on": "2026-12-10"})],
        "aud": [(f"/audits/{it.things['audit_id']}/items/{it.things['item_id']}", {"result": "good_practice"}),
                (f"/audits/{it.things['audit_id']}/items/{it.things['item_id']}/draft", {"note": "書きかけ"})],
    }  # fmt: skip
    for short, forms in sent.items():
        client = app.test_client()
        it.sign_in(client, short)
        for address, form in forms:
            answer = client.post(address, data={**MORE, **form})
            assert answer.status_code in (200, 303, 422), f"{address}: {answer.status_code}"
    comment = FindingComment.select().order_by(FindingComment.id.desc()).get()
    assert (comment.author_id, comment.finding_id, comment.written_at) == (it.person["hd"], finding, NOW)
    worry = Worry.select().order_by(Worry.id.desc()).get()
    assert worry.reporter_id == it.person["emp"] and worry.number.startswith("R26-")
    planned = CorrectiveAction.select().order_by(CorrectiveAction.id.desc()).get()
    assert planned.finding_id == finding and planned.number == 2
    assert Finding.get_by_id(finding).current_state == "acting"
    assert {draft.person_id for draft in ItemDraft.select()} == {it.person["aud"]}
    for model, count in before.items():
        assert model.select().count() == count, model
    assert all(event.at <= NOW for event in ActivityEvent.select())


def test_who_may_not_grant_roles_grants_none_by_any_form(asked: Company, client: Any) -> None:
    for short in ("opr", "emp", "hd", "aud"):
        person = asked.person[short]
        asked.sign_in(client, short)
        held = granted(person, Moment.at(NOW))
        data = {**MORE, "role": Role.ADMINISTRATOR.value, "language": "ja", "theme": ""}
        for address in (
            f"/accounts/{person}/roles",
            "/accounts/preferences",
            "/accounts/password",
            "/accounts/deputies",
        ):
            client.post(address, data=data)
        assert granted(person, Moment.at(NOW)) == held


def test_a_hidden_field_of_something_else_is_refused(asked: Company, client: Any) -> None:
    it = asked
    finding, contractor = it.things["finding_id"], it.sections["contractor"]
    it.sign_in(client, "adm")
    other = contractor["request_id"]
    answer = client.post(f"/findings/{finding}/due/{other}", data={"decision": "yes"})
    assert answer.status_code == 404, "a request of another finding"
    assert FindingDetail.select().where(FindingDetail.finding == contractor["finding_id"]).count() == 1
    exception = contractor["exception_id"]
    assert client.post(f"/audits/{it.things['audit_id']}/exceptions/{exception}").status_code == 404
    for audit, item in (
        (it.things["audit_id"], contractor["item_id"]),
        (contractor["audit_id"], it.things["item_id"]),
    ):
        assert client.get(f"/audits/{audit}/items/{item}").status_code == 404
    theirs = contractor["audits.evidence_id"]
    mine = f"/audits/{it.things['audit_id']}/items/{it.things['item_id']}/evidence"
    assert client.get(f"{mine}/{theirs}").status_code == 404
    it.sign_in(client, "aud")
    assert client.post(f"{mine}/{theirs}/remove").status_code == 404
    row = ItemResult.select().order_by(ItemResult.id.desc()).get()  # of another item
    stale = client.post(
        f"/audits/{it.things['audit_id']}/items/{it.things['item_id']}",
        data={"result": "conform", "note": "", "reason": "", "based_on": row.id},
    )
    assert stale.status_code == 409
    it.sign_in(client, "hd")
    planned = client.post(
        f"/findings/{finding}/actions/new",
        data={"text": "x", "owner": it.person["lea"], "due_on": "2026-12-10"},
    )
    assert planned.status_code == 422, "somebody who has left"
    assert DueRequest.select().count() == 2


def test_a_session_is_the_own_one_only(asked: Company, client: Any) -> None:
    asked.sign_in(client, "emp")
    before = Session.select().where(Session.ended_at.is_null()).count()
    client.post("/accounts/sign-out", data={"session": "1", "person": "1", "all": "1", "token": "x"})
    assert Session.select().where(Session.ended_at.is_null()).count() == before - 1


def test_ids_that_follow_each_other_give_nothing_of_others(asked: Company, client: Any) -> None:
    """Whoever counts through the numbers gets 404 for each that is not theirs."""
    asked.sign_in(client, "col")
    addresses = (
        "/findings/{}", "/findings/{}/report", "/findings/worries/{}", "/audits/{}", "/people/{}", "/people/departments/{}",
        "/training/{}", "/training/assignments/{}", "/catalogue/controls/{}", "/accounts/{}", "/people/imports/{}",
        "/activity/erasure/files/{}", "/training/receipts/{}",
    )  # fmt: skip
    own = asked.sections["worry"]["worry_id"]
    for address in addresses:
        for number in (*range(8), 2**31 - 1, 2**31, 2**63, "-1", "0x1", "1e1", "٣"):
            if (address, number) == ("/findings/worries/{}", own):
                continue
            assert client.get(address.format(number)).status_code == 404, address.format(number)
    for receipt in Attestation.select():
        assert client.get(f"/training/receipts/{receipt.receipt}").status_code == 404


TEXTS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1"]


def test_in_no_export_does_a_text_become_a_formula(asked: Company, client: Any) -> None:
    it = asked
    it.sign_in(client, "adm")
    where = {"department": it.cast.department["D220"], "subject": it.cast.subject["D220"]}
    for text in TEXTS:
        form = {"title": f"{text} title", "facts": f"{text} facts", "once": text, **FINDING, **where}
        assert client.post("/findings/record", data=form).status_code == 303
    name = {"family_name": "=1+1 name", "given_name": "仁", "language": "ja", "valid_from": "2026-11-20"}
    address = f"/people/{it.person['hd2']}/details"
    assert client.post(address, data={**name, "tip": _tip(client, it.person["hd2"])}).status_code == 303
    seen = set()
    training = f"training.xlsx?course={it.things['course_id']}"
    for what in (
        "findings.xlsx?state=",
        "actions.xlsx?state=",
        training,
        "audits.xlsx?tab=all",
        f"audits/{it.things['audit_id']}.xlsx",
    ):
        answer = client.get(f"/reports/export/{what}")
        assert answer.status_code == 200, what
        assert answer.headers["Content-Disposition"].startswith("attachment")
        book = load_workbook(io.BytesIO(answer.get_data()))
        answer.close()
        for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f", f"{what}: {cell.coordinate} {cell.value!r}"
            if str(cell.value or "").startswith(("=", "+", "-", "@")):
                assert cell.quotePrefix, (
                    f"{what}: {cell.coordinate} {cell.value!r} becomes one when it is edited"
                )
                seen.add(str(cell.value)[:3])
    assert {"=1+", "+1 ", "-1 ", "@SU", "=cm"} <= seen, "the texts are in none of them"


FINDING = {"grade": "minor", "due_on": "2026-12-18", "found_on": "2026-11-19"}


def _tip(client: Any, person_id: int) -> str:
    page = client.page(f"/people/{person_id}/details")
    return str(page.xpath("string(//input[@name='tip']/@value)"))


def test_what_people_write_is_shown_and_never_run(asked: Company, client: Any, app: Flask) -> None:
    it = asked
    script = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"
    it.sign_in(client, "hd")
    finding = it.things["finding_id"]
    assert client.post(f"/findings/{finding}/comment", data={"text": script}).status_code == 303
    page = client.page(f"/findings/{finding}")  # which holds that there is no script in the page, nor on…
    assert script in page.text_content()
    assert not page.xpath("//main//script | //main//img[@src='x'] | //main//*[@onload]")
    for address in (f"/findings/?q={script}", f"/people/?q={script}", "/findings/?state=%22%3E%3Cscript%3E"):
        client.page(address)
