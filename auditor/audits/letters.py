"""The audit notice (監査実施通知書): prepared from the audit, sent, acknowledged, changed by a new one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from auditor import activity
from auditor.access import Actor
from auditor.audits import auditees, queries, tidings, trail
from auditor.audits.assigning import check_assigner
from auditor.audits.models import Audit, AuditNotice, NoticeAnswer
from auditor.audits.moving import move
from auditor.audits.results import AUDITS, EDITABLE, State
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l

LONGEST_TEXT = 4_000


class Reply(StrEnum):
    """What was answered to a notice, or by its sender to a wish."""

    ACKNOWLEDGED = "acknowledged"
    OTHER_DATES = "other_dates"
    DATES_KEPT = "dates_kept"  # the sender's: it waits for the acknowledgement again

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return REPLY_LABELS[self]


REPLY_LABELS = {
    Reply.ACKNOWLEDGED: _l("Acknowledged"),
    Reply.OTHER_DATES: _l("Other dates wished for"),
    Reply.DATES_KEPT: _l("Dates stay as they are"),
}


@dataclass(frozen=True)
class Letter:
    """What the sender writes of a notice; the rest is taken from the audit."""

    visit_on: date
    scope: str
    method: str
    papers: str
    visit_time: str = ""
    place: str = ""
    remark: str = ""
    language: str = "ja"


def send(actor: Actor, at: datetime, audit: Audit, letter: Letter, based_on: int) -> AuditNotice:
    """Send the notice to the head of the audited department; a planned audit is notified from then on.

    ``based_on`` is the id of the notice that was seen, 0 for none; the same letter sent twice is sent once.
    Raises RuleBroken for a self-inspection, an audit that is no longer open, a day before today, a text that is
    missing or nobody to send it to; Stale when somebody else sent one meanwhile.
    """
    moment = Moment.at(at)
    letter = _stripped(letter)
    head = _addressee(actor, at, audit)
    _check(letter, moment)
    with activity.action(actor, at):
        # Writing the audit makes two who send at once wait for each other, and holds off a submission.
        kept = Audit.update(current_state=Audit.current_state).where(
            Audit.id == audit.id, Audit.current_state.in_([state.value for state in EDITABLE])
        )
        if kept.execute() != 1:
            raise _over()
        latest = AuditNotice.latest(moment, audit=audit.id)
        if latest is not None and latest.id != based_on:
            if latest.recorded_by == actor.person_id and letter_of(latest) == letter:
                return latest
            raise Stale(
                {**asdict(letter_of(latest)), "by": latest.recorded_by, "at": latest.recorded_at, "row": latest.id},
                asdict(letter),
            )  # fmt: skip
        row = AuditNotice.write(
            at, actor.person_id, replaces=latest, audit=audit.id, addressee=head, **asdict(letter)
        )
        if Audit.get_by_id(audit.id).current_state == State.PLANNED:
            move(actor, at, audit.id, {State.PLANNED}, State.NOTIFIED)
        activity.record(trail.NOTICE_SENT, audit=audit.id, notice=row.id)
        tidings.tell_notice(row, {head}, at)
        return row


def answer(
    actor: Actor,
    at: datetime,
    notice: AuditNotice,
    reply: Reply,
    wished_on: date | None = None,
    comment: str = "",
) -> NoticeAnswer:
    """Acknowledge the notice or wish for another day, as the audited side; the same answer twice is one.

    Raises RuleBroken for a notice that a later one replaced, an audit that is over, a wish that names no day
    or one that has passed.
    """
    moment, comment = Moment.at(at), comment.strip()
    if reply is Reply.OTHER_DATES and wished_on is None:
        raise RuleBroken(_l("Name the day on which the audit would suit you."), "wished_on")
    if reply is Reply.OTHER_DATES and wished_on is not None and wished_on < moment.day:
        raise RuleBroken(_l("The day you wish for has passed. Name a later one."), "wished_on")
    wished_on = wished_on if reply is Reply.OTHER_DATES else None
    with activity.action(actor, at):
        before = _current(notice, moment)
        if before is not None and (before.answer, before.wished_on, before.comment) == (
            reply.value, wished_on, comment,
        ):  # fmt: skip
            return before
        row = _write(actor, at, notice, before, reply, comment, wished_on)
        tidings.tell_answered(notice, row, _senders(notice, moment), at)
        return row


def keep_dates(actor: Actor, at: datetime, notice: AuditNotice, comment: str) -> NoticeAnswer:
    """Answer a wish for other dates: they stay, for the reason given. Raises RuleBroken where none waits."""
    moment, comment = Moment.at(at), comment.strip()
    if not comment:
        raise RuleBroken(_l("Write why the dates stay. The department sees it."), "comment")
    with activity.action(actor, at):
        before = _current(notice, moment)
        if before is not None and (before.answer, before.comment) == (Reply.DATES_KEPT.value, comment):
            return before
        if before is None or before.answer != Reply.OTHER_DATES:
            raise RuleBroken(_l("No wish for other dates waits here any more. Nothing was saved."))
        row = _write(actor, at, notice, before, Reply.DATES_KEPT, comment)
        tidings.tell_kept(notice, {notice.addressee_id}, at)
        return row


def letter_of(row: AuditNotice) -> Letter:
    """Return what a sent notice says."""
    return Letter(
        visit_on=row.visit_on,
        scope=row.scope,
        method=row.method,
        papers=row.papers,
        visit_time=row.visit_time,
        place=row.place,
        remark=row.remark,
        language=row.language,
    )


def standing_answer(notice: AuditNotice, moment: Moment) -> NoticeAnswer | None:
    """Return what was answered last."""
    return NoticeAnswer.latest(moment, notice=notice.id)


def waits_for_department(standing: NoticeAnswer | None) -> bool:
    """Tell whether the audited side still has to acknowledge the notice that has this answer."""
    return standing is None or standing.answer == Reply.DATES_KEPT


def _stripped(letter: Letter) -> Letter:
    texts: dict[str, Any] = {
        name: value.strip() for name, value in asdict(letter).items() if isinstance(value, str)
    }
    return replace(letter, **texts)


def _addressee(actor: Actor, at: datetime, audit: Audit) -> int:
    if audit.kind not in list(AUDITS):
        raise RuleBroken(_l("A self-inspection is the department's own; there is no notice of it."))
    if State(audit.current_state) not in EDITABLE:
        raise _over()
    if not queries.is_auditor(actor, audit.id, at):
        check_assigner(actor, at, audit.subject)
    head = auditees.head_of(audit.subject, Moment.at(at))
    if head is None:
        raise RuleBroken(
            _l(
                "Nobody heads the department that answers for this subject, so there is nobody to send the notice to. "
                "Name a department head, or the department responsible for the subject, and send it again."
            )
        )
    return head


def _check(letter: Letter, moment: Moment) -> None:
    if letter.visit_on < moment.day:
        raise RuleBroken(_l("The day of the audit has passed. Enter today or a later day."), "visit_on")
    for field in ("scope", "method", "papers"):
        if not getattr(letter, field):
            raise RuleBroken(_l("Fill this in; the department prepares by it."), field)


def _current(notice: AuditNotice, moment: Moment) -> NoticeAnswer | None:
    """Return the answer that stands, holding the audit. Raises RuleBroken for what is no longer to be answered."""
    kept = Audit.update(current_state=Audit.current_state).where(
        Audit.id == notice.audit_id, Audit.current_state.in_([state.value for state in EDITABLE])
    )
    if kept.execute() != 1:
        raise _over()
    latest = AuditNotice.latest(moment, audit=notice.audit_id)
    if latest is None or latest.id != notice.id:
        raise RuleBroken(_l("A later notice has replaced this one. Answer the later one."))
    return NoticeAnswer.latest(moment, notice=notice.id)


def _write(
    actor: Actor,
    at: datetime,
    notice: AuditNotice,
    before: NoticeAnswer | None,
    reply: Reply,
    comment: str,
    wished_on: date | None = None,
) -> NoticeAnswer:
    row = NoticeAnswer.write(
        at, actor.person_id, replaces=before, notice=notice.id, answer=reply.value, comment=comment, wished_on=wished_on
    )  # fmt: skip
    activity.record(trail.NOTICE_ANSWERED, audit=notice.audit_id, notice=notice.id, answer=reply.value)
    return row


def _senders(notice: AuditNotice, moment: Moment) -> set[int]:
    """Return who hears of an answer: the sender and the lead auditor."""
    posts = queries.auditors([notice.audit_id], moment).get(notice.audit_id, [])
    found = {row.person_id for row in posts if row.lead}
    return found | ({notice.recorded_by} if notice.recorded_by else set())


def _over() -> RuleBroken:
    return RuleBroken(
        _l("The audit has been submitted or has ended, so there is nothing to notify or to answer any more.")
    )
