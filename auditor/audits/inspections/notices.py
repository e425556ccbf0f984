"""What self-inspections tell people by mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from auditor.audits import queries
from auditor.audits.inspections import people as respondents
from auditor.audits.models import Audit
from auditor.audits.results import EDITABLE, State
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, _n, current, format_long_day
from auditor.notifications.actions import notify, notify_many
from auditor.notifications.kinds import Words, kind


def tell_assigned(audits: Sequence[Audit], at: datetime) -> None:
    """Tell everybody who is to answer, once for all that were assigned together."""
    told: dict[int, list[int]] = {}
    for audit_id, persons in respondents.answering(audits, Moment.at(at)).items():
        for person_id in persons:
            told.setdefault(person_id, []).append(audit_id)
    notify_many(
        [
            {
                "person_id": person_id,
                "kind": "inspection_assigned",
                "params": {"audits": ids},
                "path": page_of(ids[0]) if len(ids) == 1 else "/inspections/",
                "key": f"inspection_assigned:{ids[0]}:{person_id}:{at.isoformat()}",
            }
            for person_id, ids in sorted(told.items())
        ],
        at,
    )


def tell_named(audit: Audit, person_ids: Iterable[int], at: datetime) -> None:
    """Tell who was named later that the self-inspection is to be answered."""
    for person_id in sorted(set(person_ids)):
        key = f"inspection_assigned:{audit.id}:{person_id}:{at.isoformat()}"
        notify(person_id, "inspection_assigned", {"audits": [audit.id]}, page_of(audit.id), key, at)


def tell(name: str, audit: Audit, person_ids: Iterable[int], at: datetime) -> None:
    """Tell each person once that the self-inspection was submitted, returned or cancelled."""
    for person_id in sorted(set(person_ids)):
        key = f"inspection_{name}:{audit.id}:{person_id}:{at.isoformat()}"
        notify(person_id, f"inspection_{name}", {"audit": audit.id}, page_of(audit.id), key, at)


def page_of(audit_id: int) -> str:
    """Return the address of the page of a self-inspection."""
    return f"/inspections/{audit_id}"


def _named(audit_id: int, moment: Moment) -> tuple[Audit, str]:
    audit = Audit.select(Audit, Subject).join(Subject).where(Audit.id == audit_id).get()
    return audit, queries.title(audit, queries.subject_name(audit.subject, moment, current()))


@kind("inspection_assigned")
def _assigned(params: dict[str, Any], moment: Moment) -> Words | None:
    open_ = Audit.select(Audit.id).where(
        Audit.id.in_(params["audits"]), Audit.current_state.in_([state.value for state in EDITABLE])
    )
    ids = [row.id for row in open_]
    if not ids:
        return None
    if len(ids) > 1:
        return Words(
            _n(
                "%(num)s self-inspection is to be answered by you",
                "%(num)s self-inspections are to be answered by you",
                len(ids),
            ),
            _("The list shows each with its due date."),
        )
    _audit, title = _named(ids[0], moment)
    return Words(
        _("A self-inspection is to be answered by you: %(inspection)s", inspection=title),
        _(
            "Answer every item on one page and submit it by %(due)s.",
            due=format_long_day(queries.plan_of(ids[0], moment).due_on),
        ),
    )


@kind("inspection_submitted")
def _submitted(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named(params["audit"], moment)
    if audit.current_state != State.SUBMITTED:
        return None
    return Words(
        _("A self-inspection is waiting for your confirmation: %(inspection)s", inspection=title),
        _("Look at the answers, then confirm it or send it back with a comment."),
    )


@kind("inspection_returned")
def _returned(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named(params["audit"], moment)
    if audit.current_state != State.RETURNED:
        return None
    return Words(
        _("Your self-inspection has been sent back: %(inspection)s", inspection=title),
        _("The comment is on its page. Correct the answers and submit it again."),
        urgent=True,
    )


@kind("inspection_cancelled")
def _cancelled(params: dict[str, Any], moment: Moment) -> Words | None:
    _audit, title = _named(params["audit"], moment)
    return Words(
        _("A self-inspection has been cancelled: %(inspection)s", inspection=title),
        _("You do not need to do anything more for it."),
    )


@kind("inspection_due")
def _due(params: dict[str, Any], moment: Moment) -> Words | None:
    audit, title = _named(params["id"], moment)
    if State(audit.current_state) not in EDITABLE:
        return None
    due_on = queries.plan_of(audit.id, moment).due_on
    if due_on < moment.day:
        return Words(
            _("A self-inspection is late: %(inspection)s", inspection=title),
            _("It was due on %(due)s.", due=format_long_day(due_on)),
            urgent=True,
        )
    return Words(
        _("A self-inspection is due: %(inspection)s", inspection=title),
        _("It is due on %(due)s.", due=format_long_day(due_on)),
    )
