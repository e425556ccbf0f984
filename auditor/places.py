"""Where templates, catalogue files and migrations lie: in the installed package or in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
BUNDLED = _PACKAGE / "_bundled"  # made by the wheel build


def _place(name: str) -> Path:
    bundled = BUNDLED / name
    return bundled if bundled.is_dir() else _PACKAGE.parent / name


def templates() -> Path:
    """Return the folder of the page templates."""
    return _place("templates")


def controls() -> Path:
    """Return the folder of the built-in catalogue files."""
    return _place("controls")


def migrations() -> Path:
    """Return the folder of the numbered migrations."""
    return _place("migrations")
