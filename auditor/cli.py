"""The command line: gathers <feature>/commands."""

from __future__ import annotations

import importlib
from pathlib import Path

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="auditor")
def main() -> None:
    """Keeps the promise of a published privacy policy, and can prove it."""


def _gather() -> None:
    """Let each feature's commands add itself: ``def register(main: click.Group) -> None``."""
    package = Path(__file__).parent
    rooms = {path.parent for path in package.glob("*/commands.py")}
    rooms |= {path.parent.parent for path in package.glob("*/commands/__init__.py")}
    for room in sorted(rooms):
        importlib.import_module(f"auditor.{room.name}.commands").register(main)


_gather()
