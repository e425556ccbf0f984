"""What our notices say."""

from __future__ import annotations

from typing import Any

from auditor.dated import Moment
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    CorrectiveAction,
    EffectivenessCheck,
    EffectivenessResult,
    Finding,
    FindingDetail,
    Worry,
)
from auditor.language import _, format_day
from auditor.notifications.kinds import Words, kind
from auditor.people import queries as people


def _finding(params: dict[str, Any], moment: Moment) -> tuple[Finding, FindingDetail] | None:
    finding = Finding.get_or_none(Finding.id == params["finding"])
    detail = FindingDetail.latest(moment, finding=params["finding"]) if finding else None
    return (finding, detail) if finding is not None and detail is not None else None


def _about(params: dict[str, Any], moment: Moment, headline: str, urgent: bool = False) -> Words | None:
    """Words whose sentence names the finding and its due date."""
    found = _finding(params, moment)
    if found is None:
        return None
    finding, detail = found
    sentence = _(
        "%(number)s %(title)s (due %(due)s)",
        number=finding.number,
        title=detail.title,
        due=format_day(detail.due_on),
    )
    return Words(headline, sentence, urgent)


@kind("finding_recorded")
def recorded(params: dict[str, Any], moment: Moment) -> Words | None:
    found = _finding(params, moment)
    if found is None or found[0].current_state != "recorded":
        return None
    return _about(params, moment, _("A finding of your department needs your answer"))


@kind("finding_answered")
def answered(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("The plan for a finding needs your approval"))


@kind("finding_plan_returned")
def plan_returned(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("The plan for a finding was sent back to you"))


@kind("action_assigned")
def assigned(params: dict[str, Any], moment: Moment) -> Words | None:
    return _action(params, moment, _("You are responsible for a corrective action"))


@kind("action_sent_back")
def sent_back(params: dict[str, Any], moment: Moment) -> Words | None:
    return _action(params, moment, _("A corrective action was sent back to you"))


def _action(params: dict[str, Any], moment: Moment, headline: str) -> Words | None:
    detail = ActionDetail.latest(moment, corrective_action=params["corrective_action"])
    planned = CorrectiveAction.get_or_none(CorrectiveAction.id == params["corrective_action"])
    found = _finding({"finding": planned.finding_id}, moment) if planned else None
    if found is None or detail is None or detail.withdrawn:
        return None
    return Words(
        headline,
        _(
            "%(number)s: %(action)s (%(owner)s, due %(due)s)",
            number=found[0].number,
            action=detail.text,
            owner=people.name(detail.owner_id, moment),
            due=format_day(detail.due_on),
        ),
    )


@kind("verification_wanted")
def verification_wanted(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("All actions of a finding are done and need your verification"))


@kind("closing_wanted")
def closing_wanted(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("The closing of a major nonconformity needs your confirmation"))


@kind("finding_reopened")
def reopened(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("A finding was reopened because its actions had no effect"), urgent=True)


@kind("finding_closed")
def closed(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("A finding is closed"))


@kind("finding_withdrawn")
def withdrawn(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("A finding was withdrawn"))


@kind("finding_comment")
def commented(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("A new message about a finding"))


@kind("due_change_asked")
def due_change_asked(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("A request for another due date needs your decision"))


@kind("due_change_decided")
def due_change_decided(params: dict[str, Any], moment: Moment) -> Words | None:
    return _about(params, moment, _("Your request for another due date was decided"))


@kind("worry_reported")
def worry_reported(params: dict[str, Any], moment: Moment) -> Words | None:
    # The mail carries the number alone: what was reported is read behind the sign-in.
    worry = Worry.get_or_none(Worry.id == params["worry"])
    if worry is None:
        return None
    return Words(_("A violation or concern was reported"), worry.number, urgent=True)


@kind("worry_settled")
def worry_settled(params: dict[str, Any], moment: Moment) -> Words | None:
    worry = Worry.get_or_none(Worry.id == params["worry"])
    return None if worry is None else Words(_("Your report was dealt with"), worry.number)


# ---- reminders: params are {"id", "due_on"}; what has been settled meanwhile says nothing. When it stays late,
# the head and the administrator read the same words, hence no "your" in them. ----


@kind("finding_due")
def finding_due(params: dict[str, Any], moment: Moment) -> Words | None:
    return _reminder(params, moment, {"recorded"}, _("A finding needs an answer"))


@kind("verification_due")
def verification_due(params: dict[str, Any], moment: Moment) -> Words | None:
    return _reminder(params, moment, {"answered", "verifying"}, _("A finding needs approval or verification"))


@kind("action_due")
def action_due(params: dict[str, Any], moment: Moment) -> Words | None:
    step = ActionState.latest(moment, corrective_action=params["id"])
    if step is None or step.state == "done":
        return None
    return _action({"corrective_action": params["id"]}, moment, _("A corrective action is due"))


@kind("effectiveness_due")
def effectiveness_due(params: dict[str, Any], moment: Moment) -> Words | None:
    check = EffectivenessCheck.get_or_none(EffectivenessCheck.id == params["id"])
    if check is None or EffectivenessResult.get_or_none(EffectivenessResult.check_of == check) is not None:
        return None
    found = _finding({"finding": check.finding_id}, moment)
    if found is None or found[0].current_state != "effectiveness":
        return None
    return Words(
        _("The effectiveness of corrective actions is to be checked"),
        _(
            "%(number)s %(title)s (due %(due)s)",
            number=found[0].number,
            title=found[1].title,
            due=format_day(check.due_on),
        ),
    )


def _reminder(params: dict[str, Any], moment: Moment, states: set[str], headline: str) -> Words | None:
    found = _finding({"finding": params["id"]}, moment)
    if found is None or found[0].current_state not in states:
        return None
    return _about({"finding": params["id"]}, moment, headline, urgent=found[1].due_on < moment.day)
