"""The decision of a person from outside on an audit, which a very small company may record (design §3.4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from peewee import fn

from auditor import activity
from auditor.audits import trail
from auditor.audits.models import Audit, AuditState, OutsideDecision
from auditor.audits.results import DONE, State
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _l
from auditor.people import queries as people

LONGEST_NAME = 120
LONGEST_PAPER = 200
CARRIED_OUT = _l("This person carried out the audit. Name the person from outside who decided.")


@dataclass(frozen=True)
class Outsider:
    """Who from outside decided, on which day, and where the paper that shows it can be found."""

    name: str
    organisation: str
    decided_on: date | None
    paper: str


def proposed(moment: Moment) -> str:
    """Return the outside person that the company has named; empty where it has not allowed one."""
    return str(company.setting("outside_verifier", moment) or "")


def checked(
    given: Outsider, audit_id: int, conducted: Iterable[int], moment: Moment, own: Any = CARRIED_OUT
) -> Outsider:
    """Return what is recorded, without blanks around it.

    Raises RuleBroken where something is missing, where the day lies before the submission or after today, and,
    with ``own``, where the person named is one of those who did what is decided on.
    """
    made = replace(
        given, name=_clean(given.name), organisation=_clean(given.organisation), paper=_clean(given.paper)
    )
    if not made.name:
        raise RuleBroken(_l("Write the name of the person from outside who decided."), "outside_name")
    if _squeezed(made.name) in {_squeezed(name) for name in people.names(conducted, moment).values()}:
        raise RuleBroken(own, "outside_name")
    handed_in = AuditState.latest(moment, audit=audit_id)
    if (
        made.decided_on is None
        or made.decided_on > moment.day
        or (handed_in is not None and made.decided_on < handed_in.valid_from)
    ):
        raise RuleBroken(
            _l("The decision falls between the day of submission and today. Correct the date."),
            "outside_on",
        )
    if not made.paper:
        raise RuleBroken(
            _l("Write where the signed paper can be found, for instance its number or folder."),
            "outside_paper",
        )
    return made


def write(given: Outsider, state: AuditState) -> None:
    """Write, inside the running action, whose decision the state is."""
    row = OutsideDecision.create(
        state_of=state,
        name=given.name,
        organisation=given.organisation,
        decided_on=given.decided_on,
        paper=given.paper,
    )
    activity.record(trail.DECIDED_OUTSIDE, audit=state.audit_id, state=state.id, decision=row.id)


def decisions(state_ids: Iterable[int]) -> dict[int, OutsideDecision]:
    """Return the decisions from outside by the state they led to: one query."""
    rows = OutsideDecision.select().where(OutsideDecision.state_of.in_(list(state_ids)))
    return {row.state_of_id: row for row in rows}


def approvals(fiscal_year: int, moment: Moment) -> list[tuple[str, OutsideDecision]]:
    """Return number and decision of the year's audits whose approval at ``moment`` came from outside: one query."""
    done = AuditState.standing(moment).where(AuditState.state.in_([state.value for state in DONE]))
    last = (
        AuditState.select(fn.MAX(AuditState.id))
        .where(
            AuditState.state == State.APPROVED.value,
            AuditState.audit.in_(done.select(AuditState.audit)),
            AuditState.recorded_at <= moment.instant,
        )
        .group_by(AuditState.audit)
    )
    query = (
        OutsideDecision.select(OutsideDecision, AuditState, Audit)
        .join(AuditState)
        .join(Audit)
        .where(Audit.fiscal_year == fiscal_year, AuditState.id.in_(last))
        .order_by(Audit.number)
    )
    return [(row.state_of.audit.number, row) for row in query]


def name_of(row: OutsideDecision) -> str:
    """Return what the person is called, with the organisation."""
    if not row.organisation:
        return str(row.name)
    return str(_("%(name)s (%(organisation)s)", name=row.name, organisation=row.organisation))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _squeezed(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
