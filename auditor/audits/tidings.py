"""What auditors and the audited department tell each other by mail: the notice, the facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from auditor.audits import queries
from auditor.audits.models import Audit, AuditNotice, FactsRequest, NoticeAnswer
from auditor.audits.results import EDITABLE, State
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, current, format_long_day
from auditor.notifications.actions import notify
from auditor.notifications.kinds import Words, kind


def tell_notice(notice: AuditNotice, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the head of the audited department that there is a notice, or one that changes an earlier one."""
    _tell("audit_notice", {"notice": notice.id}, _path(notice), notice.id, person_ids, at)


def tell_answered(notice: AuditNotice, answer: NoticeAnswer, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the sender and the lead auditor what the department answered."""
    params = {"notice": notice.id, "answer": answer.id}
    _tell("audit_notice_answered", params, _path(notice), answer.id, person_ids, at)


def tell_kept(notice: AuditNotice, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the head that the dates stay as they are."""
    _tell("audit_notice_kept", {"notice": notice.id}, _path(notice), at.isoformat(), person_ids, at)


def tell_facts_asked(request: FactsRequest, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the head of the audited department that facts are to be confirmed."""
    path = f"/audits/{request.audit_id}/facts"
    _tell("audit_facts", {"request": request.id}, path, request.id, person_ids, at)


def tell_facts_answered(request: FactsRequest, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the auditors that the department answered."""
    path = f"/audits/{request.audit_id}/facts"
    _tell("audit_facts_answered", {"request": request.id}, path, at.isoformat(), person_ids, at)


def _tell(
    name: str, params: dict[str, Any], path: str, once: object, person_ids: Iterable[int], at: datetime
) -> None:
    for person_id in sorted(set(person_ids)):
        notify(person_id, name, params, path, f"{name}:{once}:{person_id}", at)


def _path(notice: AuditNotice) -> str:
    return f"/audits/{notice.audit_id}/notices/{notice.id}"


def _titled(audit_id: int, moment: Moment) -> tuple[Audit, str]:
    audit = Audit.select(Audit, Subject).join(Subject).where(Audit.id == audit_id).get()
    return audit, queries.title(audit, queries.subject_name(audit.subject, moment, current()))


def _still(notice_id: int, moment: Moment) -> tuple[AuditNotice, str] | None:
    """Return the notice with its audit's title; None where the audit is over or a later notice replaced it."""
    notice = AuditNotice.get_by_id(notice_id)
    audit, title = _titled(notice.audit_id, moment)
    latest = AuditNotice.latest(moment, audit=audit.id)
    if State(audit.current_state) not in EDITABLE or latest is None or latest.id != notice.id:
        return None
    return notice, title


@kind("audit_notice")
def _notice(params: dict[str, Any], moment: Moment) -> Words | None:
    found = _still(params["notice"], moment)
    if found is None:
        return None
    notice, title = found
    headline = (
        _("Your department is to be audited: %(audit)s", audit=title)
        if notice.replaces_id is None
        else _("The notice of an audit has changed: %(audit)s", audit=title)
    )
    sentence = _(
        "The audit takes place on %(day)s. Read what to prepare, and acknowledge the notice.",
        day=format_long_day(notice.visit_on),
    )
    return Words(headline, sentence)


@kind("audit_notice_answered")
def _answered(params: dict[str, Any], moment: Moment) -> Words | None:
    found = _still(params["notice"], moment)
    if found is None:
        return None
    answer = NoticeAnswer.get_by_id(params["answer"])
    if answer.wished_on is not None:
        return Words(
            _("A department wishes for another day: %(audit)s", audit=found[1]),
            _(
                "It would suit the department on %(day)s. Send a changed notice, or say why the dates stay.",
                day=format_long_day(answer.wished_on),
            ),
            urgent=True,
        )
    return Words(
        _("An audit notice was acknowledged: %(audit)s", audit=found[1]),
        _("The audit takes place on %(day)s.", day=format_long_day(found[0].visit_on)),
    )


@kind("audit_notice_kept")
def _kept(params: dict[str, Any], moment: Moment) -> Words | None:
    found = _still(params["notice"], moment)
    if found is None:
        return None
    return Words(
        _("The dates of an audit stay as they are: %(audit)s", audit=found[1]),
        _(
            "It takes place on %(day)s. The reason is on the page of the notice; please acknowledge it.",
            day=format_long_day(found[0].visit_on),
        ),
    )


@kind("audit_notice_due")
def _notice_due(params: dict[str, Any], moment: Moment) -> Words | None:
    found = _still(params["id"], moment)
    if found is None:
        return None
    return Words(
        _("An audit notice is not acknowledged yet: %(audit)s", audit=found[1]),
        _("The audit takes place on %(day)s.", day=format_long_day(found[0].visit_on)),
        urgent=found[0].visit_on <= moment.day,
    )


def _of_request(request_id: int, moment: Moment) -> str | None:
    request = FactsRequest.get_by_id(request_id)
    audit, title = _titled(request.audit_id, moment)
    return title if State(audit.current_state) in EDITABLE else None


@kind("audit_facts")
def _facts(params: dict[str, Any], moment: Moment) -> Words | None:
    title = _of_request(params["request"], moment)
    if title is None:
        return None
    return Words(
        _("Please confirm the facts of an audit: %(audit)s", audit=title),
        _("Say of each item whether it happened as it is written, or what is not right."),
    )


@kind("audit_facts_answered")
def _facts_answered(params: dict[str, Any], moment: Moment) -> Words | None:
    title = _of_request(params["request"], moment)
    if title is None:
        return None
    return Words(
        _("The department has answered on the facts: %(audit)s", audit=title),
        _("Look at what it confirmed and at its objections."),
    )


@kind("audit_facts_due")
def _facts_due(params: dict[str, Any], moment: Moment) -> Words | None:
    title = _of_request(params["id"], moment)
    if title is None:
        return None
    return Words(
        _("The facts of an audit are not confirmed yet: %(audit)s", audit=title),
        _("The auditors wait for your answer before they submit the audit."),
        urgent=True,
    )
