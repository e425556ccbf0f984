"""auditor people import."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from auditor import clock
from auditor.access import application
from auditor.console import COMMAND_LINE, command
from auditor.language import _, _l
from auditor.people import applying, staging
from auditor.people.plan import Fate, RosterPlan
from auditor.people.planning import plan_roster
from auditor.people.roster_file import message
from auditor.people.roster_problems import Severity

SEVERITY_WORDS = {
    Severity.ERROR: _l("Must be corrected"),
    Severity.WARNING: _l("Please check"),
    Severity.NOTICE: _l("For information"),
}


def register(main: click.Group) -> None:
    """Add the commands of people."""
    main.add_command(people)


@click.group()
def people() -> None:
    """Import the roster."""


@command(people, "import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--effective",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day from which it holds (default: the date in its title, else today).",
)
@click.option("--whole-roster", is_flag=True, help="Whoever is not in the file has left.")
@click.option("--confirm-leavers", is_flag=True, help="Yes, more than 5 % leave at once.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def import_roster(
    file: Path,
    effective: datetime | None,
    whole_roster: bool,
    confirm_leavers: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import a roster (.xlsx or .csv): all of it or nothing.

    Exit 1 when the file has errors, each on a line with its sheet and cell.
    Example: auditor people import roster.xlsx --effective 2026-10-01 --whole-roster --dry-run
    """
    at = clock.now()
    roster = staging.read_bytes(file.read_bytes(), file.name)
    day = effective.date() if effective else roster.as_of or clock.day_of(at)
    plan = plan_roster(roster, day, whole_roster, at)
    if as_json:
        click.echo(json.dumps(_report(plan), ensure_ascii=False, indent=2))
    else:
        _tell(plan)
    if not plan.is_applicable:
        sys.exit(1)
    if dry_run:
        return
    applying.apply_roster(application(COMMAND_LINE), plan, at, confirmed=confirm_leavers)
    if not as_json:
        click.echo(_("applied"))


def _report(plan: RosterPlan) -> dict[str, Any]:
    return {
        "file": plan.file.filename,
        "sha256": plan.file.sha256,
        "effective_from": plan.effective_from.isoformat(),
        "whole_roster": plan.whole,
        "counts": {fate.value: count for fate, count in plan.counts.items()},
        "needs_confirmation": plan.needs_confirmation,
        "problems": [
            {
                "severity": problem.severity.value,
                "code": problem.code,
                "sheet": problem.sheet,
                "cell": problem.cell,
                "message": message(problem),
            }
            for problem in plan.file.problems
        ],
        "persons": [
            {
                "number": person.key,
                "fate": person.fate.value,
                "changes": [
                    {"field": change.field, "old": change.old, "new": change.new, "cell": change.cell}
                    for change in person.changes
                ],
            }
            for person in plan.persons
            if person.fate is not Fate.UNCHANGED
        ],
    }


def _tell(plan: RosterPlan) -> None:
    for problem in plan.file.problems:
        place = problem.place or plan.file.filename
        click.echo(f"{place}: {SEVERITY_WORDS[problem.severity]}: {message(problem)}", err=True)
    counts = _(", ").join(f"{fate.label} {count}" for fate, count in plan.counts.items())
    since = _("from %(day)s", day=plan.effective_from.isoformat())
    click.echo(f"{plan.file.filename}: {counts} ({since})")
