"""Clears away what a killed process leaves in the data folder: files that have no name yet, or that nothing names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=1)  # longer than any upload, import or export takes


def clear(files: Iterable[Path], at: datetime) -> int:
    """Remove those of ``files`` that nobody has written to for a day; returns how many."""
    return sum(_remove(file) for file in files if _is_old(file, at))


def _is_old(file: Path, at: datetime) -> bool:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC) < at - KEPT
    except FileNotFoundError:  # whoever was working on it has finished
        return False


def _remove(file: Path) -> bool:
    file.unlink(missing_ok=True)
    return True
