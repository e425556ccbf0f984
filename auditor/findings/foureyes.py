"""Who fixed it does not verify it (design §3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import ModelSelect

from auditor import db
from auditor.access import Actor, Role
from auditor.accounts import queries as accounts
from auditor.audits.models import Audit, AuditAssignee, AuditItem
from auditor.audits.results import AUDITS
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings.models import (
    ActionDetail,
    ActionEvidence,
    ActionState,
    Cause,
    Correction,
    CorrectiveAction,
    Finding,
)
from auditor.language import _, _l
from auditor.people import queries as people
from auditor.people.models import Employment


def fixers(finding_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return who fixed each finding, from all its history: five queries.

    Whoever wrote a cause or a correction, ever owned an action, said one was done, or gave evidence of it.
    """
    wanted = list(finding_ids)
    found: dict[int, set[int]] = {finding_id: set() for finding_id in wanted}
    action = CorrectiveAction
    sources: list[ModelSelect[Any]] = [
        model.select(model.finding, model.recorded_by).where(model.finding.in_(wanted))
        for model in (Cause, Correction)
    ]
    sources.append(
        ActionDetail.select(action.finding, ActionDetail.owner).join(action).where(action.finding.in_(wanted))
    )
    sources.append(
        ActionState.select(action.finding, ActionState.recorded_by)
        .join(action)
        .where(action.finding.in_(wanted), ActionState.state == "done")
    )
    sources.append(
        ActionEvidence.select(action.finding, ActionEvidence.recorded_by)
        .join(action)
        .where(action.finding.in_(wanted))
    )
    for query in sources:
        for finding_id, person_id in db.tuples(query.distinct()):
            if person_id is not None:
                found[finding_id].add(person_id)
    return found


def fixed_by(finding: Finding) -> set[int]:
    """Return the persons who fixed this finding."""
    return fixers([finding.id])[finding.id]


def is_fixer(actor: Actor, persons: set[int]) -> bool:
    """Tell whether the actor, or somebody the actor stands in for, is among ``persons``."""
    return bool(persons & {actor.person_id, *actor.principal_ids})


def auditors_of(findings: Iterable[Finding], moment: Moment) -> dict[int, set[int]]:
    """Return the auditors of the audit in which each finding was recorded, leavers left out: three queries.

    A self-inspection has none: whoever answered it does not look at its findings.
    """
    of_item: dict[int, list[int]] = {}
    found: dict[int, set[int]] = {}
    for finding in findings:
        found[finding.id] = set()
        if finding.item_id is not None:
            of_item.setdefault(finding.item_id, []).append(finding.id)
    if not of_item:
        return found
    audits = dict(
        db.tuples(
            AuditItem.select(AuditItem.id, AuditItem.audit)
            .join(Audit)
            .where(AuditItem.id.in_(list(of_item)), Audit.kind.in_(AUDITS))
        )
    )
    posts = list(
        AuditAssignee.standing(moment, AuditAssignee.audit.in_(set(audits.values()))).where(
            AuditAssignee.held
        )
    )
    persons = {post.person_id for post in posts}
    working = {row.person_id for row in people.employments(moment).where(Employment.person.in_(persons))}
    for item_id, audit_id in audits.items():
        held = {post.person_id for post in posts if post.audit_id == audit_id} & working
        for finding_id in of_item[item_id]:
            found[finding_id] = held
    return found


def lines(findings: Iterable[Finding], moment: Moment) -> dict[int, set[int]]:
    """Return whom the next look at each finding is expected of: a constant number of queries.

    The audit's auditors, else administrators and heads of audit; nobody who fixed it.
    """
    wanted = list(findings)
    if not wanted:
        return {}
    fixed = fixers([finding.id for finding in wanted])
    held, above = auditors_of(wanted, moment), leaders(moment)
    return {one.id: (held[one.id] - fixed[one.id]) or (above - fixed[one.id]) for one in wanted}


def auditors(finding: Finding, moment: Moment) -> set[int]:
    """Return the auditors of the audit in which the finding was recorded."""
    return auditors_of([finding], moment)[finding.id]


def leaders(moment: Moment) -> set[int]:
    """Return the administrators and the heads of audit."""
    roles = (Role.ADMINISTRATOR, Role.HEAD_OF_AUDIT)
    return {person_id for role in roles for person_id in accounts.holders(role, moment)}


def verifiers(finding: Finding, moment: Moment) -> set[int]:
    """Return who may verify: auditors of its audit, administrators, heads of audit, but nobody who fixed it."""
    return (auditors(finding, moment) | leaders(moment)) - fixed_by(finding)


def first_in_line(finding: Finding, moment: Moment) -> set[int]:
    """Return whom the next look at this finding is expected of."""
    return lines([finding], moment)[finding.id]


def outside_verifier(moment: Moment) -> str:
    """Return the outside person whose verification a very small company records; empty for others."""
    return str(company.setting("outside_verifier", moment) or "")


def refuse_fixer(actor: Actor, finding: Finding, at: datetime, outside: bool = False) -> str:
    """Return the name of the outside verifier, or "" when the actor looks in person.

    Raises RuleBroken, naming who may, when the actor fixed the finding.
    """
    moment = Moment.at(at)
    if outside and (name := outside_verifier(moment)):
        return name
    if is_fixer(actor, fixed_by(finding)):
        raise RuleBroken(refusal(finding, moment))
    return ""


def refusal(finding: Finding, moment: Moment) -> str:
    """Return why somebody who fixed it may not verify, and who may."""
    names = sorted(people.names(verifiers(finding, moment), moment).values())
    if not names:
        return str(
            _l(
                "You took part in putting this right, so you cannot verify it, and at present nobody else "
                "may. Ask the administrator to name an outside verifier in the settings."
            )
        )
    return str(
        _(
            "You took part in putting this right, so you cannot verify it. These people may: %(names)s.",
            names=_(", ").join(names),
        )
    )
