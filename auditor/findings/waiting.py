"""What waits for a person in findings, and what falls due: for the worklist and its reminders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.findings import foureyes, queries, worries
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    CorrectiveAction,
    DueDecision,
    DueRequest,
    EffectivenessCheck,
    EffectivenessResult,
    Finding,
    FindingDetail,
    Worry,
    WorryState,
)
from auditor.findings.states import OPEN_STATES, State, WorryStep
from auditor.findings.telling import responsible_of
from auditor.language import _
from auditor.people import queries as people
from auditor.people.models import Employment
from auditor.work import DueThing, WorkItem

_AHEAD = timedelta(days=14)  # an effectiveness check is shown so long before it falls due
_LOOKS = (State.ANSWERED, State.VERIFYING, State.EFFECTIVENESS, State.CONFIRMING)


@dataclass
class Opened:
    """Everything open that a person (or everybody) may see, read in a constant number of queries."""

    findings: list[Finding]
    heads: dict[int, int]  # who answers, by department
    lines: dict[int, set[int]]
    checks: dict[int, EffectivenessCheck]
    requests: dict[int, DueRequest]
    actions: dict[int, list[ActionDetail]] = field(default_factory=dict)  # not done, by finding
    working: set[int] = field(default_factory=set)  # owners of those who have not left


def due_things(moment: Moment) -> list[DueThing]:
    """Return each open answer, action, look and effectiveness check with its due date and whom to remind."""
    found: list[DueThing] = []
    opened = read_opened(Finding.current_state.in_([state.value for state in OPEN_STATES]), moment)
    for finding in opened.findings:
        state, path = State(finding.current_state), f"/findings/{finding.id}"
        department, due_on = finding.detail.department_id, finding.detail.due_on
        line = tuple(sorted(opened.lines.get(finding.id, ())))
        if state is State.RECORDED and department in opened.heads:
            head = (opened.heads[department],)
            found.append(DueThing("finding_due", finding.id, due_on, head, path, department))
        elif state in (State.ANSWERED, State.VERIFYING):
            found.append(DueThing("verification_due", finding.id, due_on, line, path, department))
        elif state is State.EFFECTIVENESS and (check := opened.checks.get(finding.id)) is not None:
            found.append(DueThing("effectiveness_due", check.id, check.due_on, line, path, department))
        elif state is State.ACTING:
            found += [
                DueThing(
                    "action_due", row.corrective_action_id, row.due_on, (row.owner_id,), path, department
                )
                for row in opened.actions.get(finding.id, [])
            ]
    return found


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return what waits for ``actor``: answers, actions, looks, due dates to decide, reports of worries."""
    condition = Finding.current_state.in_([state.value for state in OPEN_STATES])
    reach = queries.within(actor, Permission.FINDING_READ, moment)
    opened = read_opened(condition if reach is None else condition & reach, moment)
    wanted = {one for line in opened.lines.values() for one in line} | set(opened.heads.values())
    wanted |= {row.owner_id for rows in opened.actions.values() for row in rows}
    names = people.names(wanted, moment)
    items: list[WorkItem] = []
    for finding in opened.findings:
        items += _of(actor, finding, opened, names, moment)
    return items + _worries(actor, moment)


def _of(
    actor: Actor, finding: Finding, opened: Opened, names: dict[int, str], moment: Moment
) -> list[WorkItem]:
    state, detail = State(finding.current_state), finding.detail
    found: list[WorkItem] = []
    answers = Permission.FINDING_ANSWER
    heading = actor.may(answers) and detail.department_id in actor.department_ids
    if state is State.RECORDED and heading:
        found.append(_item(finding, _("Answer the finding"), _("Answer"), detail.due_on, names, opened))
    if state is State.ACTING:
        rows = opened.actions.get(finding.id, [])
        mine = [row for row in rows if row.owner_id == actor.person_id]
        found += [_action(finding, row, names) for row in mine]
        if heading and any(row.owner_id not in opened.working for row in rows):
            words = _("Whoever was responsible for an action has left"), _("Choose somebody else")
            found.append(_item(finding, *words, min(row.due_on for row in rows), names, opened))
        if not rows and heading:
            found.append(
                _item(finding, _("Plan a further action"), _("Add an action"), detail.due_on, names, opened)
            )
    if state in _LOOKS:
        found += _look(actor, finding, opened, names, moment)
    request = opened.requests.get(finding.id)
    decider = actor.everywhere(Permission.FINDING_DUE_CHANGE) and not heading
    if request is not None and decider and not foureyes.is_fixer(actor, {request.asked_by_id}):
        found.append(
            _item(finding, _("Decide on another due date"), _("Decide"), moment.day, names, opened, request)
        )
    return found


