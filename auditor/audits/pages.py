"""What the page of an audit shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from auditor.audits import outside, queries
from auditor.audits.applying import LeftOut, recorded
from auditor.audits.exceptions import Outcome
from auditor.audits.independence import Conflict
from auditor.audits.listing import shown_state
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditPlan,
    AuditSeriesDetail,
    AuditState,
    ImportedAudit,
    IndependenceException,
    IndependenceSettlement,
    OutsideDecision,
)
from auditor.audits.recurrence import in_words
from auditor.audits.results import DONE, EDITABLE, RESULTS_SHOWN, AuditKind, Result, State
from auditor.audits.verdicts import reasons
from auditor.catalogue.models import CatalogueVersion
from auditor.dated import Moment
from auditor.language import _
from auditor.people import queries as people


@dataclass(frozen=True)
class Post:
    """Somebody who audits here."""

    person_id: int
    name: str
    lead: bool
    override_reason: str
    overridden_by: str
    left: bool = False  # the company; still named here until somebody else is


@dataclass(frozen=True)
class Break:
    """A broken independence and how it was settled, if it was."""

    id: int
    person: str
    reasons: list[str]
    outcome: Any
    reason: str
    by: str


@dataclass(frozen=True)
class FromOutside:
    """A decision of a person from outside, and who recorded it."""

    who: str
    on: date
    paper: str
    recorded_by: str


@dataclass(frozen=True)
class AuditPage:
    """One audit with everything beside it."""

    audit: Audit
    name: str
    kind: Any
    state: str
    plan: AuditPlan
    version: CatalogueVersion
    posts: list[Post]
    breaks: list[Break]
    counts: dict[str, int]
    history: list[dict[str, Any]]
    head: str
    last_comment: str
    series: AuditSeriesDetail | None
    first_plan: AuditPlan
    states: dict[str, tuple[date, str]] = field(default_factory=dict)
    from_outside: FromOutside | None = None  # whose decision the state is that stands
    left_out: list[LeftOut] = field(default_factory=list)
    imported: ImportedAudit | None = None  # of an audit of earlier years that was imported

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def checked(self) -> int:
        return self.total - self.counts.get(Result.NOT_CHECKED, 0)

    @property
    def open(self) -> bool:
        """Tell whether it can still be worked on."""
        return State(self.audit.current_state) in EDITABLE

    @property
    def outcome(self) -> dict[str, int]:
        """Items by result once the audit is submitted; before that its result is not known."""
        return self.counts if State(self.audit.current_state) in RESULTS_SHOWN else {}

    @property
    def results(self) -> list[str]:
        """Every result there is, for a page that words each once."""
        return [result.value for result in Result]

    @property
    def deserted(self) -> bool:
        """Tell whether auditors are named, and all of them have left the company."""
        return bool(self.posts) and all(post.left for post in self.posts)

    @property
    def rule(self) -> str:
        """How the audit comes again, in words."""
        return in_words(self.series.recurrence, self.series.after_months) if self.series else ""

    @property
    def title(self) -> str:
        return queries.title(self.audit, self.name)


def audit_page(audit: Audit, moment: Moment, language: str) -> AuditPage:
    """Return what the page of the audit shows at ``moment``: nineteen queries, however long its history."""
    states = list(AuditState.select().where(AuditState.audit == audit.id).order_by(AuditState.id))
    plans = list(AuditPlan.select().where(AuditPlan.audit == audit.id).order_by(AuditPlan.id))
    posts = list(AuditAssignee.select().where(AuditAssignee.audit == audit.id).order_by(AuditAssignee.id))
    held = queries.auditors([audit.id], moment).get(audit.id, [])
    working = people.working((row.person_id for row in held), moment)
    of_audit = IndependenceException.select().where(IndependenceException.audit == audit.id)
    exceptions = list(of_audit.order_by(IndependenceException.id))
    settled = _settlements(exceptions, moment)
    decided = outside.decisions(row.id for row in states)
    judged = [row for row in states if row.state != State.CLOSED or row.id in decided]
    heads = people.heads(moment)
    names = people.names(
        [
            *(row.recorded_by for row in [*states, *plans, *posts, *settled.values()]),
            *(row.person_id for row in posts),
            *(row.person_id for row in exceptions),
            *(row.overridden_by for row in posts),
            heads.get(audit.subject.department_id or 0),
        ],
        moment,
    )
    plan = queries.plan_of(audit.id, moment)
    return AuditPage(
        audit=audit,
        name=queries.subject_name(audit.subject, moment, language),
        kind=AuditKind(audit.kind).label,
        state=shown_state(audit.current_state, plan.due_on, moment.day),
        plan=plan,
        first_plan=plans[0],
        version=CatalogueVersion.get_by_id(audit.version_id),
        posts=[_post(row, names, row.person_id not in working) for row in held],
        breaks=_breaks(exceptions, settled, names, people.tree(moment), language),
        counts=queries.counts([audit.id]).get(audit.id, {}),
        history=_history(states, decided, plans, posts, names),
        head=names.get(heads.get(audit.subject.department_id or 0, 0), ""),
        last_comment=states[-1].comment if states else "",
        series=AuditSeriesDetail.latest(moment, series_of=audit.series_of_id) if audit.series_of_id else None,
        states={row.state: (row.valid_from, names.get(row.recorded_by or 0, "")) for row in states},
        from_outside=_from_outside(judged[-1], decided, names) if judged else None,
        left_out=recorded(audit.id),
        imported=ImportedAudit.get_or_none(ImportedAudit.audit == audit.id),
    )


def _from_outside(
    state: AuditState, decided: dict[int, OutsideDecision], names: dict[int, str]
) -> FromOutside | None:
    row = decided.get(state.id)
    if row is None:
        return None
    recorded_by = names.get(state.recorded_by or 0, "")
    return FromOutside(outside.name_of(row), row.decided_on, row.paper, recorded_by)


def _settlements(
    exceptions: list[IndependenceException], moment: Moment
) -> dict[int, IndependenceSettlement]:
    ids = [row.id for row in exceptions]
    rows = IndependenceSettlement.standing(moment, IndependenceSettlement.exception.in_(ids))
    return {row.exception_id: row for row in rows}


def _post(row: AuditAssignee, names: dict[int, str], left: bool) -> Post:
    return Post(
        row.person_id,
        names.get(row.person_id, ""),
        row.lead,
        row.override_reason,
        names.get(row.overridden_by or 0, ""),
        left,
    )


def _breaks(
    exceptions: list[IndependenceException],
    settled: dict[int, IndependenceSettlement],
    names: dict[int, str],
    tree: people.Tree,
    language: str,
) -> list[Break]:
    found = []
    for row in exceptions:
        end = settled.get(row.id)
        found.append(
            Break(
                row.id,
                names.get(row.person_id, ""),
                reasons([Conflict.read(one) for one in row.reason], tree, language),
                Outcome(end.outcome).label if end else None,
                end.reason if end else "",
                names.get(end.recorded_by or 0, "") if end else "",
            )
        )
    return found


def _history(
    states: list[AuditState],
    decided: dict[int, OutsideDecision],
    plans: list[AuditPlan],
    posts: list[AuditAssignee],
    names: dict[int, str],
) -> list[dict[str, Any]]:
    """Return what happened, the latest first."""
    told: list[tuple[datetime, int | None, str, str]] = []
    was = ""
    for state in states:
        words = _state_words(was, state.state)
        was = state.state
        if (by := decided.get(state.id)) is not None:
            words = str(
                _(
                    "%(state)s: decided by %(person)s, from outside, on %(day)s",
                    state=words,
                    person=outside.name_of(by),
                    day=by.decided_on.isoformat(),
                )
            )
        told.append((state.recorded_at, state.recorded_by, words, state.comment))
    for before, after in pairwise(plans):
        moved = _(
            "Due %(before)s → %(after)s", before=before.due_on.isoformat(), after=after.due_on.isoformat()
        )
        told.append((after.recorded_at, after.recorded_by, moved, after.reason))
    for post in posts:
        words = _post_words(post, names.get(post.person_id, ""))
        told.append((post.recorded_at, post.recorded_by, words, post.override_reason))
    # Of what was written in one action, the state it led to stands on top.
    told.reverse()
    told.sort(key=lambda entry: entry[0], reverse=True)
    return [
        {
            "when": when,
            "name": names.get(by or 0, "") or str(_("The application")),
            "what": what,
            "text": text,
        }
        for when, by, what, text in told
    ]


def _state_words(before: str, after: str) -> str:
    """Return what a change of state is called in the history; what goes back after its approval is reopened."""
    if after == State.RETURNED and before in DONE:
        return str(_("Reopened"))
    return str(State(after).label)


def _post_words(post: AuditAssignee, name: str) -> str:
    if not post.held:
        return str(_("%(person)s no longer audits", person=name))
    return str(
        _("%(person)s audits as lead", person=name) if post.lead else _("%(person)s audits", person=name)
    )
