"""Proves that nothing was changed, removed or slipped in behind the application's back (design §3.9)."""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor import activity, db
from auditor.activity import GENESIS, ActivityEvent, ActivityRows
from auditor.db import CountedModel, PersonalModel
from auditor.evidence.actions import path_of
from auditor.evidence.models import StoredFile
from auditor.integrity import outside
from auditor.integrity.checks import derived_mismatches
from auditor.integrity.erasure import FILE_ERASED, PERSON_ERASED
from auditor.integrity.texts import TEXT_ERASED
from auditor.language import _
from auditor.people.models import PersonDetail

_LEAF = struct.Struct(">Q16s")


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and which event witnessed the right state."""

    code: str
    table: str = ""
    row: int = 0
    event: int = 0
    detail: str = ""

    def __str__(self) -> str:
        place = {"table": self.table, "row": self.row, "event": self.event, "detail": self.detail}
        texts = {
            "event_changed": _("Event %(event)d of the log was changed.", **place),
            "event_missing": _("Event %(event)d of the log is missing.", **place),
            "event_added": _("Event %(event)d was slipped into the log.", **place),
            "head_missing": _("The log ends before event %(event)d, which was its end once: events were removed.", **place),
            "head_differs": _("Event %(event)d is not the one that the kept end of the log names.", **place),
            "head_unreadable": _("%(detail)s cannot be read: it kept the end of the log outside the database. Compare it with a backup, then remove it.", **place),
            "witness_changed": _("The digests of event %(event)d for table %(table)s were changed.", **place),
            "witness_missing": _("The digests of event %(event)d for table %(table)s are missing.", **place),
            "witness_added": _("Digests for table %(table)s were slipped in for event %(event)d.", **place),
            "row_changed": _("%(table)s %(row)d was changed after event %(event)d.", **place),
            "row_removed": _("%(table)s %(row)d was removed after event %(event)d.", **place),
            "row_added": _("%(table)s %(row)d was slipped in: no event tells of it.", **place),
            "value_changed": _("%(table)s %(row)d: personal values were changed.", **place),
            "columns_unknown": _("%(table)s: event %(event)d covers columns that no longer exist (%(detail)s).", **place),
            "derived": _("%(table)s %(row)d: the current state does not agree with the dated rows (%(detail)s).", **place),
            "erased_silently": _("%(table)s %(row)d was emptied: no event tells of an erasure.", **place),
            "erasure_forgotten": _("Event %(event)d, an erasure, is in the list kept outside and not in the log: what it erased may be back.", **place),
            "erasures_unreadable": _("%(detail)s cannot be read: it lists what was erased. Remove it; it is written anew.", **place),
            "file_missing": _("Evidence file %(row)d (%(detail)s) is missing.", **place),
            "file_unreadable": _("Evidence file %(row)d (%(detail)s) cannot be read.", **place),
            "file_changed": _("Evidence file %(row)d (%(detail)s) was changed.", **place),
        }  # fmt: skip
        return str(texts[self.code])


@dataclass(frozen=True)
class Report:
    """What was looked at, and the problems in the order in which they were found."""

    problems: list[Problem]
    events: int
    rows: int
    files: int
    head: tuple[int, str]
    behind: int = 0  # the event that the kept head still names, where the log has gone on

    @property
    def clean(self) -> bool:
        return not self.problems


def verify(evidence_folder: Path) -> Report:
    """Check chain, rows, personal values, derived columns and evidence files; changes nothing."""
    chain = _Chain()
    problems = list(chain.problems())
    rows = 0
    for model in db.counted_models():
        checked = _Table(model, chain)
        problems.extend(checked.problems())
        rows += checked.rows
    problems.extend(_strange_witnesses())
    problems.extend(Problem("derived", table, row, detail=what) for table, row, what in derived_mismatches())
    problems.extend(_silent_erasures())
    problems.extend(_forgotten_erasures())
    files = list(StoredFile.select().where(StoredFile.erased_at.is_null()).order_by(StoredFile.id))
    problems.extend(problem for stored in files for problem in _file_problems(stored, evidence_folder))
    head, kept = activity.head(), activity.kept_head()
    behind = kept[0] if kept is not None and kept[0] < head[0] else 0
    return Report(problems, chain.events, rows, len(files), head, behind)


def table_problems(model: type[CountedModel], chain: _Chain) -> list[Problem]:
    """Return what is wrong with the rows of one counted table; ``chain`` is a log that was read."""
    return list(_Table(model, chain).problems())


def read_log() -> tuple[_Chain, list[Problem]]:
    """Read the log once, for ``table_problems``, and return it with what is wrong with its links."""
    chain = _Chain()
    return chain, list(chain.problems())


@dataclass(frozen=True)
class _Erased:
    """An event that tells of an erased text: its row had one digest before and has another since."""

    seq: int
    data: dict[str, Any]


class _Chain:
    """Reads the log once: checks its links and keeps which event witnesses which table."""

    def __init__(self) -> None:
        self.events = 0
        self.witnessed: dict[tuple[int, str], tuple[list[str], int, str]] = {}
        self.erased: dict[str, list[_Erased]] = defaultdict(list)

    def problems(self) -> Iterator[Problem]:
        seq, prev = 0, GENESIS
        kept = activity.kept_head()
        unreadable = activity.unreadable_head()
        if unreadable is not None:
            yield Problem("head_unreadable", detail=unreadable.name)
        for event in ActivityEvent.select().order_by(ActivityEvent.seq).iterator():
            self.events += 1
            if event.seq < 1:
                yield Problem("event_added", event=event.seq)
                continue
            for missing in range(seq + 1, event.seq):
                yield Problem("event_missing", event=missing)
            gap = event.seq != seq + 1
            if event.link() != event.hash or (event.prev != prev and not gap):
                yield Problem("event_changed", event=event.seq)
            if kept is not None and event.seq == kept[0] and event.hash != kept[1]:
                yield Problem("head_differs", event=event.seq)
            for table, columns, count, digest in event.rows:
                self.witnessed[event.seq, table] = (columns, count, digest)
            if event.type == TEXT_ERASED.name and event.link() == event.hash:
                self.erased[event.data["table"]].append(_Erased(event.seq, event.data))
            seq, prev = event.seq, event.hash
        if kept is not None and kept[0] > seq:
            yield Problem("head_missing", event=kept[0])


class _Table:
    """Compares the rows of one counted table with what the log witnesses of them."""

    def __init__(self, model: type[CountedModel], chain: _Chain) -> None:
        self.model = model
        self.name = str(model._meta.table_name)
        self.chain = chain
        self.rows = 0
        self.expected: dict[int, tuple[bytes, int]] = {}
        self.covered: dict[int, list[str]] = {}  # of rows that differ from what their own event covers

    def problems(self) -> Iterator[Problem]:
        yield from self._read_witnesses()
        yield from self._read_erasures()
        columns = self.model.digest_columns()
        fields = [self.model._meta.columns[name] for name in columns]
        query = self.model.select(self.model.id, *fields).order_by(self.model.id).tuples()
        for row in query.iterator():
            self.rows += 1
            yield from self._compare(row[0], columns, row[1:])
        for row_id, (_digest, seq) in sorted(self.expected.items()):
            yield Problem("row_removed", self.name, row_id, seq)
        if issubclass(self.model, PersonalModel):
            yield from self._personal()

    def _read_witnesses(self) -> Iterator[Problem]:
        seen = set()
        for witness in (
            ActivityRows.select().where(ActivityRows.table == self.name).order_by(ActivityRows.id).iterator()
        ):
            entry = self.chain.witnessed.get((witness.seq, self.name))
            leaves = bytes(witness.leaves)
            if entry is None or witness.seq in seen:
                yield Problem("witness_added", self.name, event=witness.seq)
                continue
            seen.add(witness.seq)
            if hashlib.sha256(leaves).hexdigest() != entry[2]:
                yield Problem("witness_changed", self.name, event=witness.seq)
            if len(leaves) % _LEAF.size == 0:
                for row_id, digest in _LEAF.iter_unpack(leaves):
                    self.expected[row_id] = (digest, witness.seq)
        for seq, table in self.chain.witnessed:
            if table == self.name and seq not in seen:
                yield Problem("witness_missing", self.name, event=seq)

    def _read_erasures(self) -> Iterator[Problem]:
        """From an erasure on a row has the digest that its event names; the one before must be what it was."""
        for erased in self.chain.erased.get(self.name, ()):
            row_id = erased.data["row"]
            before = self.expected.get(row_id)
            if before is None or before[0].hex() != erased.data["was"]:
                yield Problem("row_changed", self.name, row_id, before[1] if before else erased.seq)
            self.expected[row_id] = (bytes.fromhex(erased.data["now"]), erased.seq)
            self.covered[row_id] = erased.data["columns"]

    def _compare(self, row_id: int, columns: list[str], values: tuple[Any, ...]) -> Iterator[Problem]:
        if row_id not in self.expected:
            yield Problem("row_added", self.name, row_id)
            return
        digest, seq = self.expected.pop(row_id)
        entry = self.chain.witnessed.get((seq, self.name))
        covered = self.covered.get(row_id) or (entry[0] if entry else columns)
        if covered != columns:
            # A later version added columns: the digest still covers those it names.
            missing = [name for name in covered if name not in columns]
            if missing:
                yield Problem("columns_unknown", self.name, row_id, seq, ", ".join(missing))
                return
            by_name = dict(zip(columns, values, strict=True))
            values = tuple(by_name[name] for name in covered)
        if db.row_digest(self.name, covered, values) != digest:
            yield Problem("row_changed", self.name, row_id, seq)

    def _personal(self) -> Iterator[Problem]:
        model: Any = self.model
        for row in model.select().where(model.erased_at.is_null()).order_by(model.id).iterator():
            values = [getattr(row, name) for name in model.personal]
            if row.salt is None or db.personal_hash(row.salt, values) != row.value_hash:
                yield Problem("value_changed", self.name, row.id)


def _strange_witnesses() -> Iterator[Problem]:
    """Digests of a table that does not exist can only have been slipped in, or belong to a newer version."""
    known = [str(model._meta.table_name) for model in db.counted_models()]
    for witness in ActivityRows.select(ActivityRows.seq, ActivityRows.table).where(
        ActivityRows.table.not_in(known)
    ):
        yield Problem("witness_added", witness.table, event=witness.seq)


def _silent_erasures() -> Iterator[Problem]:
    """What was emptied must have been erased by the application: an event names the person or the file."""
    told: dict[str, set[int]] = {"person": set(), "file": set()}
    erasures = ActivityEvent.select(ActivityEvent.data).where(
        ActivityEvent.type.in_((PERSON_ERASED.name, FILE_ERASED.name))
    )
    for event in erasures:
        for what, ids in told.items():
            ids.update([event.data[what]] if what in event.data else [])
    for row in PersonDetail.select(PersonDetail.id, PersonDetail.person).where(
        PersonDetail.erased_at.is_null(False)
    ):
        if row.person_id not in told["person"]:
            yield Problem("erased_silently", "person_detail", row.id)
    for stored in StoredFile.select(StoredFile.id).where(StoredFile.erased_at.is_null(False)):
        if stored.id not in told["file"]:
            yield Problem("erased_silently", "stored_file", stored.id)


def _forgotten_erasures() -> Iterator[Problem]:
    try:
        yield from (Problem("erasure_forgotten", event=seq) for seq in outside.forgotten())
    except ValueError:
        yield Problem("erasures_unreadable", detail=outside.ERASURES)


def _file_problems(stored: StoredFile, folder: Path) -> Iterator[Problem]:
    try:
        with path_of(folder, stored.sha256).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != stored.sha256:
                yield Problem("file_changed", row=stored.id, detail=stored.sha256[:12])
    except FileNotFoundError:
        yield Problem("file_missing", row=stored.id, detail=stored.sha256[:12])
    except OSError:
        yield Problem("file_unreadable", row=stored.id, detail=stored.sha256[:12])
