"""Journey 3: the checklist on a phone or a desktop, a finding, evidence; somebody else returns and approves."""

from __future__ import annotations

from auditor.accounts.queries import actor_for
from auditor.audits.actions import Answer, record_result
from auditor.audits.models import Audit, AuditItem, ItemEvidence
from auditor.audits.results import AUDITS, EDITABLE, Result
from auditor.catalogue.models import Subject
from auditor.findings.models import Finding
from auditor.notifications.models import Notice
from auditor.people.models import Department
from tests.cast import NOW
from tests.journeys.walking import LANGUAGES, Open, Walk, is_clean, person


@LANGUAGES
def test_an_auditor_checks_records_and_submits_and_another_approves(app, settings, browser_page: Open, lang):
    audit = (
        Audit.select()
        .join(Subject)
        .join(Department)
        .where(Department.code == "D130", Audit.kind.in_(AUDITS), Audit.current_state.in_(EDITABLE))
        .get()
    )
    first, second, third, *rest = (
        AuditItem.select().where(AuditItem.audit == audit).order_by(AuditItem.position)
    )
    assert (
        Notice.select()
        .where(Notice.person == person("005120"), Notice.path == f"/audits/{audit.id}")
        .exists()
    )
    walk = Walk(browser_page(lang, phone=lang == "ja"), lang)
    walk.sign_in("005120", at=f"/audits/{audit.id}")
    walk.look()
    walk.reads(audit.number)
    _conforms(walk, audit, first)
    _is_wrong(walk, audit, second)
    _does_not_apply(walk, audit, third)
    auditor = actor_for(person("005120"), NOW)
    for item in rest:
        record_result(auditor, NOW, item, Answer(Result.CONFORM, "記録で確認した。"))
    walk.go(f"/audits/{audit.id}/submit")
    walk.look()
    walk.press("Submit the audit")
    _decided(browser_page, lang, audit, "Send back")
    walk.go(f"/audits/{audit.id}")
    walk.reads("写真を付けてください。")
    walk.go(f"/audits/{audit.id}/submit")
    walk.press("Submit the audit")
    _decided(browser_page, lang, audit, "Approve")
    assert Audit.get_by_id(audit.id).current_state == "approved"
    is_clean(settings)


def _conforms(walk: Walk, audit: Audit, item: AuditItem) -> None:
    walk.go(f"/audits/{audit.id}/items/{item.id}")
    walk.look()
    walk.choose("result", "conform")
    walk.fill("note", "台帳と保管棚を照合した。")
    walk.press("Save and go on")
    walk.go(f"/audits/{audit.id}/items/{item.id}")
    walk.reads("台帳と保管棚を照合した。")
    photo = {"name": "棚.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 64}
    walk.page.set_input_files("input[type=file]", photo)
    walk.press("Attach evidence")
    walk.reads("棚.png")
    assert ItemEvidence.select().where(ItemEvidence.item == item).count() == 1


def _is_wrong(walk: Walk, audit: Audit, item: AuditItem) -> None:
    walk.go(f"/audits/{audit.id}/items/{item.id}")
    walk.choose("result", "minor")
    walk.fill("note", "2件のうち1件に承認がない。")
    walk.press("Save")
    walk.go(f"/findings/record?item={item.id}")
    walk.look()
    walk.fill("title", "承認の記録がない")
    walk.fill("facts", "2件のうち1件に承認の記録がない。")
    walk.choose("grade", "minor")
    walk.fill("due_on", "2026-12-25")
    walk.press("Record the finding")
    walk.look()
    assert Finding.select().where(Finding.item == item).count() == 1


def _does_not_apply(walk: Walk, audit: Audit, item: AuditItem) -> None:
    walk.go(f"/audits/{audit.id}/items/{item.id}")
    walk.choose("result", "not_applicable")
    walk.fill("reason", "この部署に該当する業務がない。")
    walk.press("Save")


def _decided(browser_page: Open, lang: str, audit: Audit, button: str) -> None:
    walk = Walk(browser_page(lang), lang)
    walk.sign_in("001874", at=f"/audits/{audit.id}/decide")
    walk.look()
    walk.fill("comment", "写真を付けてください。")
    walk.press(button)