def _look(
    actor: Actor, finding: Finding, opened: Opened, names: dict[int, str], moment: Moment
) -> list[WorkItem]:
    state, due_on = State(finding.current_state), finding.detail.due_on
    words = {
        State.ANSWERED: (_("Approve the plan"), _("Read and approve")),
        State.VERIFYING: (_("Verify the actions"), _("Verify")),
        State.EFFECTIVENESS: (_("Check the effectiveness"), _("Check it")),
        State.CONFIRMING: (_("Confirm the closing"), _("Confirm")),
    }[state]
    if state is State.EFFECTIVENESS:
        check = opened.checks.get(finding.id)
        if check is None or check.due_on > moment.day + _AHEAD:
            return []
        due_on = check.due_on
    if state is State.CONFIRMING:
        expected = actor.everywhere(Permission.FINDING_CLOSE)
    else:
        line = opened.lines.get(finding.id, set())
        late = due_on < moment.day and actor.everywhere(Permission.FINDING_CLOSE)
        expected = actor.person_id in line or late  # who leads sees what others are late with
    if not expected:
        return []
    return [_item(finding, words[0], words[1], due_on, names, opened)]


def _item(
    finding: Finding,
    what: str,
    step: str,
    due_on: date,
    names: dict[int, str],
    opened: Opened,
    request: DueRequest | None = None,
) -> WorkItem:
    state = State(finding.current_state)
    persons = (
        {opened.heads.get(finding.detail.department_id, 0)}
        if state in (State.RECORDED, State.ACTING)
        else opened.lines.get(finding.id, set())
    )
    who = _(", ").join(sorted(names[one] for one in persons if one in names))
    return WorkItem(
        kind="finding",
        title=_("%(what)s: %(title)s", what=what, title=finding.detail.title),
        url=f"/findings/{finding.id}" + (f"/due/{request.id}" if request else ""),
        step=step,
        due_on=due_on,
        detail=finding.number,
        who=who,
        state=("finding", state.value),
    )


def _action(finding: Finding, row: ActionDetail, names: dict[int, str]) -> WorkItem:
    return WorkItem(
        kind="finding",
        title=_("%(what)s: %(title)s", what=_("Corrective action"), title=row.text),
        url=f"/findings/{finding.id}",
        step=_("Mark as done"),
        due_on=row.due_on,
        detail=finding.number,
        who=names.get(row.owner_id, ""),
        state=("action", "open"),
    )


def _worries(actor: Actor, moment: Moment) -> list[WorkItem]:
    if not actor.may(Permission.WORRY_READ):
        return []
    rows = (
        WorryState.standing(moment)
        .where(WorryState.state != WorryStep.SETTLED.value)
        .where(WorryState.worry.in_(worries.readable(actor).select(Worry.id)))
    )
    return [
        WorkItem(
            kind="report",
            title=_("Report of a violation or concern"),
            url=f"/findings/worries/{row.worry_id}",
            step=_("Read"),
            due_on=moment.day if row.state == WorryStep.RECEIVED else None,
            detail=row.worry.number,
        )
        for row in rows.select(WorryState, Worry).join(Worry)
    ]


def read_opened(condition: object, moment: Moment) -> Opened:
    """Return the findings that meet ``condition``, each with what its next steps are: constant queries."""
    findings = list(
        Finding.select(Finding, FindingDetail)
        .join(FindingDetail, on=(FindingDetail.finding == Finding.id), attr="detail")
        .where(condition, FindingDetail.id.in_(FindingDetail.standing(moment).select(FindingDetail.id)))
        .order_by(Finding.id)
    )
    ids = [finding.id for finding in findings]
    answered = EffectivenessResult.select(EffectivenessResult.check_of)
    checks = EffectivenessCheck.select().where(
        EffectivenessCheck.finding.in_(ids), EffectivenessCheck.id.not_in(answered)
    )
    decided = DueDecision.select(DueDecision.request)
    requests = DueRequest.select().where(DueRequest.finding.in_(ids), DueRequest.id.not_in(decided))
    actions = _open_actions(ids, moment)
    owners = {row.owner_id for rows in actions.values() for row in rows}
    return Opened(
        findings=findings,
        heads=responsible_of({finding.detail.department_id for finding in findings}, moment),
        lines=foureyes.lines([one for one in findings if State(one.current_state) in _LOOKS], moment),
        checks={check.finding_id: check for check in checks},
        requests={request.finding_id: request for request in requests},
        actions=actions,
        working={row.person_id for row in people.employments(moment).where(Employment.person.in_(owners))},
    )


def _open_actions(finding_ids: list[int], moment: Moment) -> dict[int, list[ActionDetail]]:
    mine = CorrectiveAction.select(CorrectiveAction.id).where(CorrectiveAction.finding.in_(finding_ids))
    steps = ActionState.standing(moment, ActionState.corrective_action.in_(mine))
    done = {row.corrective_action_id for row in steps if row.state == "done"}
    rows = ActionDetail.standing(moment, ActionDetail.corrective_action.in_(mine))
    found: dict[int, list[ActionDetail]] = {}
    for row in rows.select(ActionDetail, CorrectiveAction).join(CorrectiveAction):
        if not row.withdrawn and row.corrective_action_id not in done:
            found.setdefault(row.corrective_action.finding_id, []).append(row)
    return found
