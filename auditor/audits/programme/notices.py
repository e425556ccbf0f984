"""What programmes tell people by mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from auditor.audits.models import Audit
from auditor.audits.programme import queries
from auditor.audits.programme.models import Programme
from auditor.audits.programme.words import State
from auditor.audits.queries import subject_name, title
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, current, fiscal_year_name
from auditor.notifications.actions import notify
from auditor.notifications.kinds import Words, kind
from auditor.notifications.models import Notice
from auditor.people import queries as people


def tell_submitted(programme: Programme, person_ids: Iterable[int], at: datetime) -> None:
    """Tell those who approve that a plan waits for them."""
    _tell("programme_submitted", programme, person_ids, at)


def tell_decided(programme: Programme, person_ids: Iterable[int], at: datetime) -> None:
    """Tell who submitted it, and the head of audit, what was decided."""
    _tell("programme_decided", programme, person_ids, at)


def tell_not_named(audit_id: int, dropped: Iterable[int], person_ids: Iterable[int], at: datetime) -> None:
    """Tell the head of audit that an audit of the plan was opened without somebody planned for it."""
    for person_id in sorted(set(person_ids)):
        notify(
            person_id,
            "programme_not_named",
            {"audit": audit_id, "persons": sorted(dropped)},
            f"/audits/{audit_id}/auditors",
            f"programme_not_named:{audit_id}:{person_id}",
            at,
        )


def tell_gaps(programme: Programme, gaps: int, person_ids: Iterable[int], at: datetime) -> int:
    """Tell who plans that an approved plan has so many gaps now, once a number; returns how many are new."""
    return sum(
        notify(
            person_id,
            "programme_gaps",
            {"programme": programme.id, "gaps": gaps},
            f"/programme/{programme.fiscal_year}?only=gap",
            f"programme_gaps:{programme.id}:{gaps}:{person_id}",
            at,
        )
        for person_id in sorted(set(person_ids))
    )


def told_of_gaps(programme: Programme, since: datetime) -> bool:
    """Tell whether anybody was told of gaps of the plan since then: one query."""
    key = Notice.key.startswith(f"programme_gaps:{programme.id}:")
    return bool(
        Notice.select().where(Notice.kind == "programme_gaps", Notice.created_at >= since, key).exists()
    )


def _tell(name: str, programme: Programme, person_ids: Iterable[int], at: datetime) -> None:
    for person_id in sorted(set(person_ids)):
        key = f"{name}:{programme.id}:{person_id}:{at.isoformat()}"
        notify(person_id, name, {"programme": programme.id}, f"/programme/{programme.fiscal_year}", key, at)


def _of(params: dict[str, Any], moment: Moment) -> tuple[State, str]:
    programme = Programme.get_by_id(params["programme"])
    return queries.stands_at(programme, moment), fiscal_year_name(programme.fiscal_year)


@kind("programme_submitted")
def _submitted(params: dict[str, Any], moment: Moment) -> Words | None:
    state, year = _of(params, moment)
    if state is not State.SUBMITTED:
        return None
    return Words(
        _("The audit programme of %(year)s waits for your approval", year=year),
        _("Look at the plan, then approve it or send it back with a comment."),
    )


@kind("programme_decided")
def _decided(params: dict[str, Any], moment: Moment) -> Words | None:
    state, year = _of(params, moment)
    if state is State.APPROVED:
        return Words(
            _("The audit programme of %(year)s has been approved", year=year),
            _("Its checks open by themselves as their dates come near."),
        )
    if state is State.RETURNED:
        return Words(
            _("The audit programme of %(year)s has been sent back", year=year),
            _("The comment is on the page of the programme. Change the plan and submit it again."),
            urgent=True,
        )
    return None


@kind("programme_gaps")
def _gaps(params: dict[str, Any], moment: Moment) -> Words | None:
    _state, year = _of(params, moment)
    return Words(
        _("The approved audit programme of %(year)s has gaps", year=year),
        _(
            "%(gaps)s cells would not be checked often enough: a new department, a cancelled audit or a new control. Plan what is missing, or say why it is not needed.",
            gaps=params["gaps"],
        ),
    )


@kind("programme_not_named")
def _not_named(params: dict[str, Any], moment: Moment) -> Words | None:
    audit = Audit.select(Audit, Subject).join(Subject).where(Audit.id == params["audit"]).get()
    names = people.names(params["persons"], moment)
    return Words(
        _("An audit was opened without an auditor who was planned: %(audit)s", audit=title(audit, subject_name(audit.subject, moment, current()))),
        _(
            "%(persons)s has left or is not independent any more. Look whether enough auditors are named, and name others.",
            persons=_(", ").join(names.values()),
        ),
        urgent=True,
    )  # fmt: skip
