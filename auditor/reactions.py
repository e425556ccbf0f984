"""Who listens to what: features against the order of design §4, wired in one place."""

from __future__ import annotations

from peewee import ModelSelect

from auditor import events
from auditor.accounts import queries as accounts
from auditor.audits import queries as audits
from auditor.audits.closing import on_finding_ended
from auditor.audits.exceptions import on_membership_changed
from auditor.audits.models import Audit, AuditAssignee
from auditor.audits.results import AuditKind
from auditor.audits.workingpaper import content as papers
from auditor.catalogue import queries as catalogue
from auditor.catalogue.actions import subject_of_department
from auditor.findings.beside import (
    audits_with_open_finding,
    findings_beside,
    findings_of_subject,
    items_with_finding,
)
from auditor.integrity.waiting import waiting_for as names_go
from auditor.notifications.password_links import mail_password_link
from auditor.promises.queries import kept_by
from auditor.promises.results import last_results
from auditor.reports.waiting import waiting_for as year_reports
from auditor.scheduling.waiting import waiting_for as scheduler_stands
from auditor.worklist import queries as worklist


def subscribe() -> None:
    """Subscribe every listener; calling it again changes nothing."""
    if _posts_as_auditor not in accounts.auditor_checks:
        accounts.auditor_checks.append(_posts_as_auditor)
    if items_with_finding not in audits.items_with_finding:
        audits.items_with_finding.append(items_with_finding)
        audits.findings_beside.append(findings_beside)
        audits.audits_with_open_finding.append(audits_with_open_finding)
        papers.findings_of_subject.append(findings_of_subject)
    if last_results not in catalogue.last_results:
        catalogue.last_results.append(last_results)
        catalogue.kept_promises.append(kept_by)
    if scheduler_stands not in worklist.more:
        worklist.more += [year_reports, scheduler_stands, names_go]
    events.subscribe(events.DepartmentAdded, subject_of_department)
    events.subscribe(events.PasswordLinkMade, mail_password_link)
    events.subscribe(events.MembershipChanged, on_membership_changed)
    events.subscribe(events.FindingEnded, on_finding_ended)


def _posts_as_auditor(person_id: int) -> ModelSelect[AuditAssignee]:
    """Return where the person is or was named auditor, not yet read; to answer a self-inspection is no such post."""
    audited = Audit.kind != AuditKind.SELF_INSPECTION.value
    return (
        AuditAssignee.select(AuditAssignee.id).join(Audit).where(AuditAssignee.person == person_id, audited)
    )
