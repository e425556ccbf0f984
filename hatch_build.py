"""Puts into the wheel what a checkout keeps beside the package, and the compiled translations.

An installation then writes nothing into its own folder. `auditor.places` finds the folders in either place.
Each feature keeps its own `auditor/locale/<language>/<feature>.po`; gettext reads one catalogue a language,
so they are merged into the place where `auditor.language.compile_catalogues` puts them in a checkout.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BESIDE_THE_PACKAGE = ("templates", "controls", "migrations")


class WholeApplicationHook(BuildHookInterface[Any]):
    """Completes a wheel; an editable install reads the checkout itself, so nothing is copied for it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="auditor-translations-")
        if version == "editable":
            return
        include = build_data["force_include"]
        for name in BESIDE_THE_PACKAGE:
            include[str(Path(self.root, name))] = f"auditor/_bundled/{name}"
        for folder in sorted(Path(self.root, "auditor", "locale").iterdir()):
            if not list(folder.glob("*.po")):
                continue
            compiled = Path(self.scratch.name, f"{folder.name}.mo")
            with compiled.open("wb") as out:
                write_mo(out, merged(folder))
            include[str(compiled)] = f"auditor/locale/compiled/{folder.name}/LC_MESSAGES/messages.mo"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self.scratch.cleanup()


def merged(folder: Path) -> Catalog:
    """The catalogues of one language's folder as one."""
    whole = Catalog(locale=folder.name)
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as file:
            for message in read_po(file, locale=folder.name):
                if message.id and message.string:
                    whole[message.id] = message
    return whole
