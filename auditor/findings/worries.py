"""Reports of a violation or a worry (違反・懸念の報告): made by anybody, anonymously if wished."""

from __future__ import annotations

from datetime import datetime

from peewee import IntegrityError, ModelSelect, fn

from auditor import activity, clock, db
from auditor.access import Actor, Permission, Role, application
from auditor.accounts import queries as accounts
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.findings.flow import must_be_seen, there
from auditor.findings.models import Finding, Worry, WorryState
from auditor.findings.states import WorryStep
from auditor.language import _l
from auditor.notifications import actions as notifications

REPORTED = activity.event_type("worry.reported", _l("Violation or concern reported"), "worry")
MOVED = activity.event_type(
    "worry.moved", _l("Report of a violation or concern dealt with"), "worry", "finding"
)
RECIPIENTS = (Role.ADMINISTRATOR, Role.HEAD_OF_AUDIT)


def report(
    actor: Actor,
    at: datetime,
    text: str,
    recipient: Role = Role.ADMINISTRATOR,
    anonymous: bool = False,
    once: str | None = None,
) -> Worry:
    """Hand a report to the administrator or to the head of audit, and to nobody else.

    Of an anonymous one no row knows the reporter. The activity log never does: whoever reads the log may be
    the one a report is about. ``once`` names the form that was sent: sent twice, the first is returned.
    """
    if not text.strip():
        raise RuleBroken(_l("Write what you saw or what concerns you."), "text")
    if recipient not in RECIPIENTS:
        raise RuleBroken(_l("Choose who is to read the report."), "recipient")
    reporter = None if anonymous else actor.person_id
    if once and (before := Worry.get_or_none(Worry.once == once)) is not None:
        found: Worry = before
        return found
    with activity.action(application("anonymous"), at):
        worry = _numbered(at, recipient=recipient.value, reporter=reporter, text=text, once=once)
        WorryState.write(at, reporter, worry=worry, state=WorryStep.RECEIVED.value)
        activity.record(REPORTED, worry=worry.id)
        for person_id in accounts.holders(recipient, Moment.at(at)):
            notifications.notify(
                person_id,
                "worry_reported",
                {"worry": worry.id},
                f"/findings/worries/{worry.id}",
                f"worry_reported:{worry.id}:{person_id}",
                at,
            )
        return worry


def lead_to(actor: Actor, at: datetime, worry: Worry, finding: Finding) -> None:
    """Say once that the report has led to ``finding``. Raises RuleBroken for a report that is settled."""
    now = there(WorryState.latest(Moment.at(at), worry=worry.id))
    if now.finding_id != finding.id:
        move(actor, at, worry, WorryStep.LOOKING, "", finding)


def move(
    actor: Actor,
    at: datetime,
    worry: Worry,
    step: WorryStep,
    comment: str,
    finding: Finding | None = None,
    seen: int | None = None,
) -> None:
    """Write how the report is dealt with; settling needs words, and tells a reporter who gave a name.

    Raises Stale when somebody moved it since ``seen`` (the id of the WorryState shown).
    """
    with activity.action(actor, at):
        now = there(WorryState.latest(Moment.at(at), worry=worry.id))
        must_be_seen(now, seen, {"comment": comment})
        if now.state == WorryStep.SETTLED:
            raise RuleBroken(_l("The report is settled. Nothing was changed."))
        if step is WorryStep.SETTLED and not comment.strip():
            raise RuleBroken(_l("Write what was decided and why."), "comment")
        WorryState.write(
            at,
            actor.person_id,
            replaces=now,
            worry=worry,
            state=step.value,
            comment=comment,
            finding=finding or now.finding_id,
        )
        activity.record(MOVED, worry=worry.id, finding=finding.id if finding else None)
        if step is WorryStep.SETTLED and worry.reporter_id:
            notifications.notify(
                worry.reporter_id,
                "worry_settled",
                {"worry": worry.id},
                f"/findings/worries/{worry.id}",
                f"worry_settled:{worry.id}",
                at,
            )


def readable(actor: Actor) -> ModelSelect[Worry]:
    """Return the reports addressed to the actor's roles."""
    roles = [role.value for role in RECIPIENTS if role in actor.roles]
    return Worry.select().where(Worry.recipient.in_(roles))


def own(actor: Actor) -> ModelSelect[Worry]:
    """Return the reports the actor made under the own name."""
    return Worry.select().where(Worry.reporter == (actor.person_id or 0))


def worry_for(actor: Actor, worry_id: int, permission: Permission) -> Worry:
    """Return a report; WORRY_REPORT reaches the own ones, WORRY_READ those addressed to the actor's roles.

    Raises NotFound for everybody else.
    """
    readers = readable(actor) if actor.may(Permission.WORRY_READ) else None
    query = own(actor) if permission is Permission.WORRY_REPORT else readers
    found = query.where(Worry.id == worry_id).first() if query is not None else None
    if found is None:
        raise NotFound
    worry: Worry = found
    return worry


def _numbered(at: datetime, **values: object) -> Worry:
    label = company.fiscal_year_at(clock.day_of(at), Moment.at(at)).label
    prefix = f"R{label % 100:02d}-"
    last = (
        Worry.select(Worry.number)
        .where(Worry.fiscal_year == label)
        .order_by(fn.LENGTH(Worry.number).desc(), Worry.number.desc())
        .scalar()
    )
    number = int(last.removeprefix(prefix)) if last else 0
    while True:
        number += 1
        name = f"{prefix}{number:03d}"
        try:
            with db.transaction():
                created: Worry = Worry.create(number=name, fiscal_year=label, reported_at=at, **values)
                return created
        except IntegrityError:
            if not Worry.select().where(Worry.number == name).exists():
                raise
