"""The checks of a plan as a list: filtered and paged in the database, with what each row shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import ModelSelect

from auditor import db
from auditor.audits.inspections.people import respondents
from auditor.audits.models import Audit, AuditAssignee, AuditPlan
from auditor.audits.programme.models import (
    Programme,
    ProgrammeEntry,
    ProgrammeEntryDetail,
    ProgrammeOpening,
)
from auditor.audits.programme.words import PLANNED, SKIPPED
from auditor.audits.results import AUDITS, EDITABLE, AuditKind, State
from auditor.calendars import FiscalYear, add_months
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.people import queries as people

SORTS = ("starts", "subject", "kind", "due")
SHOWS = ("all", "unopened", "opened", "skipped", "moved", "nobody")


@dataclass(frozen=True)
class Filter:
    """What of the checks is shown; empty leaves everything."""

    kind: str = ""  # audit, inspection
    month: int = 0  # calendar month in which it begins
    show: str = "all"
    text: str = ""
    subject_id: int | None = None
    sort: str = "starts"

    @property
    def asked(self) -> bool:
        return self != Filter(sort=self.sort)


@dataclass(frozen=True)
class Line:
    """A planned check as the list shows it."""

    entry: ProgrammeEntry
    detail: ProgrammeEntryDetail
    name: str
    kind: Any
    starts_on: date
    due_on: date
    people: tuple[str, ...]
    controls: int
    state: str  # planned, skipped, or that of the audit
    audit: Audit | None = None
    late: bool = False

    @property
    def moved(self) -> bool:
        """Tell whether the agreed begin is another than the rule's own date."""
        return bool(
            self.detail.by_hand and self.entry.rule is not None and self.starts_on != self.entry.rule_on
        )


def matching(
    programme: Programme, year: FiscalYear, wanted: Filter, names: dict[int, str], moment: Moment
) -> ModelSelect[ProgrammeEntryDetail]:
    """Return the details of the entries that the filter leaves, each with its entry and subject, in its order."""
    entry, detail = ProgrammeEntry, ProgrammeEntryDetail
    query = (
        detail.standing(
            moment, detail.entry.in_(entry.select(entry.id).where(entry.programme == programme.id))
        )
        .select(detail, entry, Subject)
        .join(entry)
        .join(Subject)
    )
    if wanted.kind:
        query = query.where(
            entry.kind.in_([one.value for one in AUDITS])
            if wanted.kind == "audit"
            else entry.kind == AuditKind.SELF_INSPECTION.value
        )
    if wanted.month:
        first = add_months(year.first, (wanted.month - year.first.month) % 12)
        query = query.where(detail.starts_on.between(first, add_months(first, 1) - timedelta(days=1)))
    if wanted.subject_id is not None:
        query = query.where(entry.subject == wanted.subject_id)
    if wanted.text:
        text = wanted.text.casefold()
        query = query.where(
            entry.subject.in_([one for one, name in names.items() if text in name.casefold()])
        )
    found: ModelSelect[ProgrammeEntryDetail] = _shown(query, wanted.show, moment)
    keys = {"starts": detail.starts_on, "subject": Subject.code, "kind": entry.kind, "due": detail.due_on}
    key: Any = keys[wanted.sort.removeprefix("-")]
    first = key.desc() if wanted.sort.startswith("-") else key
    return found.order_by(first, detail.starts_on, Subject.code, entry.id)


def _shown(query: Any, show: str, moment: Moment) -> Any:
    entry, detail = ProgrammeEntry, ProgrammeEntryDetail
    opened = ProgrammeOpening.select(ProgrammeOpening.entry).where(
        ProgrammeOpening.opened_at <= moment.instant
    )
    if show == "unopened":
        return query.where(entry.id.not_in(opened), detail.state == PLANNED)
    if show == "opened":
        return query.where(entry.id.in_(opened))
    if show == "skipped":
        return query.where(detail.state == SKIPPED)
    if show == "moved":
        return query.where(detail.by_hand, detail.starts_on != entry.rule_on)
    if show == "nobody":
        audits = [one.value for one in AUDITS]
        return query.where(
            entry.kind.in_(audits), detail.people.cast("text") == "[]", entry.id.not_in(opened)
        )
    return query


