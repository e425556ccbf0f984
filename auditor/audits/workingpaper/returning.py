"""Takes a filled-in paper back: kept until it was looked at, then taken over in one action, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from auditor import activity, db
from auditor.access import Actor
from auditor.audits import conducting
from auditor.audits.models import Audit
from auditor.audits.results import EDITABLE, Result, State
from auditor.audits.workingpaper.comparing import Choice, Plan, compare
from auditor.audits.workingpaper.models import AppliedPaper, IssuedPaper, PaperTaken, PaperUpload
from auditor.audits.workingpaper.problems import ERRORS, FILE_ERRORS, refusal
from auditor.audits.workingpaper.reading import PaperFile, read_paper
from auditor.audits.workingpaper.words import headings
from auditor.clock import day_of
from auditor.errors import AuditorError, NotFound, RuleBroken
from auditor.filekinds import Refused
from auditor.language import _l

KEPT = timedelta(days=7)  # how long an upload waits

PAPER_APPLIED = activity.event_type(
    "audit.paper_applied",
    _l("Returned working paper taken over"),
    "audit",
    "paper",
    "applied",
    "changed",
    "kept",
)


class PlanChanged(AuditorError):
    """Something was entered since the preview was made: it has to be looked at once more."""


class AppliedBefore(AuditorError):
    """The upload was taken over already."""


def stage(actor: Actor, at: datetime, audit: Audit, content: bytes, filename: str) -> PaperUpload:
    """Read a file and keep what it says until it was looked at; the same file again is the same upload.

    Raises RuleBroken with the reason for a file that is no paper of this audit or cannot be taken any more.
    """
    discard_old(at)
    check_open(audit)
    try:
        file = read_paper(content, headings(audit.kind))
        paper = _paper_of(file, audit, at)
    except Refused as refused:
        raise refusal(refused) from refused
    digest = sha256(content).hexdigest()
    with db.transaction():
        db.one_at_a_time(f"paper {audit.id} {actor.person_id}")
        known: PaperUpload | None = PaperUpload.get_or_none(
            PaperUpload.paper == paper,
            PaperUpload.person == actor.person_id,
            PaperUpload.file_hash == digest,
            PaperUpload.applied.is_null(),
        )
        name = Path(filename.replace("\\", "/")).name
        made: PaperUpload = known or PaperUpload.create(
            paper=paper, person=actor.person_id, file_hash=digest, content=file.stored(), uploaded_at=at,
            filename="".join(char for char in name if char.isprintable())[-200:] or "paper.xlsx",
            expires_at=at + KEPT,
        )  # fmt: skip
    return made


def check_open(audit: Audit) -> None:
    """Raise RuleBroken for an audit whose items can no longer be changed."""
    if State(audit.current_state) not in EDITABLE:
        raise RuleBroken(FILE_ERRORS["closed"], "file")


def _paper_of(file: PaperFile, audit: Audit, at: datetime) -> IssuedPaper:
    """Return the paper that was given out as this file. Raises Refused where it is none of this audit's."""
    paper: IssuedPaper | None = IssuedPaper.get_or_none(IssuedPaper.token == file.token)
    if paper is None:
        raise Refused("unknown_paper")
    if paper.audit_id != audit.id:
        raise Refused("other_audit", number=paper.audit.number)
    if paper.expires_at <= at:
        days = {
            "issued": day_of(paper.issued_at).isoformat(),
            "expired": day_of(paper.expires_at).isoformat(),
        }
        raise Refused("expired", **days)
    return paper


def upload_for(actor: Actor, audit: Audit, upload_id: int, at: datetime) -> PaperUpload:
    """Return an upload of the person's own that still waits or was taken over. Raises NotFound."""
    row: PaperUpload | None = (
        PaperUpload.select(PaperUpload, IssuedPaper)
        .join(IssuedPaper)
        .where(
            PaperUpload.id == upload_id,
            PaperUpload.person == actor.person_id,
            IssuedPaper.audit == audit.id,
        )
        .first()
    )
    if row is None or (row.applied_id is None and row.expires_at <= at):
        raise NotFound
    return row


def plan_of(audit: Audit, upload: PaperUpload, at: datetime) -> Plan:
    """Return what taking the upload over would do now."""
    return compare(audit, PaperFile.read(upload.content), at)


