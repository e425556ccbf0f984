"""Compiles the translations into the wheel, so that an installation needs no compiler and no checkout.

Each feature keeps its own `auditor/locale/<language>/<feature>.po`; gettext reads one catalogue a
language, so they are merged into `auditor/locale/<language>/LC_MESSAGES/messages.mo`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TranslationsHook(BuildHookInterface[Any]):
    """Adds one compiled catalogue a language to a wheel; an editable install reads the .po files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self.scratch = tempfile.TemporaryDirectory(prefix="auditor-translations-")
        for folder in sorted(Path(self.root, "auditor", "locale").glob("*/")):
            compiled = Path(self.scratch.name, f"{folder.name}.mo")
            with compiled.open("wb") as out:
                write_mo(out, merged(folder))
            build_data["force_include"][str(compiled)] = (
                f"auditor/locale/{folder.name}/LC_MESSAGES/messages.mo"
            )

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self.scratch.cleanup()


def merged(folder: Path) -> Catalog:
    """The catalogues of one language's folder as one; refuses a text translated in two ways."""
    whole = Catalog(locale=folder.name)
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as file:
            part = read_po(file, locale=folder.name)
        for message in part:
            if not message.id or not message.string:
                continue
            known = whole.get(message.id, message.context)
            if known is not None and known.string != message.string:
                raise ValueError(f"{source}: {message.id!r} is translated in two ways")
            whole[message.id] = message
    return whole
