"""The file that keeps the end of the log outside the database: number and hash of its last event."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from auditor.failpoints import FailPoint, reached

_DRAFT = ".head"  # how the name of an end of the log begins that has not its own yet


def read(file: Path | None) -> tuple[int, str] | None:
    """Return number and hash, None where there is no file.

    Raises OSError, ValueError, KeyError or TypeError for one that cannot be read.
    """
    if file is None or not file.exists():
        return None
    kept = json.loads(file.read_text(encoding="ascii"))
    return int(kept["seq"]), str(kept["hash"])


def set_aside(file: Path) -> Path:
    """Return where a file that could not be read is kept for whoever asks what it was."""
    return file.with_name(f"{file.name}.unreadable")


def write(file: Path, seq: int, link: str, unreadable: bool) -> None:
    """Write number and hash; a file that is there and ``unreadable`` is set aside."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=_DRAFT)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            json.dump({"seq": seq, "hash": link}, out)
        reached(FailPoint.HEAD_DRAFTED)
        if unreadable and file.is_file():
            os.replace(file, set_aside(file))
        os.replace(name, file)
    finally:
        Path(name).unlink(missing_ok=True)


def drafts(folder: Path) -> Iterator[Path]:
    """Yield the files in ``folder`` in which a process was writing the end of the log."""
    return folder.glob(f"{_DRAFT}*")
