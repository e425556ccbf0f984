"""What waits for a person in training, and what falls due: for the worklist and its reminders."""

from __future__ import annotations

from datetime import timedelta

from auditor.access import Actor, Permission, Role
from auditor.accounts import queries as accounts
from auditor.dated import Moment
from auditor.language import _, _n, pick
from auditor.people import queries as people
from auditor.training import following, queries, states
from auditor.training.models import CourseVersion, TrainingRound
from auditor.work import DueThing, WorkItem

_SOON = timedelta(days=14)  # a round is shown so long before it falls due
_AHEAD = timedelta(days=45)  # no reminder is set earlier than this
_YEARS = timedelta(days=800)  # what is owed from longer ago is found on the pages of training


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the own courses that are owed; for who leads, the rounds and gaps that need a decision.

    The number of queries depends on the courses offered, not on persons or rounds.
    """
    found = _own(actor, moment) if actor.person_id and actor.may(Permission.TRAINING_TAKE) else []
    if actor.everywhere(Permission.TRAINING_MANAGE):
        return [*found, *_rounds(moment), *_gaps(moment)]
    within = following.reach(actor)
    return [*found, *_teams(within, moment)] if within else found


def _own(actor: Actor, moment: Moment) -> list[WorkItem]:
    return [
        WorkItem(
            "training",
            pick(row, "title"),
            f"/training/{row.assignment_id}",
            str(_("Continue") if row.state == "in_progress" else _("Take the course")),
            row.due_on,
            str(_n("about %(num)d minute", "about %(num)d minutes", row.minutes)),
            str(_("You")),
            ("training", row.state),
        )
        for row in queries.mine(actor.person_id or 0, moment)
        if row.state in states.OWED
    ]


def _open_rounds(moment: Moment) -> list[TrainingRound]:
    return list(
        TrainingRound.select(TrainingRound, CourseVersion)
        .join(CourseVersion)
        .where(
            TrainingRound.opened_at <= moment.instant,
            TrainingRound.opens_on >= moment.day - _YEARS,
            TrainingRound.due_on <= moment.day + _SOON,
        )
        .order_by(TrainingRound.due_on, TrainingRound.id)
    )


def _rounds(moment: Moment) -> list[WorkItem]:
    opened = _open_rounds(moment)
    counts = states.of_rounds([row.id for row in opened], moment)
    found = []
    for row in opened:
        by_state = counts[row.id].by_state
        late, owed = by_state["overdue"], sum(by_state[state] for state in states.OWED)
        if not owed:
            continue
        found.append(
            WorkItem(
                "training",
                str(_("%(title)s: not completed by %(count)s", title=pick(row.version, "title"), count=owed)),
                f"/training/rounds/{row.id}/people?state={'overdue' if late else 'owed'}",
                str(_("Remind them")),
                row.due_on,
                str(
                    _(
                        "%(late)s overdue, %(begun)s taking it, %(rest)s not begun",
                        late=late,
                        begun=by_state["in_progress"],
                        rest=by_state["not_yet_due"],
                    )
                ),
                "",
                ("due", "overdue" if late else "soon"),
            )
        )
    return found


def _teams(within: frozenset[int], moment: Moment) -> list[WorkItem]:
    opened = _open_rounds(moment)
    counts = states.of_rounds([row.id for row in opened], moment, within)
    found = []
    for row in opened:
        by_state = counts[row.id].by_state
        owed = sum(by_state[state] for state in states.OWED)
        if owed:
            found.append(
                WorkItem(
                    "training",
                    str(
                        _(
                            "Your departments: %(count)s have not completed %(title)s",
                            count=owed,
                            title=pick(row.version, "title"),
                        )
                    ),
                    f"/training/rounds/{row.id}/people?state=owed",
                    str(_("Remind them")),
                    row.due_on,
                    "",
                    "",
                    ("due", "overdue" if by_state["overdue"] else "soon"),
                )
            )
    return found


def _gaps(moment: Moment) -> list[WorkItem]:
    found = []
    for offer in following.offers(moment):
        if offer.state is None or offer.state.state != "open" or not offer.rules:
            continue
        whole = states.summed(states.counts(states.of_course(offer.course.id, moment)).values())
        count = whole.by_state["not_covered"]
        # A course for some departments leaves the others out on purpose; one for everybody does not.
        if count and following.is_for_everyone(offer.course.id, moment):
            found.append(
                WorkItem(
                    "training",
                    str(
                        _(
                            "%(title)s: no rule covers %(count)s people",
                            title=pick(offer.version, "title"),
                            count=count,
                        )
                    ),
                    f"/training/courses/{offer.course.id}/people?state=not_covered",
                    str(_("See who")),
                    state=("training", "not_covered"),
                )
            )
    return found


def due_things(moment: Moment) -> list[DueThing]:
    """Return what is owed and due: to each person; by round, to the heads concerned and to the administrators."""
    found = []
    units: dict[int, set[int]] = {}
    for row in states.owed(moment, moment.day + _AHEAD):
        if row.assignment_id is None or row.due_on is None or row.round_id is None:
            continue
        path = f"/training/{row.assignment_id}"
        found.append(
            DueThing("training_due", row.assignment_id, row.due_on, (row.person_id,), path, escalates=False)
        )
        units.setdefault(row.round_id, set()).update([row.department_id] if row.department_id else [])
    heads = people.heads(moment)
    tree = people.tree(moment)
    administrators = tuple(accounts.holders(Role.ADMINISTRATOR, moment))
    for opened in TrainingRound.select().where(TrainingRound.id.in_(list(units))):
        above = {one for unit in units[opened.id] for one in (unit, *tree.ancestors(unit))}
        concerned = {heads[unit] for unit in above if unit in heads}
        path = f"/training/rounds/{opened.id}/people?state=owed"
        for notice, persons in (
            ("training_team_due", tuple(sorted(concerned - set(administrators)))),
            ("training_round_due", administrators),
        ):
            found.append(DueThing(notice, opened.id, opened.due_on, persons, path, escalates=False))
    return found
