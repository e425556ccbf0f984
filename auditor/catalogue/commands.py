"""auditor catalogue check, import, list."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from auditor import clock
from auditor.access import application
from auditor.catalogue import actions, importing, queries, uploads
from auditor.catalogue.models import Catalogue, CatalogueVersion, Control, Measure
from auditor.catalogue.problems import CatalogueRefused, Problem
from auditor.catalogue.reading import CatalogueFile, read
from auditor.console import COMMAND_LINE, command
from auditor.dated import Moment
from auditor.language import _, _n

FORMATS = ("auto", "auditor")
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")


def register(main: click.Group) -> None:
    """Add the commands of the catalogue."""

    @main.group("catalogue")
    def catalogue() -> None:
        """Check, import and list catalogues of controls."""

    @command(catalogue, "check", upgrade=False)
    @FILE
    @AS_JSON
    def check(file: Path, as_json: bool) -> None:
        """Say everything that is wrong with a catalogue file, one line per problem: FILE:LINE: what.

        Exit 1 when there are problems. Saves nothing. Example: auditor catalogue check controls.yaml
        """
        _check(file, as_json)

    @command(catalogue, "import")
    @FILE
    @click.option(
        "--format", "file_format", type=click.Choice(FORMATS), default="auto", help="auto looks at the file."
    )
    @click.option("--dry-run", is_flag=True, help="Say what would change and save nothing.")
    @AS_JSON
    def import_file(file: Path, file_format: str, dry_run: bool, as_json: bool) -> None:
        """Import a catalogue file and use it for new audits from today on. The same again changes nothing.

        Exit 1 with one line per problem, or when the version was imported before with other content.
        Example: auditor catalogue import controls.yaml --dry-run
        """
        _import(file, dry_run, as_json)

    @command(catalogue, "list")
    @AS_JSON
    def list_versions(as_json: bool) -> None:
        """List the imported versions; an asterisk marks those in use today. Example: auditor catalogue list"""
        _list(as_json)


def _check(file: Path, as_json: bool) -> None:
    found = _read_or_exit(file, as_json)
    nothing = _("no problems")
    _say(
        as_json,
        {"file": str(file), "problems": [], **_said_of(found)},
        f"{file}: {_summary(found)}, {nothing}",
    )


def _import(file: Path, dry_run: bool, as_json: bool) -> None:
    found = _read_or_exit(file, as_json)
    now = clock.now()
    known = Catalogue.get_or_none(Catalogue.key == found.key)
    before = queries.version_in_use(known.id, Moment.at(now)) if known else None
    difference = uploads.difference(found, before)
    importing.refuse_other_content(found)
    new = importing.imported_version(found.key, found.version) is None
    if not dry_run:
        done = actions.import_catalogue(application(COMMAND_LINE), found, now, use_from=clock.day_of(now))
        new = done.new
    counts = {
        "new": len(difference.new),
        "changed": len(difference.changed),
        "removed": len(difference.removed),
        "same": difference.same,
    }
    compared = _("against %(version)s", version=before.version) if before else _("nothing was in use before")
    state = _("would be imported") if dry_run and new else _("imported") if new else _("was imported before")
    said = _("%(new)d new, %(changed)d changed, %(removed)d removed, %(same)d same", **counts)
    _say(
        as_json,
        {"dry_run": dry_run, "imported": new and not dry_run, "against": before and before.version,
         **counts, **_said_of(found)},
        f"{found.key} {found.version} {state}: {said} ({compared})",
    )  # fmt: skip


def _list(as_json: bool) -> None:
    used = {version.id for version in queries.versions_in_use(Moment.at(clock.now()), None)}
    rows = CatalogueVersion.select(CatalogueVersion, Catalogue).join(Catalogue).order_by(CatalogueVersion.id)
    listed = [
        {
            "key": row.catalogue.key,
            "version": row.version,
            "kind": row.kind,
            "entries": (Measure if row.kind == "guideline" else Control).select().where(_of(row)).count(),
            "content_hash": row.content_hash,
            "in_use": row.id in used,
        }
        for row in rows
    ]
    lines = [
        f"{'*' if row['in_use'] else ' '} {row['key']} {row['version']} ({_entries(row['kind'], row['entries'])}) "
        f"{str(row['content_hash'])[:12]}"
        for row in listed
    ]
    _say(as_json, listed, "\n".join(lines) or str(_("No catalogue has been imported yet.")))


def _of(row: CatalogueVersion) -> Any:
    return Measure.version == row if row.kind == "guideline" else Control.version == row


def _read_or_exit(file: Path, as_json: bool) -> CatalogueFile:
    try:
        return read(file)
    except CatalogueRefused as refused:
        _say(
            as_json,
            {"file": str(file), "problems": [_plain(problem) for problem in refused.problems]},
            "\n".join(str(problem) for problem in refused.problems),
        )
        sys.exit(1)


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "params": dict(problem.params),
        "message": problem.message,
    }


def _said_of(found: CatalogueFile) -> dict[str, Any]:
    return {
        "key": found.key,
        "version": found.version,
        "kind": found.kind,
        "entries": len(found.measures if found.kind == "guideline" else found.controls),
        "content_hash": found.content_hash,
    }


def _summary(found: CatalogueFile) -> str:
    said = _said_of(found)
    return f"{said['key']} {said['version']}, {_entries(said['kind'], said['entries'])}"


def _entries(kind: Any, count: Any) -> str:
    if kind == "guideline":
        return str(_n("%(num)d measure", "%(num)d measures", count))
    return str(_n("%(num)d control", "%(num)d controls", count))


def _say(as_json: bool, value: Any, line: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else line)
