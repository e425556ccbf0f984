"""Erases again what had been erased after a backup was made: a restore must not bring it back (design §3.11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.access import Actor
from auditor.activity import ActivityEvent
from auditor.evidence.models import StoredFile
from auditor.integrity import erasure, texts
from auditor.integrity.written import Text
from auditor.language import _
from auditor.people.models import Person


def erase_again(actor: Actor, events: Iterable[ActivityEvent], folder: Path, at: datetime) -> int:
    """Do the erasures that ``events`` tell of; returns how many there was something left for.

    What came after the backup, and so is not there, is passed over.
    """
    done, told = 0, list(events)
    for event in told:
        if event.type == erasure.PERSON_ERASED.name:
            done += _person(actor, event.data["person"], at)
        elif event.type == erasure.FILE_ERASED.name:
            done += _file(actor, event.data["sha256"], folder, at)
    written = list(_texts(event.data for event in told if event.type == texts.TEXT_ERASED.name))
    return done + (texts.erase_texts(actor, written, _reason(), at) if written else 0)


def _person(actor: Actor, person_id: int, at: datetime) -> bool:
    """Who has left since is still on the roster of the backup: erased nevertheless."""
    there = Person.get_or_none(Person.id == person_id) is not None
    return there and erasure.empty_person(actor, person_id, at) > 0


def _file(actor: Actor, sha256: str, folder: Path, at: datetime) -> bool:
    stored = StoredFile.get_or_none(StoredFile.sha256 == sha256, StoredFile.erased_at.is_null())
    return stored is not None and erasure.erase_file(actor, stored, folder, _reason(), at)


def _texts(told: Iterable[dict[str, Any]]) -> Iterator[Text]:
    """Give the texts that still stand in the rows that were meant: the first digest told of a row says so."""
    meant: set[tuple[str, int]] = set()
    for one in told:
        table, row = one["table"], one["row"]
        if (table, row) in meant or texts.stands(table, row, one["column"], one["was"]):
            meant.add((table, row))
            yield Text(table, row, one["column"], "", "", None)


def _reason() -> str:
    return str(_("Erased before; erased again after a restore."))
