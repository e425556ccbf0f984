"""The file that a backup is: a ZIP archive of tables as JSON lines, evidence by hash, and a manifest.

The manifest names every table with its columns, rows, length and SHA-256, and carries a mark (HMAC) made
with the key of the log, which itself is not inside: whoever lacks the key cannot change a backup unseen.
Nothing of the archive is ever used as a path.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from auditor.errors import AuditorError
from auditor.language import _, _l

FORMAT = 1
LONGEST_MANIFEST = 64 * 1024 * 1024  # bytes
LONGEST_LINE = 256 * 1024 * 1024  # bytes: one row; the digests of a bulk action are the longest
_MANIFEST, _MARK = "manifest.json", "manifest.mac"
_EVIDENCE = re.compile(r"evidence/([0-9a-f]{2})/(\1[0-9a-f]{62})")
_CHUNK = 1024 * 1024
# What zipfile raises over a damaged archive; OSError where it is told to look before the beginning of the file.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
)  # fmt: skip


class BadBackup(AuditorError):
    """The file is not what a restore can take; says why, and that nothing was restored."""

    def __init__(self, why: Any) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        nothing = _("Nothing was restored.")
        return f"{self.why} {nothing}"


@dataclass(frozen=True)
class TableEntry:
    """What the manifest says of one table."""

    name: str
    columns: list[str]
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, by whom and when it was made."""

    format: int
    product: str  # version of the program that made it
    made_at: str  # instant, with its zone
    engine: str
    migrations: list[str]
    head: list[Any]  # number and hash of the last event
    key_check: str
    tables: list[TableEntry]
    files: int
    file_bytes: int
    lacking: list[str] = field(default_factory=list)  # SHA-256 of evidence that could not be copied
    environment: dict[str, str] = field(default_factory=dict)


def key_check(key: bytes) -> str:
    """Return what tells two keys apart and gives neither away."""
    return hmac.new(key, b"which key made this backup", hashlib.sha256).hexdigest()[:16]


def _mark(key: bytes, manifest: bytes) -> str:
    return hmac.new(key, b"backup manifest\n" + manifest, hashlib.sha256).hexdigest()


class Writer:
    """Writes one archive to an open file."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._neutral = json.JSONEncoder(default=_neutral, ensure_ascii=False, separators=(",", ":")).encode
        self.tables: list[TableEntry] = []
        self.files = self.file_bytes = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is not None:
            with suppress(OSError, ValueError):  # the file is thrown away, whatever its end looks like
                self._zip.close()

    def table(self, name: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
        """Add a table, row by row."""
        digest, length, count = hashlib.sha256(), 0, 0
        with self._zip.open(f"tables/{name}.jsonl", "w", force_zip64=True) as out:
            for row in rows:
                line = self._neutral(row).encode() + b"\n"
                digest.update(line)
                length += len(line)
                count += 1
                out.write(line)
        self.tables.append(TableEntry(name, columns, count, length, digest.hexdigest()))

    def evidence(self, sha256: str, path: Path) -> None:
        """Add a file whose content was found to be what its name says."""
        name = zipfile.ZipInfo(f"evidence/{sha256[:2]}/{sha256}", (1980, 1, 1, 0, 0, 0))
        name.external_attr = 0o600 << 16
        with path.open("rb") as file, self._zip.open(name, "w", force_zip64=True) as out:
            while chunk := file.read(_CHUNK):
                self.file_bytes += len(chunk)
                out.write(chunk)
        self.files += 1

    def close(self, key: bytes, **said: Any) -> Manifest:
        """Write the manifest and its mark, and end the archive."""
        manifest = Manifest(
            format=FORMAT, key_check=key_check(key), tables=self.tables, files=self.files,
            file_bytes=self.file_bytes, **said,
        )  # fmt: skip
        body = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        self._zip.writestr(_MANIFEST, body)
        self._zip.writestr(_MARK, _mark(key, body))
        self._zip.close()
        return manifest


def _neutral(value: Any) -> Any:
    """What JSON has no form for, in one that both databases take."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    raise TypeError(type(value).__name__)


def _bytes(value: dict[str, Any]) -> bytes:
    """Values of a row are never objects, so the only one is what stands for bytes."""
    return base64.b64decode(value["base64"], validate=True)


