"""What people wrote, wherever it stands: found by words, by a person's names, or by what it belongs to."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from peewee import Expression

from auditor import db
from auditor.access import Actor, Permission, Role, application
from auditor.audits import models as audits
from auditor.audits.programme import models as programme
from auditor.catalogue.models import Applicability
from auditor.db import CountedModel
from auditor.errors import NotFound
from auditor.evidence.models import Evidence
from auditor.findings import models as findings
from auditor.integrity.models import Erasure
from auditor.people.models import Person, PersonDetail
from auditor.people.names import search_key
from auditor.reports import models as reports
from auditor.training.models import AssignmentDue, Exemption


@dataclass(frozen=True)
class Place:
    """Which object the texts of a table belong to: its kind, the column with its id, and the table between."""

    kind: (
        str  # finding, audit, programme, worry, assignment, subject, evidence, erasure, qualification, series
    )
    object: Any
    through: type[CountedModel] | None = None


PLACES: dict[type[CountedModel], Place] = {
    findings.FindingDetail: Place("finding", findings.FindingDetail.finding),
    findings.FindingState: Place("finding", findings.FindingState.finding),
    findings.Cause: Place("finding", findings.Cause.finding),
    findings.Correction: Place("finding", findings.Correction.finding),
    findings.DueRequest: Place("finding", findings.DueRequest.finding),
    findings.DueDecision: Place("finding", findings.DueRequest.finding, findings.DueRequest),
    findings.ActionDetail: Place("finding", findings.CorrectiveAction.finding, findings.CorrectiveAction),
    findings.ActionState: Place("finding", findings.CorrectiveAction.finding, findings.CorrectiveAction),
    findings.Verification: Place("finding", findings.Verification.finding),
    findings.EffectivenessResult: Place(
        "finding", findings.EffectivenessCheck.finding, findings.EffectivenessCheck
    ),
    findings.FindingComment: Place("finding", findings.FindingComment.finding),
    findings.Worry: Place("worry", findings.Worry.id),
    findings.WorryState: Place("worry", findings.WorryState.worry),
    audits.AuditPlan: Place("audit", audits.AuditPlan.audit),
    audits.AuditAssignee: Place("audit", audits.AuditAssignee.audit),
    audits.AuditState: Place("audit", audits.AuditState.audit),
    audits.OutsideDecision: Place("audit", audits.AuditState.audit, audits.AuditState),
    audits.AuditorQualification: Place("qualification", audits.AuditorQualification.person),
    audits.SeriesOccurrence: Place("series", audits.SeriesOccurrence.series_of),
    audits.AuditNotice: Place("audit", audits.AuditNotice.audit),
    audits.NoticeAnswer: Place("audit", audits.AuditNotice.audit, audits.AuditNotice),
    audits.FactsRequest: Place("audit", audits.FactsRequest.audit),
    audits.FactsSkipped: Place("audit", audits.AuditState.audit, audits.AuditState),
    audits.FactsAnswer: Place("audit", audits.FactsAnswer.audit),
    audits.IndependenceSettlement: Place(
        "audit", audits.IndependenceException.audit, audits.IndependenceException
    ),
    programme.ProgrammeState: Place("programme", programme.ProgrammeState.programme),
    programme.ProgrammeEntryDetail: Place(
        "programme", programme.ProgrammeEntry.programme, programme.ProgrammeEntry
    ),
    programme.CellNotNeeded: Place("programme", programme.CellNotNeeded.programme),
    audits.ItemResult: Place("audit", audits.AuditItem.audit, audits.AuditItem),
    audits.AuditConclusion: Place("audit", audits.AuditConclusion.audit),
    audits.ImportedAudit: Place("audit", audits.ImportedAudit.audit),
    AssignmentDue: Place("assignment", AssignmentDue.assignment),
    Exemption: Place("assignment", Exemption.assignment),
    reports.YearOpinion: Place("year_report", reports.YearOpinion.report),
    reports.YearReportState: Place("year_report", reports.YearReportState.report),
    Applicability: Place("subject", Applicability.subject),
    Evidence: Place("evidence", Evidence.file),
    Erasure: Place("erasure", Erasure.id),
}
_TABLES = {str(model._meta.table_name): model for model in PLACES}
_NUMBERED: dict[str, type[Any]] = {
    "finding": findings.Finding,
    "audit": audits.Audit,
    "worry": findings.Worry,
}


@dataclass(frozen=True)
class Text:
    """One text: where it stands, what it says, and the object it belongs to."""

    table: str
    row: int
    column: str
    value: str
    kind: str
    object_id: int | None  # of evidence: its file; None for a link
    number: str = ""  # of the object, where it has one

    @property
    def key(self) -> str:
        """What a form sends for it."""
        return f"{self.table}:{self.row}:{self.column}"


def model_of(table: str, column: str) -> type[CountedModel]:
    """Return the table. Raises NotFound where there is none of this name, or no such written column in it."""
    model = _TABLES.get(table)
    if model is None or column not in model.written_columns():
        raise NotFound
    return model


def mentioning(actor: Actor, words: Iterable[str], most: int) -> tuple[list[Text], bool]:
    """Return up to ``most`` texts in which one of ``words`` occurs, and whether there are more.

    Width, kana and variants of characters are folded; a Latin word is found as a whole word only.
    """
    wanted = [_matcher(word) for word in words]
    found: list[Text] = []
    for text in _texts(actor) if wanted else ():
        if any(matches(text.value) for matches in wanted):
            if len(found) == most:
                return _numbered(found), True
            found.append(text)
    return _numbered(found), False


def belonging_to(actor: Actor, kind: str, object_id: int) -> list[Text]:
    """Return the texts of one finding, audit, report or assignment; its evidence included."""
    held = _evidence_of(kind, object_id)
    return _numbered(
        text
        for text in _texts(actor, kind, object_id, held)
        if (text.kind, text.object_id) == (kind, object_id) or text.kind == "evidence"
    )


def chosen(actor: Actor, keys: Iterable[str]) -> list[Text]:
    """Return the texts that a form names. Raises NotFound for what does not exist or is not the actor's."""
    wanted: dict[tuple[str, int], set[str]] = defaultdict(set)
    for key in dict.fromkeys(keys):
        table, row, column = (*key.split(":"), "", "")[:3]
        model_of(table, column)
        if not row.isascii() or not row.isdigit() or len(row) > 9:
            raise NotFound
        wanted[table, int(row)].add(column)
    found = []
    for table in sorted({table for table, _row in wanted}):
        rows = [row for name, row in wanted if name == table]
        model = _TABLES[table]
        found += [
            text for text in _of(model, actor, model.id.in_(rows)) if text.column in wanted[table, text.row]
        ]
    if len(found) != sum(map(len, wanted.values())):
        raise NotFound
    return _numbered(found)


