"""A notice as a page and as a business letter, in the language in which it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from auditor.audits import auditees, queries
from auditor.audits.models import Audit, AuditNotice, NoticeAnswer
from auditor.audits.results import EDITABLE, AuditKind, State
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _, format_long_day, speaking
from auditor.people import queries as people


@dataclass(frozen=True)
class Said:
    """One answer to a notice."""

    answer: NoticeAnswer
    who: str


@dataclass(frozen=True)
class Sent:
    """A notice in the list of those of an audit."""

    row: AuditNotice
    who: str
    said: list[Said]

    @property
    def standing(self) -> NoticeAnswer | None:
        return self.said[-1].answer if self.said else None


@dataclass(frozen=True)
class NoticePage:
    """One notice with what was answered, and all notices of the audit, the latest first."""

    shown: Sent
    every: list[Sent]
    open: bool  # whether it can still be answered

    @property
    def latest(self) -> bool:
        return self.shown.row.id == self.every[0].row.id


@dataclass(frozen=True)
class Printed:
    """What the letter prints; everything in the language of the letter."""

    language: str
    number: str
    company: str
    sent_on: str
    department: str
    addressee: str
    sender: str
    subject: str
    kind: str
    period: str
    visit: str
    auditors: list[tuple[str, bool]]
    changes: str  # the day of the notice that it changes, empty for the first
    row: AuditNotice


def sent(audit_id: int, moment: Moment) -> list[Sent]:
    """Return the notices of an audit with their answers, the latest first: three queries."""
    rows = list(AuditNotice.select().where(AuditNotice.audit == audit_id).order_by(AuditNotice.id.desc()))
    if not rows:
        return []
    answers = list(
        NoticeAnswer.select()
        .where(NoticeAnswer.notice.in_([row.id for row in rows]))
        .order_by(NoticeAnswer.id)
    )
    names = people.names([row.recorded_by for row in (*rows, *answers)], moment)
    return [
        Sent(
            row,
            names.get(row.recorded_by or 0, ""),
            [Said(one, names.get(one.recorded_by or 0, "")) for one in answers if one.notice_id == row.id],
        )
        for row in rows
    ]


def notice_page(audit: Audit, row: AuditNotice, moment: Moment) -> NoticePage:
    """Return what the page of one notice shows."""
    every = sent(audit.id, moment)
    shown = next(one for one in every if one.row.id == row.id)
    latest = every[0].row.id == row.id
    return NoticePage(shown, every, latest and State(audit.current_state) in EDITABLE)


def printed(audit: Audit, row: AuditNotice) -> Printed:
    """Return the letter as it stood when it was sent: names, departments and auditors of that day."""
    at: datetime = row.recorded_at
    moment = Moment.at(at)
    with speaking(row.language):
        department = auditees.department_of(audit.subject, moment)
        tree = people.tree(moment)
        posts = queries.auditors([audit.id], moment).get(audit.id, [])
        names = people.names([row.addressee_id, row.recorded_by, *(post.person_id for post in posts)], moment)
        before = AuditNotice.get_by_id(row.replaces_id) if row.replaces_id else None
        return Printed(
            language=row.language,
            number=audit.number,
            company=company.company_name(moment),
            sent_on=format_long_day(row.valid_from),
            department=tree.name(department, row.language),
            addressee=names.get(row.addressee_id, ""),
            sender=names.get(row.recorded_by or 0, ""),
            subject=queries.subject_name(audit.subject, moment, row.language),
            kind=str(AuditKind(audit.kind).label),
            period=_period(audit.period_from, audit.period_to),
            visit=" ".join(part for part in (format_long_day(row.visit_on), row.visit_time) if part),
            auditors=[(names.get(post.person_id, ""), post.lead) for post in posts],
            changes=format_long_day(before.valid_from) if before else "",
            row=row,
        )


def _period(first: date, last: date) -> str:
    words: Any = _("%(first)s to %(last)s", first=format_long_day(first), last=format_long_day(last))
    return str(words)
