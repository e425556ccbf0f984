"""What is kept outside the database, and belongs into other hands than the backups: key, head, erasures.

The key proves the log, the head its end. The list of erasures is for the day of a restore: a backup made
before an erasure holds what was erased, and must not bring it back. It holds events as they stand in the
log: ids and hashes, no names.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from auditor import activity
from auditor.activity import ActivityEvent
from auditor.db import canonical
from auditor.errors import RuleBroken
from auditor.language import _l

KEY, HEAD, ERASURES = "log.key", "log-head.json", "erasures.jsonl"
TELLING = ("person.erased", "evidence.erased", "text.erased")


@dataclass(frozen=True)
class Outside:
    """What was found in a folder; None for what is not there."""

    head: tuple[int, str] | None = None
    erasures: list[ActivityEvent] | None = None


def note() -> None:
    """Add to the list what was erased since; called after each erasure, and every day for one that was cut off.

    An erasure stands whether the list can be written or not.
    """
    folder = activity.kept_folder()
    if folder is None:
        return
    try:
        _append(folder / ERASURES)
    except OSError as error:
        logging.getLogger(__name__).warning("The list of erasures could not be written: %s", error)


def _append(file: Path) -> None:
    told = file.read_text(encoding="utf-8") if file.exists() else ""
    whole = told[: told.rfind("\n") + 1]  # without a line that a killed process left half-written
    have = {json.loads(line)["hash"] for line in whole.splitlines()}
    new = "".join(_line(event) for event in _erasures() if event.hash not in have)
    if whole != told:
        write(file, (whole + new).encode())
    elif new or not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as out:
            out.write(new.encode())
            out.flush()
            os.fsync(out.fileno())


def write(file: Path, content: bytes) -> None:
    """Write a file that only its owner reads, all of it or nothing."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, file)
    finally:
        Path(name).unlink(missing_ok=True)


def put(folder: Path, key: bytes) -> list[Path]:
    """Copy key, head and erasures into ``folder``, for their owner only; returns the files."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    contents = {KEY: key + b"\n", ERASURES: "".join(map(_line, _erasures())).encode()}
    kept = activity.kept_head()
    if kept is not None:
        contents[HEAD] = json.dumps({"seq": kept[0], "hash": kept[1]}).encode()
    for name, content in contents.items():
        write(folder / name, content)
    return [folder / name for name in contents]


def key_in(folder: Path) -> bytes | None:
    """Return the key of the log that lies in ``folder``, as ``put`` or an installation keeps it."""
    for file in (folder / KEY, folder / "keys" / KEY):
        if file.is_file():
            return file.read_bytes().strip()
    return None


def read(folder: Path) -> Outside:
    """Read head and erasures. Raises RuleBroken for a list that was not written with the key in use."""
    head, erasures = None, None
    if (folder / HEAD).is_file():
        try:
            kept = json.loads((folder / HEAD).read_text(encoding="ascii"))
            head = int(kept["seq"]), str(kept["hash"])
        except (ValueError, KeyError, TypeError) as error:
            raise RuleBroken(_l("%(file)s cannot be read.", file=folder / HEAD)) from error
    if (folder / ERASURES).is_file():
        lines = (folder / ERASURES).read_text(encoding="utf-8").splitlines()
        erasures = [_event(folder / ERASURES, number, line) for number, line in enumerate(lines, 1)]
    return Outside(head, erasures)


def forgotten() -> list[int]:
    """Return the numbers of the erasures that the list beside the database tells of and the log does not.

    Somebody has put back an earlier database by hand. Raises ValueError for a list that cannot be read.
    """
    folder = activity.kept_folder()
    if folder is None or not (folder / ERASURES).is_file():
        return []
    try:
        told = {
            str(line["hash"]): int(line["seq"])
            for line in map(json.loads, (folder / ERASURES).read_text(encoding="utf-8").splitlines())
        }
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error
    return sorted(set(told.values()) - {told[event.hash] for event in _erasures() if event.hash in told})


def _erasures() -> Iterable[ActivityEvent]:
    query = ActivityEvent.select().where(ActivityEvent.type.in_(TELLING)).order_by(ActivityEvent.seq)
    return query.iterator()


def _line(event: ActivityEvent) -> str:
    """Return the whole event, so that its own link shows that nobody changed the line."""
    return canonical({name: value for name, value in event.__data__.items() if name != "id"}) + "\n"


def _event(file: Path, number: int, line: str) -> ActivityEvent:
    try:
        said = json.loads(line)
        event = ActivityEvent(**{**said, "at": datetime.fromisoformat(said["at"])})
        if event.type in TELLING and event.link() == event.hash:
            return event
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise RuleBroken(
        _l(
            "%(file)s, line %(line)d, is not an erasure of this log: it was changed, or it belongs to another installation.",
            file=file,
            line=number,
        )
    )