def of_file(file_id: int) -> list[Text]:
    """Return the names and notes under which a file was given as evidence, by whomever."""
    return list(_of(Evidence, application("erasure"), Evidence.file == file_id))


def words_of(person_id: int) -> list[str]:
    """Return every name, reading, number and address that the person has or had and that is not erased."""
    words: list[str | None] = [Person.get_by_id(person_id).employee_number]
    for row in PersonDetail.select().where(PersonDetail.person == person_id).order_by(PersonDetail.id):
        words += [row.family_name, row.given_name, row.family_kana, row.given_kana, row.romanised, row.email]
    return [word for word in dict.fromkeys(words) if word and _is_telling(word)]


def _is_telling(word: str) -> bool:
    """A single kana or letter is in nearly every text; a single kanji can be a whole name."""
    key = search_key(word)
    return len(key) > 1 or (bool(key) and "CJK" in unicodedata.name(key, ""))


def _matcher(word: str) -> Callable[[str], bool]:
    folded = unicodedata.normalize("NFKC", word).casefold().strip()
    if folded.isascii():
        whole = re.compile(rf"(?<![0-9a-z]){re.escape(folded)}(?![0-9a-z])")
        return lambda value: bool(whole.search(unicodedata.normalize("NFKC", value).casefold()))
    key = search_key(word)
    return lambda value: bool(key) and key in search_key(value)


def _texts(
    actor: Actor, kind: str = "", object_id: int = 0, evidence: list[int] | None = None
) -> Iterator[Text]:
    """Return the texts of all tables, or of one object: one query a table."""
    for model, place in PLACES.items():
        if not kind:
            yield from _of(model, actor)
        elif place.kind == kind:
            yield from _of(model, actor, place.object == object_id)
        elif place.kind == "evidence" and evidence:
            yield from _of(model, actor, Evidence.id.in_(evidence))


def _of(model: type[CountedModel], actor: Actor, where: Expression | None = None) -> Iterator[Text]:
    """Return what is written in the rows of one table; neither what is empty nor what is erased."""
    place = PLACES[model]
    if place.kind != "worry" and not actor.may(Permission.PERSONAL_ERASE):
        return  # the head of audit erases in reports alone
    columns = model.written_columns()
    query = model.select(
        model.id, place.object.alias("object"), *(model._meta.fields[name] for name in columns)
    )
    if place.through is not None:
        query = query.join(place.through)
    if where is not None:
        query = query.where(where)
    if place.kind == "worry":
        query = query.where(place.object.in_(_readable_worries(actor)))
    table = str(model._meta.table_name)
    for row_id, object_id, *values in query.order_by(model.id).tuples().iterator():
        for column, value in zip(columns, values, strict=True):
            if value and not isinstance(value, db.ErasedText):
                yield Text(table, row_id, column, value, place.kind, object_id)


def _readable_worries(actor: Actor) -> Any:
    """A report is seen by whom it was addressed to, also here; the operator's command line reaches all."""
    roles = [role.value for role in (Role.ADMINISTRATOR, Role.HEAD_OF_AUDIT) if role in actor.roles]
    query = findings.Worry.select(findings.Worry.id)
    return query if actor.system else query.where(findings.Worry.recipient.in_(roles))


def _evidence_of(kind: str, object_id: int) -> list[int]:
    held: Any = []
    if kind == "finding":
        held = (
            findings.ActionEvidence.select(findings.ActionEvidence.evidence)
            .join(findings.CorrectiveAction)
            .where(findings.CorrectiveAction.finding == object_id)
        )
    elif kind == "audit":
        held = (
            audits.ItemEvidence.select(audits.ItemEvidence.evidence)
            .join(audits.AuditItem)
            .where(audits.AuditItem.audit == object_id)
        )
    return sorted({row.evidence_id for row in held})


def _numbered(texts: Iterable[Text]) -> list[Text]:
    """Return the texts with the numbers of their objects: one query a kind."""
    texts = list(texts)
    numbers: dict[tuple[str, int | None], str] = {}
    for kind, model in _NUMBERED.items():
        ids = {text.object_id for text in texts if text.kind == kind}
        if ids:
            rows = model.select(model.id, model.number).where(model.id.in_(ids)).tuples()
            numbers.update({(kind, row_id): number for row_id, number in rows})
    return [replace(text, number=numbers.get((text.kind, text.object_id), "")) for text in texts]