def earlier(upload: PaperUpload) -> AppliedPaper | None:
    """Return when the very same file was taken over before."""
    found: AppliedPaper | None = (
        AppliedPaper.select()
        .where(AppliedPaper.paper == upload.paper_id, AppliedPaper.file_hash == upload.file_hash)
        .order_by(AppliedPaper.id.desc())
        .first()
    )
    return found


def apply(
    actor: Actor, at: datetime, audit: Audit, upload: PaperUpload, digest: str, choices: Mapping[int, Choice]
) -> AppliedPaper:
    """Take the upload over as one action and return what it did; ``choices`` by item decide its conflicts.

    Raises PlanChanged where something was entered since the plan of ``digest``, AppliedBefore for one that was
    taken over already, RuleBroken for errors, a conflict without a choice, a text that got too long, or an
    audit that is no longer open.
    """
    with activity.action(actor, at):
        conducting.hold(audit.id)
        fresh = PaperUpload.get_or_none(PaperUpload.id == upload.id)
        if fresh is None or fresh.applied_id is not None:
            raise AppliedBefore
        check_open(Audit.get_by_id(audit.id))
        plan = plan_of(audit, fresh, at)
        if plan.digest != digest:
            raise PlanChanged
        answers, kept = _answers(plan, choices)
        applied: AppliedPaper = AppliedPaper.create(
            paper=upload.paper_id, file_hash=upload.file_hash, changed=len(answers), kept=kept,
            applied_by=actor.person_id, applied_at=at,
        )  # fmt: skip
        if answers:
            conducting.record_results(actor, at, audit.id, answers)
        activity.record(
            PAPER_APPLIED, audit=audit.id, paper=upload.paper_id, applied=applied.id, changed=len(answers), kept=kept,
        )  # fmt: skip
        _remember(plan)
        PaperUpload.update(applied=applied, content={}).where(PaperUpload.id == upload.id).execute()
        return applied


def _answers(
    plan: Plan, choices: Mapping[int, Choice]
) -> tuple[dict[int, tuple[conducting.Answer, int | None]], int]:
    """Return what is to be written by item, and at how many conflicts what stands stays."""
    if plan.errors or not plan.lines:
        raise RuleBroken(_l("There is nothing that can be taken over. Nothing was changed."))
    answers: dict[int, tuple[conducting.Answer, int | None]] = {}
    kept = 0
    for line in plan.lines:
        said = line.mine
        if line.is_conflict:
            choice = choices.get(line.item.id)
            if choice is None:
                raise RuleBroken(
                    _l("Choose at every conflict what is to stand. Nothing was changed yet."),
                    str(line.item.id),
                )
            said = line.chosen(choice)
            if said.same(line.theirs):
                kept += 1
                continue
            if said.result is Result.NOT_APPLICABLE and not said.reason.strip():
                raise RuleBroken(str(ERRORS["reason_missing"]), str(line.item.id))
            if max(len(said.note), len(said.reason)) > conducting.LONGEST_TEXT:
                raise RuleBroken(
                    _l("Both texts together are too long. Choose one of them. Nothing was changed yet."),
                    str(line.item.id),
                )
        answer = conducting.Answer(said.result, said.note, said.reason)
        answers[line.item.id] = answer, line.standing.id if line.standing else None
    return answers, kept


def _remember(plan: Plan) -> None:
    """Keep, as digests, what the paper said: said once more, it is nothing new, whatever was entered since."""
    rows = [
        {"paper": line.paper.id, "item": line.item.id, "digest": line.read.digest(line.paper.token)}
        for line in plan.lines
    ]
    for place in range(0, len(rows), 500):
        PaperTaken.insert_many(rows[place : place + 500]).on_conflict_ignore().execute()


def discard(upload: PaperUpload) -> None:
    """Throw an upload away; nothing was changed by it."""
    PaperUpload.delete().where(PaperUpload.id == upload.id, PaperUpload.applied.is_null()).execute()


def discard_old(at: datetime) -> int:
    """Throw away uploads that nobody took over in time, and what is remembered of papers that have expired."""
    waited = PaperUpload.delete().where(PaperUpload.expires_at <= at).execute()
    expired = IssuedPaper.select(IssuedPaper.id).where(IssuedPaper.expires_at <= at)
    return int(waited) + int(PaperTaken.delete().where(PaperTaken.paper.in_(expired)).execute())
