"""Assigns self-inspections, many in one action."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from auditor import activity
from auditor.access import Actor
from auditor.audits import applying
from auditor.audits.applying import Fitting
from auditor.audits.assigning import NewAudit
from auditor.audits.inspections import notices, opening, trail
from auditor.audits.inspections.opening import Checked
from auditor.audits.models import Audit
from auditor.audits.results import AuditKind
from auditor.audits.series import Recurrence, checked_rule
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _l
from auditor.people import queries as people


def open_inspections(
    actor: Actor, at: datetime, news: Sequence[NewAudit], recurrence: Recurrence | None = None
) -> list[Audit]:
    """Open self-inspections, each with plan, items and who is named, and tell who answers them.

    With ``recurrence`` each begins a series of its own. ``news[…].auditors`` are persons named to answer beside
    the responsible one (``people.respondents``). A control that does not apply to its subject is left out, as
    its row says; one event tells of all. Raises RuleBroken, and opens none, for dates out of order, a control
    that does not fit, a subject for which no control is left, and somebody named who has left.
    """
    rule = checked_rule(recurrence.rule) if recurrence else ""
    with activity.action(actor, at):
        checked = _checked(news, Moment.at(at))
        if recurrence:
            checked = opening.in_series(actor, at, checked, Recurrence(rule, recurrence.lead_days))
        opened = opening.numbered(checked, at)
        opening.write_rows(actor, at, opened, checked)
        activity.record(
            trail.OPENED,
            inspections=len(opened),
            items=sum(len(one.taken.controls) for one in checked),
        )
        notices.tell_assigned(opened, at)
        return opened


def check_dates(period_from: date, period_to: date, starts_on: date, due_on: date) -> None:
    """Raise RuleBroken where a date lies before the one it must follow."""
    if period_to < period_from:
        raise RuleBroken(
            _l("The inspected period ends before it begins. Correct one of the two dates."), "period_to"
        )
    if due_on < starts_on:
        raise RuleBroken(
            _l("The self-inspection is due before it starts. Correct one of the two dates."), "due_on"
        )


def _checked(news: Sequence[NewAudit], moment: Moment) -> list[Checked]:
    if not news:
        raise RuleBroken(_l("Choose at least one subject."), "subjects")
    for new in news:
        if new.kind != AuditKind.SELF_INSPECTION:
            raise RuleBroken(_l("Only self-inspections are opened here."), "kind")
        check_dates(new.period_from, new.period_to, new.starts_on, new.due_on)
    wanted = {new.subject_id for new in news}
    subjects = list(Subject.select().where(Subject.id.in_(list(wanted))))
    if len(subjects) != len(wanted):
        raise RuleBroken(_l("Choose what is inspected from the list."), "subjects")
    _check_named({one.person_id for new in news for one in new.auditors}, moment)
    fitting = {
        version: applying.fittings(version, subjects, moment) for version in {new.version_id for new in news}
    }
    return [Checked(new, _taken(new, fitting[new.version_id][new.subject_id], moment)) for new in news]


def _check_named(named: set[int], moment: Moment) -> None:
    gone = named - people.working(named, moment)
    if gone:
        raise RuleBroken(
            _("%(person)s does not work here any more.", person=people.name(min(gone), moment)), "persons"
        )


def _taken(new: NewAudit, found: Fitting, moment: Moment) -> Fitting:
    """Return of the controls chosen those that apply, and those that do not."""
    wanted = set(new.control_ids)
    kept = [one for one in found.controls if one.id in wanted]
    left_out = [one for one in found.left_out if one.control.id in wanted]
    if len(kept) + len(left_out) != len(wanted):
        raise RuleBroken(
            _l("Some of the controls do not fit what is inspected. Choose the controls again."), "controls"
        )
    if not kept:
        raise RuleBroken(
            _(
                "No control is left for %(subject)s. Leave it out, or choose more controls.",
                subject=catalogue.subject_name(new.subject_id, moment),
            ),
            "controls",
        )
    return Fitting(kept, left_out)
