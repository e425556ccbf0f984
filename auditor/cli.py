"""The command line: gathers <feature>/commands.py."""

from __future__ import annotations

import importlib
from pathlib import Path

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="auditor")
def main() -> None:
    """Keeps the promise of a published privacy policy, and can prove it."""


def _gather() -> None:
    """Let each feature's commands.py add itself: ``def register(main: click.Group) -> None``."""
    for path in sorted(Path(__file__).parent.glob("*/commands.py")):
        importlib.import_module(f"auditor.{path.parent.name}.commands").register(main)


_gather()