class Reader:
    """An archive whose table of contents was read and agrees with its manifest."""

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest, marked: Callable[[bytes], bool]) -> None:
        self._zip = file
        self.manifest = manifest
        self._marked = marked

    def check_key(self, key: bytes) -> None:
        """Raise BadBackup for a key that is not the one it was made with, and for a manifest changed since."""
        if key_check(key) != self.manifest.key_check:
            raise BadBackup(_l("The key of the log given here is not the one this backup was made with."))
        if not self._marked(key):
            raise BadBackup(_l("The list of contents of this backup was changed after it was made."))

    def rows(self, table: TableEntry) -> Iterator[list[Any]]:
        """Give the rows of a table. Raises BadBackup for anything but what the manifest says of it."""
        digest, count = hashlib.sha256(), 0
        for line in self._lines(table):
            digest.update(line)
            count += 1
            yield _row(table, count, line)
        if (count, digest.hexdigest()) != (table.rows, table.sha256):
            raise BadBackup(_l("Table %(table)s in this backup is not as it was written.", table=table.name))

    def _lines(self, table: TableEntry) -> Iterator[bytes]:
        with _readable(f"tables/{table.name}.jsonl"), self._zip.open(f"tables/{table.name}.jsonl") as file:
            while line := file.readline(LONGEST_LINE):
                yield line

    def evidence(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Give each evidence file as its SHA-256 and its content in pieces."""
        for entry in self._zip.infolist():
            found = _EVIDENCE.fullmatch(entry.filename)
            if found:
                yield found[2], self._pieces(entry, found[2])

    def _pieces(self, entry: zipfile.ZipInfo, sha256: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with _readable(entry.filename), self._zip.open(entry) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != sha256:
            raise BadBackup(_l("Evidence file %(file)s in this backup was changed.", file=sha256[:12]))

    @property
    def size(self) -> int:
        """Bytes of all that is in it, unpacked."""
        return sum(table.bytes for table in self.manifest.tables) + self.manifest.file_bytes


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open a backup and hold its contents against its manifest. Raises BadBackup, or OSError."""
    with path.open("rb") as raw:
        try:
            file = zipfile.ZipFile(raw)
        except _DAMAGED as error:
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            raise BadBackup(
                _l(
                    "%(file)s is not a backup of auditor, or it is cut short: it cannot be read as an archive.",
                    file=path,
                )
            ) from error
        with file:
            body = _small(file, _MANIFEST)
            mark = _small(file, _MARK).decode("ascii", "replace").strip()
            manifest = _manifest(body)
            _compare(file, manifest)
            yield Reader(file, manifest, lambda key: hmac.compare_digest(_mark(key, body), mark))


def _small(file: zipfile.ZipFile, name: str) -> bytes:
    try:
        entry = file.getinfo(name)
    except KeyError:
        raise BadBackup(
            _l("This archive is not a backup of auditor: it has no %(name)s.", name=name)
        ) from None
    if entry.file_size > LONGEST_MANIFEST:
        raise BadBackup(_l("%(name)s in this archive is far larger than that of any backup.", name=name))
    with _readable(name):
        return file.read(entry)


def _manifest(body: bytes) -> Manifest:
    try:
        said = json.loads(body)
        if said["format"] != FORMAT:
            raise BadBackup(
                _l(
                    "This backup was made by auditor %(made)s in a form that this program, auditor %(own)s, does not know. Install that version.",
                    made=str(said.get("product", "?"))[:20],
                    own=version("auditor"),
                )
            )
        tables = [TableEntry(**table) for table in said.pop("tables")]
        known = {one.name for one in fields(Manifest)}
        manifest = Manifest(tables=tables, **{name: said[name] for name in said if name in known})
        if not _sound(manifest):
            raise ValueError("types")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadBackup(_l("The list of contents of this backup cannot be read.")) from error
    return manifest


def _sound(manifest: Manifest) -> bool:
    datetime.fromisoformat(manifest.made_at)
    numbers = [manifest.files, manifest.file_bytes, manifest.head[0]]
    words = [manifest.product, manifest.made_at, manifest.engine, manifest.key_check, *manifest.migrations]
    for table in manifest.tables:
        numbers += [table.rows, table.bytes]
        words += [table.name, table.sha256, *table.columns]
    words += [*manifest.lacking, *manifest.environment.keys(), *manifest.environment.values()]
    return all(type(one) is int and one >= 0 for one in numbers) and all(
        isinstance(one, str) for one in words
    )


def _compare(file: zipfile.ZipFile, manifest: Manifest) -> None:
    """Refuse entries twice, entries too many or too few, and lengths that the manifest does not name."""
    sizes = {f"tables/{table.name}.jsonl": table.bytes for table in manifest.tables}
    left, files, file_bytes = set(sizes), 0, 0
    names = [entry.filename for entry in file.infolist()]
    if len(set(names)) != len(names):
        raise BadBackup(_l("This archive has an entry twice."))
    for entry in file.infolist():
        name = entry.filename
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadBackup(
                _l("%(name)r in this archive is encrypted or packed in a way no backup is.", name=name)
            )
        if name in sizes:
            left.discard(name)
            if entry.file_size != sizes[name]:
                raise BadBackup(
                    _l("%(name)r in this archive has not the length it was written with.", name=name)
                )
        elif _EVIDENCE.fullmatch(name):
            files += 1
            file_bytes += entry.file_size
        elif name not in (_MANIFEST, _MARK):
            raise BadBackup(
                _l("This archive holds something that does not belong to a backup: %(name)r.", name=name)
            )
    if left:
        raise BadBackup(_l("%(name)r is missing from this archive.", name=min(left)))
    if (files, file_bytes) != (manifest.files, manifest.file_bytes):
        raise BadBackup(_l("The evidence in this archive is not what its list of contents says."))


def _row(table: TableEntry, number: int, line: bytes) -> list[Any]:
    try:
        row = json.loads(line, object_hook=_bytes)
        if not isinstance(row, list) or len(row) != len(table.columns) or any(type(v) is list for v in row):
            raise ValueError("not a row")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadBackup(
            _l(
                "Row %(number)d of table %(table)s in this backup cannot be read.",
                number=number,
                table=table.name,
            )
        ) from error
    return row


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # the disk's fault, not the file's
        raise BadBackup(_l("%(name)r in this archive is damaged or cut short.", name=what)) from error
