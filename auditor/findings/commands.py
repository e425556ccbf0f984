"""auditor history: audits and findings of earlier years."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from auditor import clock
from auditor.access import application
from auditor.console import COMMAND_LINE, command
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings.history import applying
from auditor.findings.history.entries import HistoryPlan
from auditor.findings.history.problems import message
from auditor.findings.history.reading import plan_of
from auditor.findings.history.template import template
from auditor.language import _, _l
from auditor.people.roster_problems import Severity

WEIGHTS = {
    Severity.ERROR: _l("Must be corrected"),
    Severity.WARNING: _l("Please check"),
    Severity.NOTICE: _l("For information"),
}


def register(main: click.Group) -> None:
    """Add the commands of the history."""
    main.add_command(history)


@click.group()
def history() -> None:
    """Take over audits and findings of earlier years."""


@command(history, "import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be imported; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def import_history(file: Path, dry_run: bool, as_json: bool) -> None:
    """Import earlier audits and findings (.xlsx or .csv): all of it or nothing, and nothing twice.

    Exit 1 when the file has errors, each on a line with its sheet and cell.
    Example: auditor history import audits-2025.xlsx --dry-run
    """
    at, content = clock.now(), file.read_bytes()
    plan = plan_of(content, Moment.at(at))
    if as_json:
        click.echo(json.dumps(_report(file.name, plan), ensure_ascii=False, indent=2))
    else:
        _tell(file.name, plan)
    if not plan.possible:
        sys.exit(1)
    if dry_run:
        return
    made = applying.take_over(application(COMMAND_LINE), at, content)
    if not as_json:
        click.echo(_("imported") if made else _("All of it was imported before. Nothing was done."))


@command(history, "template")
@click.option(
    "--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True, help="Language of the file."
)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
def write_template(lang: str, output: Path) -> None:
    """Write the workbook to fill in. Example: auditor history template -o history.xlsx"""
    if not output.absolute().parent.is_dir():
        raise RuleBroken(
            _l("There is no folder %(folder)s. Make it, or name another.", folder=str(output.parent))
        )
    output.write_bytes(template(lang))
    click.echo(str(output))


def _report(name: str, plan: HistoryPlan) -> dict[str, Any]:
    return {
        "file": name,
        "sha256": plan.file_hash,
        "possible": plan.possible,
        "audits": len(plan.audits),
        "results": len(plan.results),
        "findings": len(plan.findings),
        "imported_before": plan.there,
        "problems": [
            {
                "severity": problem.severity.value,
                "code": problem.code,
                "sheet": problem.sheet,
                "cell": problem.cell,
                "message": message(problem),
            }
            for problem in plan.problems
        ],
    }


def _tell(name: str, plan: HistoryPlan) -> None:
    for problem in plan.problems:
        click.echo(f"{problem.place or name}: {WEIGHTS[problem.severity]}: {message(problem)}", err=True)
    said = {"audits": len(plan.audits), "results": len(plan.results), "findings": len(plan.findings)}
    counted = _("%(audits)s audits, %(results)s results, %(findings)s findings", **said)
    before = _("imported before: %(count)s rows", count=plan.there)
    click.echo(f"{name}: {counted} ({before})")
