"""The figures of the summary: what each is called and which rows it counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditor.audits.results import State
from auditor.findings.states import Grade
from auditor.findings.states import State as FindingState
from auditor.language import _
from auditor.promises.verdicts import Verdict
from auditor.reports import inspection_figures
from auditor.reports.figures import Count, Figure, count, figure, share
from auditor.reports.finding_lines import STANDING_LABELS
from auditor.reports.scope import Scope
from auditor.reports.tables import RESULTS, course_key, yes
from auditor.reports.training_lines import STATE_LABELS, CourseShown
from auditor.training.states import LEFT, STATES, completion


@dataclass(frozen=True)
class Headline:
    """A line of the summary; ``before`` None where last year has nothing to compare with."""

    label: str
    now: Figure
    before: Figure | None
    part: bool = False  # of the line above
    good: int = 0  # 1: more is better, -1: less is better, 0: neither


@dataclass(frozen=True)
class Part:
    """A part of the summary."""

    title: str
    lines: tuple[Headline, ...]


def parts(scope: Scope, courses: list[CourseShown], inspected: bool = False) -> Iterator[Part]:
    """Return the parts of the summary in their order; those of self-inspections where ``inspected``."""
    now, before = scope.now.moment.day, scope.before.moment.day
    yield Part(_("Audits"), tuple(_both(one, now, before) for one in _AUDITS))
    yield Part(_("Results of the items of the audits"), tuple(_both(one, now, before) for one in _ITEMS))
    if inspected:
        yield Part(
            _("Self-inspections"), tuple(_both(one, now, before) for one in inspection_figures.INSPECTIONS)
        )
        yield Part(
            _("Answers of the self-inspections"),
            tuple(_both(one, now, before) for one in inspection_figures.ITEMS),
        )
    yield Part(_("Findings"), tuple(_both(one, now, before) for one in _FINDINGS))
    yield Part(_("Corrective actions"), tuple(_both(one, now, before) for one in _ACTIONS))
    for course in courses:
        yield Part(_("Training: %(course)s", course=course.title), tuple(_training(course, now, before)))
    yield Part(_("Published promises"), tuple(_promises()))


def _both(make: Any, now: date, before: date) -> Headline:
    label, this, part, good = make(now)
    return Headline(label, this, make(before)[1], part, good)


# ---- audits ----


def audits(day: date, *states: State) -> Figure:
    """Return the number of audits in one of ``states``; without states, all but the cancelled ones."""
    every = count("audits", as_of=day)
    if not states:
        return Figure((every,), (every.also(state=str(State.CANCELLED.label)),))
    return figure(*(every.also(state=str(state.label)) for state in states))


def audits_late(day: date) -> Figure:
    """Return the number of audits that were to be submitted before ``day`` and are not."""
    return figure(count("audits", as_of=day, overdue=yes(True)))


def items(day: date, column: str) -> Figure:
    """Return the sum of a column of the audits, cancelled ones left out."""
    every = Count("audits", (("as_of", day),), column)
    return Figure((every,), (every.also(state=str(State.CANCELLED.label)),))


def _checked(day: date) -> Figure:
    all_, open_ = items(day, "items"), items(day, "not_checked")
    return Figure((*all_.plus, *open_.minus), (*all_.minus, *open_.plus))


_AUDITS = (
    lambda day: (_("Planned in the year"), audits(day), False, 0),
    lambda day: (_("Done"), audits(day, State.APPROVED), True, 1),
    lambda day: (_("Waiting for approval"), audits(day, State.SUBMITTED), True, 0),
    lambda day: (_("Being carried out"), audits(day, State.IN_PROGRESS, State.RETURNED), True, 0),
    lambda day: (_("Not started"), audits(day, State.PLANNED), True, 0),
    lambda day: (_("Share done"), share(audits(day, State.APPROVED), audits(day)), False, 1),
    lambda day: (_("Overdue"), audits_late(day), False, -1),
    lambda day: (_("Cancelled"), audits(day, State.CANCELLED), False, 0),
)
_ITEMS = (
    lambda day: (_("Items to be checked"), items(day, "items"), False, 0),
    *(
        (lambda day, key=key, result=result: (str(result.label), items(day, key), True, 0))
        for key, result in RESULTS
    ),
    lambda day: (_("Share with a result"), share(_checked(day), items(day, "items")), False, 1),
)

# ---- findings and actions ----


def found(day: date, **where: Any) -> Figure:
    """Return the findings of the year, withdrawn ones left out."""
    every = count("findings", as_of=day, of_year=yes(True), **where)
    return Figure((every,), (every.also(state=str(FindingState.WITHDRAWN.label)),))


def findings_open(day: date, **where: Any) -> Figure:
    """Return the open findings, whenever found."""
    return figure(count("findings", as_of=day, open=yes(True), **where))


def actions(day: date, *standings: str) -> Figure:
    """Return the corrective actions that stand as named."""
    return figure(*(count("actions", as_of=day, standing=str(STANDING_LABELS[one])) for one in standings))


_FINDINGS = (
    lambda day: (_("Found in the year"), found(day), False, 0),
    *(
        (lambda day, grade=grade: (str(grade.label), found(day, grade=str(grade.label)), True, -1))
        for grade in Grade
    ),
    lambda day: (_("Open, earlier years included"), findings_open(day), False, -1),
    lambda day: (
        _("of these major nonconformities"), findings_open(day, grade=str(Grade.MAJOR.label)), True, -1
    ),
    lambda day: (_("of these overdue"), findings_open(day, overdue=yes(True)), True, -1),
    lambda day: (
        _("Closed in the year"),
        figure(count("findings", as_of=day, state=str(FindingState.CLOSED.label))), False, 1,
    ),
)  # fmt: skip
_ACTIONS = (
    lambda day: (_("To be done"), actions(day, "late", "soon", "later"), False, 0),
    lambda day: (str(STANDING_LABELS["late"]), actions(day, "late"), True, -1),
    lambda day: (str(STANDING_LABELS["soon"]), actions(day, "soon"), True, 0),
    lambda day: (str(STANDING_LABELS["later"]), actions(day, "later"), True, 0),
    lambda day: (_("Done"), actions(day, "done"), False, 1),
)

# ---- training ----


def trained(day: date, course: CourseShown, *states: str, **where: Any) -> Figure:
    """Return the workers in one of ``states``; without states, everybody on the roster."""
    every = count("training", as_of=day, course_key=course_key(course.id), **where)
    return figure(*(every.also(state=str(STATE_LABELS[one])) for one in states or STATES))


def completion_rate(day: date, course: CourseShown, **where: Any) -> Figure:
    """Return the completion rate as the pages of training have it (training.states.completion)."""
    return share(*completion(lambda *states: trained(day, course, *states, **where)))


def _training(course: CourseShown, now: date, before: date) -> Iterator[Headline]:
    def line(label: str, *states: str, part: bool = False, good: int = 0) -> Headline:
        return Headline(label, trained(now, course, *states), trained(before, course, *states), part, good)

    yield line(_("Workers on the roster"))
    for state in STATES:
        good = {"completed": 1, "overdue": -1, "not_covered": -1}.get(state, 0)
        yield line(str(STATE_LABELS[state]), state, part=True, good=good)
    yield Headline(
        _("Completion rate"),
        completion_rate(now, course),
        completion_rate(before, course),
        good=1,
    )
    yield line(_("Left in the year (listed separately)"), LEFT)


# ---- promises ----


def promises(verdict: Verdict | None = None) -> Figure:
    """Return the promises with a verdict; None: all."""
    every = count("controls", first=yes(True))
    return figure(every.also(verdict=str(verdict.label)) if verdict else every)


def _promises() -> Iterator[Headline]:
    yield Headline(_("Promises"), promises(), None)
    for verdict in Verdict:
        yield Headline(str(verdict.label), promises(verdict), None, part=True)