def without_anybody(programme: Programme, moment: Moment) -> int:
    """Return how many audits that are still to open have nobody to carry them out: one query."""
    rows = ProgrammeEntryDetail.standing(
        moment,
        ProgrammeEntryDetail.entry.in_(
            ProgrammeEntry.select(ProgrammeEntry.id).where(ProgrammeEntry.programme == programme.id)
        ),
    ).join(ProgrammeEntry)
    return int(_shown(rows, "nobody", moment).where(ProgrammeEntryDetail.state == PLANNED).count())


def lines(details: Iterable[ProgrammeEntryDetail], names: dict[int, str], moment: Moment) -> list[Line]:
    """Return what the list shows of these details: about fifteen queries, whatever their number."""
    rows = list(details)
    ids = [row.entry_id for row in rows]
    audits = _audits(ids)
    audit_ids = [audit.id for audit in audits.values()]
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(audit_ids))}
    posts: dict[int, list[int]] = {}
    for post in AuditAssignee.standing(moment, AuditAssignee.audit.in_(audit_ids)).where(AuditAssignee.held):
        posts.setdefault(post.audit_id, []).append(post.person_id)
    subjects = {row.entry.subject_id: row.entry.subject for row in rows if row.entry.kind not in AUDITS}
    answering = respondents(subjects.values(), moment) if subjects else {}
    persons = people.names(
        {
            *(one for row in rows for one in row.people),
            *(one for found in posts.values() for one in found),
            *(one for found in answering.values() for one in found),
        },
        moment,
    )
    found = []
    for row in rows:
        audit = audits.get(row.entry_id)
        who = tuple(posts.get(audit.id, ()) if audit else row.people)
        if not who and row.entry.kind not in AUDITS:
            who = answering.get(row.entry.subject_id, ())
        plan = plans.get(audit.id) if audit else None
        found.append(_line(row, audit, plan, tuple(persons.get(one, "") for one in who), names, moment))
    return found


def _line(
    row: ProgrammeEntryDetail,
    audit: Audit | None,
    plan: AuditPlan | None,
    who: tuple[str, ...],
    names: dict[int, str],
    moment: Moment,
) -> Line:
    due_on = plan.due_on if plan else row.due_on
    state = audit.current_state if audit else row.state
    open_ = (audit is None and state == PLANNED) or (audit is not None and State(state) in EDITABLE)
    late = open_ and due_on < moment.day
    return Line(
        row.entry,
        row,
        names.get(row.entry.subject_id, row.entry.subject.code),
        AuditKind(row.entry.kind),
        plan.starts_on if plan else row.starts_on,
        due_on,
        who,
        len(row.codes),
        "overdue" if late else state,
        audit,
        late,
    )


def _audits(entry_ids: list[int]) -> dict[int, Audit]:
    opened = (
        ProgrammeOpening.select(ProgrammeOpening, Audit)
        .join(Audit)
        .where(ProgrammeOpening.entry.in_(entry_ids))
    )
    return {row.entry_id: row.audit for row in opened}


def entry_ids(query: ModelSelect[ProgrammeEntryDetail]) -> list[int]:
    """Return the entries that a filter leaves, opened ones left out: for what is done to all of them."""
    opened = ProgrammeOpening.select(ProgrammeOpening.entry)
    narrowed = query.where(ProgrammeEntry.id.not_in(opened)).select(ProgrammeEntry.id)
    return [one for (one,) in db.tuples(narrowed)]


def free_audits(entry: ProgrammeEntry, moment: Moment) -> list[Audit]:
    """Return the checks of the year that could stand for the entry: same subject and kind, in no plan; one query."""
    kinds = [one.value for one in AUDITS] if entry.kind in AUDITS else [AuditKind.SELF_INSPECTION.value]
    found = Audit.select().where(
        Audit.subject == entry.subject_id,
        Audit.kind.in_(kinds),
        Audit.fiscal_year == entry.programme.fiscal_year,
        Audit.created_at <= moment.instant,
        Audit.current_state != State.CANCELLED.value,
        Audit.id.not_in(ProgrammeOpening.select(ProgrammeOpening.audit)),
    )
    return list(found.order_by(Audit.id))
