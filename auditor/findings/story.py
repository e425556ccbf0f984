"""One finding as its page tells it: where it stands, who acts next and why another may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditor import clock
from auditor.access import Actor
from auditor.audits.models import AuditItem, ItemEvidence, ItemResult
from auditor.catalogue.models import Control, Subject, SubjectDetail
from auditor.dated import Moment
from auditor.evidence.models import Evidence
from auditor.findings import duedates, foureyes, verifying
from auditor.findings.duechanges import DueChange, due_rows, granted
from auditor.findings.duechanges import changes as due_changes
from auditor.findings.flow import detail_of
from auditor.findings.models import (
    ActionDetail,
    ActionEvidence,
    ActionState,
    Cause,
    Correction,
    DueRequest,
    EffectivenessCheck,
    Finding,
    FindingComment,
    FindingDetail,
    FindingState,
    ImportedFinding,
)
from auditor.findings.repeats import Repeat, repeats
from auditor.findings.rounds import standing_actions
from auditor.findings.states import Grade, Source, State
from auditor.findings.telling import responsible
from auditor.language import _
from auditor.language import current as language
from auditor.people import queries as people


@dataclass(frozen=True)
class ActionLine:
    """A corrective action with its owner, state and evidence."""

    id: int
    number: int
    text: str
    owner_id: int
    owner: str
    due_on: date
    days: int
    state: str
    since: date
    comment: str
    by: str
    withdrawn: bool
    reason: str
    evidence: list[Evidence]
    older: dict[int, list[Evidence]]  # by evidence, the versions that it replaced here, the latest first
    detail_id: int
    state_id: int

    @property
    def late(self) -> bool:
        return self.state != "done" and self.days < 0 and not self.withdrawn


@dataclass(frozen=True)
class Story:
    """Everything the page shows, read in a constant number of queries."""

    finding: Finding
    detail: FindingDetail
    state: FindingState
    history: list[FindingState]
    cause: Cause | None
    correction: Correction | None
    actions: list[ActionLine]
    comments: list[FindingComment]
    changes: list[DueChange]
    request: DueRequest | None
    check: EffectivenessCheck | None
    evidence: list[Evidence]
    repeats: list[Repeat]
    names: dict[int, str]
    head_id: int | None
    verifier_ids: set[int]
    fixer_ids: set[int]
    department: str
    subject_control: Control | None
    moment: Moment
    imported: ImportedFinding | None = None  # of a finding of earlier years that was imported

    @property
    def grade(self) -> Grade:
        return Grade(self.detail.grade)

    @property
    def stands(self) -> State:
        return State(self.finding.current_state)

    @property
    def returned(self) -> str:
        """Return "sent_back" or "reopened" when the last step led back, with its reason; else ""."""
        before = State(self.history[-2].state) if len(self.history) > 1 else None
        if before is State.EFFECTIVENESS and self.stands is State.ACTING:
            return "reopened"
        back = {State.ANSWERED: State.RECORDED, State.VERIFYING: State.ACTING}
        return "sent_back" if before is not None and back.get(before) is self.stands else ""

    @property
    def source(self) -> Source:
        return Source(self.finding.source)

    @property
    def days(self) -> int:
        return (self.detail.due_on - self.moment.day).days

    @property
    def age(self) -> int:
        until = self.state.valid_from if self.stands.final else self.moment.day
        return (until - self.finding.found_on).days

    @property
    def standing(self) -> list[ActionLine]:
        return [action for action in self.actions if not action.withdrawn]

    @property
    def done(self) -> int:
        return sum(action.state == "done" for action in self.standing)

    def name(self, person_id: int | None) -> str:
        return self.names.get(person_id or 0, "")

    @property
    def verifiers(self) -> str:
        return str(_(", ").join(sorted(self.names[one] for one in self.verifier_ids if one in self.names)))

    @property
    def fixing(self) -> str:
        return str(_(", ").join(sorted(self.names[one] for one in self.fixer_ids if one in self.names)))


def tell(actor: Actor, finding: Finding, moment: Moment) -> Story:
    """Return the story of a finding that ``actor`` may see."""
    detail = detail_of(finding, moment)
    history = list(FindingState.select().where(FindingState.finding == finding.id).order_by(FindingState.id))
    cause = Cause.latest(moment, finding=finding.id)
    correction = Correction.latest(moment, finding=finding.id)
    comments = list(
        FindingComment.select().where(FindingComment.finding == finding.id).order_by(FindingComment.id)
    )
    head_id = responsible(detail.department_id, moment)
    fixers = foureyes.fixed_by(finding)
    verifier_ids = foureyes.first_in_line(finding, moment)
    tree = people.tree(moment)
    actions, owners = _actions(finding, moment)
    dues = due_rows(finding)
    asked = {one.decided_at: one.request for one in granted(finding)}
    request = duedates.waiting_request(finding)
    wanted = {
        finding.found_by_id,
        head_id,
        *fixers,
        *verifier_ids,
        *owners,
        *(row.recorded_by for row in dues),
        *(row.asked_by_id for row in asked.values()),
        *(row.recorded_by for row in history),
        *(row.author_id for row in comments),
        request.asked_by_id if request else None,
    }
    names = people.names(wanted, moment)
    return Story(
        finding=finding,
        detail=detail,
        state=history[-1],
        history=history,
        cause=cause,
        correction=correction,
        actions=[_line(*parts, names, moment) for parts in actions],
        comments=comments,
        changes=due_changes(dues, asked, names),
        request=request,
        check=verifying.open_check(finding),
        evidence=_item_evidence(finding, moment),
        repeats=repeats(actor, finding.control_id, finding.recorded_at, finding.id, moment, tree),
        names=names,
        head_id=head_id,
        verifier_ids=verifier_ids,
        fixer_ids=fixers,
        department=tree.name(detail.department_id, language()),
        subject_control=finding.control if finding.control_id else None,
        moment=moment,
        imported=ImportedFinding.get_or_none(ImportedFinding.finding == finding.id),
    )


def _actions(
    finding: Finding, moment: Moment
) -> tuple[list[tuple[ActionDetail, ActionState, list[Evidence], dict[int, Evidence]]], set[int | None]]:
    rows = standing_actions(finding, moment)
    ids = [row.corrective_action_id for row in rows]
    steps = {
        row.corrective_action_id: row
        for row in ActionState.standing(moment, ActionState.corrective_action.in_(ids))
    }
    given: dict[int, list[Evidence]] = {}
    replaced: dict[int, dict[int, Evidence]] = {}
    stated = ActionEvidence.standing(moment, ActionEvidence.corrective_action.in_(ids))
    for row in stated.select(ActionEvidence, Evidence).join(Evidence):
        if row.held:
            given.setdefault(row.corrective_action_id, []).append(row.evidence)
        else:
            replaced.setdefault(row.corrective_action_id, {})[row.evidence_id] = row.evidence
    people_of: set[int | None] = {row.owner_id for row in rows}
    people_of |= {step.recorded_by for step in steps.values()}
    return [
        (
            row,
            steps[row.corrective_action_id],
            given.get(row.corrective_action_id, []),
            replaced.get(row.corrective_action_id, {}),
        )
        for row in rows
    ], people_of


def _older(one: Evidence, replaced: dict[int, Evidence]) -> list[Evidence]:
    found = []
    while (before := replaced.get(one.replaces_id or 0)) is not None:
        found.append(before)
        one = before
    return found


def _line(
    row: ActionDetail,
    step: ActionState,
    given: list[Evidence],
    replaced: dict[int, Evidence],
    names: dict[int, str],
    moment: Moment,
) -> ActionLine:
    return ActionLine(
        id=row.corrective_action_id,
        number=row.corrective_action.number,
        text=row.text,
        owner_id=row.owner_id,
        owner=names.get(row.owner_id, ""),
        due_on=row.due_on,
        days=(row.due_on - moment.day).days,
        state=step.state,
        since=clock.day_of(step.recorded_at),
        comment=step.comment,
        by=names.get(step.recorded_by or 0, ""),
        withdrawn=row.withdrawn,
        reason=row.reason,
        evidence=given,
        older={one.id: _older(one, replaced) for one in given},
        detail_id=row.id,
        state_id=step.id,
    )


def _item_evidence(finding: Finding, moment: Moment) -> list[Evidence]:
    if finding.item_id is None:
        return []
    rows = ItemEvidence.standing(moment, ItemEvidence.item == finding.item_id)
    held = rows.select(ItemEvidence, Evidence).join(Evidence).where(ItemEvidence.held)
    return [row.evidence for row in held]


def latest_result(item: AuditItem, moment: Moment) -> ItemResult | None:
    """Return what the auditor found for the item."""
    return ItemResult.latest(moment, item=item.id)


def department_of(subject: Subject, moment: Moment) -> int | None:
    """Return the department that is the subject, or that is responsible for it."""
    if subject.department_id is not None:
        return subject.department_id
    row = SubjectDetail.latest(moment, subject=subject.id)
    return row.owner_id if row else None
