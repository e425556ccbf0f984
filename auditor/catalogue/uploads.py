"""A catalogue file between its upload and its import: kept as it came, read again, compared, thrown away."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auditor.catalogue.entries import CatalogueFile
from auditor.catalogue.models import CatalogueUpload, CatalogueVersion, Control, Measure
from auditor.catalogue.reading import read
from auditor.errors import NotFound

KEPT = timedelta(days=7)


def keep(person_id: int, name: str, content: bytes, at: datetime) -> CatalogueUpload:
    """Keep an uploaded file for its author to look at, once however often it is sent; older ones are thrown away.

    Raises CatalogueRefused with every problem of the file.
    """
    name = Path(name.replace("\\", "/")).name[:200] or "catalogue.yaml"
    read_text(content, name)
    CatalogueUpload.delete().where(CatalogueUpload.uploaded_at < at - KEPT).execute()
    text = content.decode("utf-8-sig")
    mine = CatalogueUpload.select().where(CatalogueUpload.person == person_id, CatalogueUpload.name == name)
    twin: CatalogueUpload | None = next((one for one in mine if one.text == text), None)
    return twin or CatalogueUpload.create(person=person_id, name=name, text=text, uploaded_at=at)


def upload_for(person_id: int | None, upload_id: int) -> CatalogueUpload:
    """Return an upload of the person's own. Raises NotFound for anybody else's."""
    upload: CatalogueUpload | None = CatalogueUpload.get_or_none(
        CatalogueUpload.id == upload_id, CatalogueUpload.person == person_id
    )
    if upload is None:
        raise NotFound
    return upload


def read_text(content: bytes, name: str) -> CatalogueFile:
    """Return what a file says; raises CatalogueRefused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload.yaml"
        path.write_bytes(content)
        return read(path, name)


@dataclass(frozen=True)
class Changed:
    """A row that both versions hold and that says something else; ``before`` and ``after`` by field."""

    code: str
    title: Any
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Difference:
    """What a file would change against the version in use: codes with their entries or rows."""

    new: list[Any]
    changed: list[Changed]
    removed: list[Any]
    same: int


_CONTROL = {
    "title_ja": lambda entry: entry.title.ja,
    "title_en": lambda entry: entry.title.en,
    "question_ja": lambda entry: entry.question.ja,
    "question_en": lambda entry: entry.question.en,
    "guidance_ja": lambda entry: entry.guidance.ja,
    "guidance_en": lambda entry: entry.guidance.en,
    "target": lambda entry: entry.target,
    "basis": lambda entry: entry.basis,
    "frequency": lambda entry: entry.frequency,
    "details": lambda entry: entry.details(),
}
_MEASURE = {
    "title_ja": lambda entry: entry.title.ja,
    "title_en": lambda entry: entry.title.en,
    "text_ja": lambda entry: entry.measure.ja,
    "text_en": lambda entry: entry.measure.en,
    "strength": lambda entry: entry.strength,
    "details": lambda entry: entry.details(),
}


def difference(file: CatalogueFile, version: CatalogueVersion | None) -> Difference:
    """Return what ``file`` adds, changes and removes against ``version`` (None: everything is new): one query."""
    guideline = file.kind == "guideline"
    fields: dict[str, Any] = _MEASURE if guideline else _CONTROL
    entries: dict[str, Any] = {entry.code: entry for entry in (file.measures if guideline else file.controls)}
    rows: dict[str, Any] = {}
    if version is not None and guideline:
        rows = {row.key: row for row in Measure.select().where(Measure.version == version)}
    elif version is not None:
        rows = {row.code: row for row in Control.select().where(Control.version == version)}
    changed = [
        Changed(code, entry.title, differing)
        for code, entry in entries.items()
        if code in rows and (differing := _differing(fields, rows[code], entry))
    ]
    return Difference(
        new=[entry for code, entry in entries.items() if code not in rows],
        changed=changed,
        removed=[(code, row) for code, row in rows.items() if code not in entries],
        same=len(entries.keys() & rows.keys()) - len(changed),
    )


def _differing(fields: dict[str, Any], row: Any, entry: Any) -> list[tuple[str, str, str]]:
    found = []
    for name, of in fields.items():
        before, after = getattr(row, name), of(entry)
        if name == "details":
            before, after = _plain(before), _plain(after)
        if before != after:
            found.append((name, "" if name == "details" else before, "" if name == "details" else after))
    return found


def _plain(value: Any) -> Any:
    """Return tuples as the lists that JSON makes of them."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
