"""The figures of self-inspections: what each is called and which rows it counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from auditor.audits.inspections.words import ANSWERS, STATES
from auditor.audits.results import NONCONFORMITIES, Result, State
from auditor.language import _
from auditor.reports.figures import Count, Figure, count, figure, share
from auditor.reports.tables import yes

ANSWERING = (State.IN_PROGRESS, State.RETURNED)


def inspections(day: date, *states: State, **where: Any) -> Figure:
    """Return the number of self-inspections in one of ``states``; without states, all but the cancelled ones."""
    every = count("inspections", as_of=day, **where)
    if not states:
        return Figure((every,), (_cancelled(every),))
    return figure(*(every.also(state=str(STATES[state])) for state in states))


def late(day: date, **where: Any) -> Figure:
    """Return the number of self-inspections that were to be handed in before ``day`` and are not."""
    return figure(count("inspections", as_of=day, overdue=yes(True), **where))


def answers(day: date, *columns: str, **where: Any) -> Figure:
    """Return the sum of columns of the self-inspections, cancelled ones left out."""
    every = [Count("inspections", (("as_of", day), *where.items()), column) for column in columns]
    return Figure(tuple(every), tuple(_cancelled(one) for one in every))


def answered(day: date, **where: Any) -> Figure:
    """Return how many items have an answer."""
    all_, open_ = answers(day, "items", **where), answers(day, Result.NOT_CHECKED.value, **where)
    return Figure((*all_.plus, *open_.minus), (*all_.minus, *open_.plus))


def bad(day: date, **where: Any) -> Figure:
    """Return how many items were answered as not kept, wholly or in part."""
    return answers(day, *sorted(one.value for one in NONCONFORMITIES), **where)


def confirmed_share(day: date, **where: Any) -> Figure:
    """Return which share of the self-inspections is confirmed."""
    return _share(inspections(day, State.APPROVED, **where), count("inspections", as_of=day, **where))


def answered_share(day: date) -> Figure:
    """Return which share of the items has an answer."""
    return _share(answered(day), Count("inspections", (("as_of", day),), "items"))


def _share(part: Figure, whole: Count) -> Figure:
    """Return which share of ``whole`` the part is, cancelled ones left out of both."""
    living = (one for one in STATES if one is not State.CANCELLED)
    return share(part, figure(*(whole.also(state=str(STATES[one])) for one in living)))


def _cancelled(one: Count) -> Count:
    return one.also(state=str(STATES[State.CANCELLED]))


# For the summary: label, figure, whether it is a part of the line above, whether more is better.
INSPECTIONS = (
    lambda day: (_("Planned in the year"), inspections(day), False, 0),
    lambda day: (str(STATES[State.APPROVED]), inspections(day, State.APPROVED), True, 1),
    lambda day: (str(STATES[State.SUBMITTED]), inspections(day, State.SUBMITTED), True, 0),
    lambda day: (str(STATES[State.IN_PROGRESS]), inspections(day, *ANSWERING), True, 0),
    lambda day: (str(STATES[State.PLANNED]), inspections(day, State.PLANNED), True, 0),
    lambda day: (_("Share confirmed"), confirmed_share(day), False, 1),
    lambda day: (_("Overdue"), late(day), False, -1),
    lambda day: (str(STATES[State.CANCELLED]), inspections(day, State.CANCELLED), False, 0),
)
ITEMS = (
    lambda day: (_("Items to be answered"), answers(day, "items"), False, 0),
    *(
        (lambda day, result=result, words=words: (str(words), answers(day, result.value), True, 0))
        for result, words in ANSWERS.items()
    ),
    lambda day: (_("Share answered"), answered_share(day), False, 1),
)
