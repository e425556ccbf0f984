"""What audits tell people by mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from auditor.audits import queries
from auditor.audits.models import Audit
from auditor.audits.results import DONE, EDITABLE, State
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, current, format_long_day
from auditor.notifications.actions import notify
from auditor.notifications.kinds import Words, kind
from auditor.people import queries as people


def tell_assigned(audit_id: int, person_ids: Iterable[int], at: datetime) -> None:
    """Tell new auditors that they are named."""
    _tell("audit_assigned", audit_id, person_ids, at)


def tell_submitted(audit_id: int, person_ids: Iterable[int], at: datetime) -> None:
    """Tell those who may approve that an audit waits for them."""
    _tell("audit_submitted", audit_id, person_ids, at)


def tell_returned(audit_id: int, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the auditors that their audit was sent back."""
    _tell("audit_returned", audit_id, person_ids, at)


def tell_approved(audit_id: int, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the auditors and the audited department's head that the audit is approved."""
    _tell("audit_approved", audit_id, person_ids, at)


def tell_cancelled(audit_id: int, person_ids: Iterable[int], at: datetime) -> None:
    """Tell the auditors that the audit does not take place."""
    _tell("audit_cancelled", audit_id, person_ids, at)


def tell_exception(audit_id: int, auditor_id: int, person_ids: Iterable[int], at: datetime) -> None:
    """Tell those who assign audits that a transfer broke the independence of an auditor."""
    for person_id in sorted(set(person_ids)):
        notify(
            person_id,
            "independence_exception",
            {"audit": audit_id, "person": auditor_id},
            f"/audits/{audit_id}",
            f"independence_exception:{audit_id}:{auditor_id}:{person_id}:{at.isoformat()}",
            at,
        )


def _tell(name: str, audit_id: int, person_ids: Iterable[int], at: datetime) -> None:
    for person_id in sorted(set(person_ids)):
        key = f"{name}:{audit_id}:{person_id}:{at.isoformat()}"
        notify(person_id, name, {"audit": audit_id}, f"/audits/{audit_id}", key, at)


def _named(params: dict[str, Any], moment: Moment) -> tuple[Audit, str]:
    audit = Audit.select(Audit, Subject).join(Subject).where(Audit.id == params["audit"]).get()
    return audit, queries.title(audit, queries.subject_name(audit.subject, moment, current()))


@kind("audit_assigned")
def _assigned(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named(params, moment)
    if State(audit.current_state) not in EDITABLE - {State.RETURNED}:
        return None
    plan = queries.plan_of(audit.id, moment)
    return Words(
        _("You have been named as auditor: %(audit)s", audit=title),
        _(
            "It starts on %(start)s and is due on %(due)s.",
            start=format_long_day(plan.starts_on),
            due=format_long_day(plan.due_on),
        ),
    )


@kind("audit_submitted")
def _submitted(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named(params, moment)
    if audit.current_state != State.SUBMITTED:
        return None
    return Words(
        _("An audit is waiting for your approval: %(audit)s", audit=title),
        _("Look at the results, then approve it or send it back with a comment."),
    )


@kind("audit_returned")
def _returned(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named(params, moment)
    if audit.current_state != State.RETURNED:
        return None
    return Words(
        _("Your audit has been sent back: %(audit)s", audit=title),
        _("The comment is on the page of the audit. Correct the audit and submit it again."),
        urgent=True,
    )


@kind("audit_approved")
def _approved(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named(params, moment)
    if State(audit.current_state) not in DONE:
        return None
    return Words(_("An audit has been approved: %(audit)s", audit=title), _("Its results can be read now."))


@kind("audit_cancelled")
def _cancelled(params: dict[str, Any], moment: Moment) -> Words | None:
    _audit, title = _named(params, moment)
    return Words(
        _("An audit has been cancelled: %(audit)s", audit=title),
        _("You do not need to do anything more for it."),
    )


@kind("independence_exception")
def _exception(params: dict[str, Any], moment: Moment) -> Words | None:
    _audit, title = _named(params, moment)
    return Words(
        _("An auditor is no longer independent: %(audit)s", audit=title),
        _(
            "After a transfer %(person)s belongs to the audited side. Replace the auditor, have the items checked again, or accept it with a reason.",
            person=people.name(params["person"], moment),
        ),
        urgent=True,
    )


@kind("audit_due")
def _due(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named({"audit": params["id"]}, moment)
    if State(audit.current_state) not in EDITABLE:
        return None
    due_on = queries.plan_of(audit.id, moment).due_on
    if due_on < moment.day:
        return Words(
            _("An audit is late: %(audit)s", audit=title),
            _("It was due on %(due)s.", due=format_long_day(due_on)),
            urgent=True,
        )
    return Words(
        _("An audit is due: %(audit)s", audit=title), _("It is due on %(due)s.", due=format_long_day(due_on))
    )
