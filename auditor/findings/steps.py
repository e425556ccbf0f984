"""The flow of a finding as drawn above its story, the next step in words, and the buttons a person gets."""

from __future__ import annotations

from datetime import date

from auditor import clock
from auditor.access import Actor, Permission
from auditor.findings import foureyes, queries
from auditor.findings.models import FindingState
from auditor.findings.states import State
from auditor.findings.story import Story
from auditor.language import _, format_day

Step = dict[str, str]
_ORDER = (
    State.RECORDED,
    State.ANSWERED,
    State.ACTING,
    State.VERIFYING,
    State.EFFECTIVENESS,
    State.CONFIRMING,
)


def flow(story: Story) -> list[Step]:
    """Return the steps with who and when: what is done, where it stands, what is still to come."""
    path = _path(story)
    entered = {row.state: row for row in story.history}  # the latest time it came there
    last = story.history[-1]
    steps = [_done(_("Recording"), story.history[0], story)]
    stopped = story.stands is State.WITHDRAWN
    reached = _ORDER.index(story.stands) if story.stands in _ORDER else len(_ORDER)
    for place, (state, label) in enumerate(path):
        following = path[place + 1][0] if place + 1 < len(path) else State.CLOSED
        row = entered.get(following) or entered.get(State.CLOSED)
        if state is story.stands:
            steps.append({"label": label, "state": "now", **_expected(story, state)})
        elif not stopped and _ORDER.index(state) < reached and row is not None:
            steps.append(_done(label, row, story))
        elif not stopped:
            steps.append({"label": label, "state": "next", **_expected(story, state)})
    if story.stands is State.CLOSED:
        steps.append(_done(_("Closed"), last, story))
    elif stopped:
        steps.append(_done(_("Withdrawn"), last, story))
    else:
        steps.append({"label": _("Closed"), "state": "next"})
    return steps


def _path(story: Story) -> list[tuple[State, str]]:
    """Return the states this finding goes through, by its grade and plan."""
    path = [(State.RECORDED, _("Answer and plan")), (State.ANSWERED, _("Plan approval"))]
    if story.grade.nonconformity or story.standing:
        path += [(State.ACTING, _("Corrective action")), (State.VERIFYING, _("Verification"))]
    if story.grade.nonconformity:
        path.append((State.EFFECTIVENESS, _("Effectiveness check")))
    if story.grade == "major":
        path.append((State.CONFIRMING, _("Closing approval")))
    if story.stands in _ORDER and story.stands not in [state for state, _label in path]:
        path.append((story.stands, str(story.stands.label)))  # the grade was changed on the way
        path.sort(key=lambda one: _ORDER.index(one[0]))
    return path


def _done(label: str, row: FindingState, story: Story) -> Step:
    when = clock.day_of(row.recorded_at).isoformat()
    return {"label": label, "state": "done", "who": story.name(row.recorded_by), "when": when}


def _expected(story: Story, state: State) -> Step:
    """Return whom a step that is not done is expected of, and by when."""
    head, verifiers = story.name(story.head_id), story.verifiers
    if state is State.RECORDED:
        return {"who": head or story.department, "when": _due(story.detail.due_on)}
    if state is State.ACTING:
        opened = [action for action in story.standing if action.state != "done"]
        if not opened:
            return {"who": head or story.department, "when": ""}
        who = _(", ").join(dict.fromkeys(action.owner for action in opened))
        return {"who": who, "when": _due(max(action.due_on for action in opened))}
    if state is State.EFFECTIVENESS:
        when = _due(story.check.due_on) if story.check else ""
        return {"who": verifiers if story.check else "", "when": when}
    if state is State.VERIFYING and story.stands is not State.VERIFYING:
        return {"who": verifiers, "when": ""}
    return {"who": verifiers, "when": _due(story.detail.due_on) if state is story.stands else ""}


def _due(day: date) -> str:
    return str(_("due %(day)s", day=day.isoformat()))


def next_step(story: Story) -> str:
    """Return who must act now, and why another may not."""
    head = story.name(story.head_id)
    who = story.verifiers or _("Somebody who is still to be named")
    if story.stands is State.RECORDED:
        if not head:
            text = _(
                "%(department)s has no department head. The administrator names one.",
                department=story.department,
            )
        elif story.grade.nonconformity:
            text = _(
                "%(who)s writes correction, cause and corrective actions and submits the plan.", who=head
            )
        else:
            text = _("%(who)s answers.", who=head)
    elif story.stands is State.ANSWERED:
        text = _("%(who)s approves the plan. Those who put it right cannot approve it themselves.", who=who)
    elif story.stands is State.ACTING:
        text = _acting(story, head)
    elif story.stands is State.VERIFYING:
        text = _(
            "%(who)s verifies what was done. Those who did it (%(fixing)s) cannot verify it.",
            who=who,
            fixing=story.fixing,
        )
    elif story.stands is State.EFFECTIVENESS and story.check:
        text = _(
            "%(who)s checks from %(day)s on whether the cause is gone. Those who put it right cannot.",
            who=who,
            day=format_day(story.check.due_on),
        )
    elif story.stands is State.CONFIRMING:
        text = _("The administrator or the head of audit confirms the closing of this major nonconformity.")
    elif story.stands is State.CLOSED:
        text = _("Nothing more to do.")
    else:
        text = _("Withdrawn: %(reason)s", reason=story.state.comment)
    return str(text)


def _acting(story: Story, head: str) -> str:
    opened = [action for action in story.standing if action.state != "done"]
    if not opened:
        return str(_("%(who)s adds what is to be done now, since the actions had no effect.", who=head))
    first = min(opened, key=lambda action: action.due_on)
    return str(
        _(
            "%(who)s carries out action %(number)s by %(day)s and marks it done.",
            who=first.owner,
            number=first.number,
            day=format_day(first.due_on),
        )
    )


def buttons(actor: Actor, story: Story) -> dict[str, bool]:
    """Return what this person may do now; a step that only four eyes forbid is offered and then explained."""
    finding, moment, stands = story.finding, story.moment, story.stands
    department = queries.answers_for(actor, finding, moment)
    verifier = queries.may_on(actor, finding, Permission.FINDING_VERIFY, moment)
    closer = actor.everywhere(Permission.FINDING_CLOSE)
    decider = actor.everywhere(Permission.FINDING_DUE_CHANGE) and not department
    fixer = foureyes.is_fixer(actor, story.fixer_ids)
    ready = story.check is not None and moment.day >= story.check.due_on
    return {
        "answer": department and stands in (State.RECORDED, State.ACTING),
        "submit": department and stands is State.RECORDED,
        "review": verifier and stands is State.ANSWERED,
        "verify": verifier and stands is State.VERIFYING,
        "effectiveness": verifier and stands is State.EFFECTIVENESS and ready,
        "close": closer and stands is State.CONFIRMING,
        "ask_due": (department or (verifier and not decider)) and not stands.final and story.request is None,
        "change_due": decider and not stands.final and story.request is None,
        "decide_due": decider
        and not stands.final
        and story.request is not None
        and not foureyes.is_fixer(actor, {story.request.asked_by_id}),
        "change": closer and not stands.final,
        "withdraw": closer and not stands.final,
        "comment": queries.may_on(actor, finding, Permission.FINDING_COMMENT, moment),
        "fixer": fixer,
        "department": department,
    }
