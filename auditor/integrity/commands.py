"""auditor verify."""

from __future__ import annotations

import json
import sys

import click
from flask import current_app

from auditor import clock, settings_of
from auditor.access import application
from auditor.console import command
from auditor.errors import RuleBroken
from auditor.integrity import erasure
from auditor.integrity.verify import verify
from auditor.people.models import Person


def register(main: click.Group) -> None:
    """Add the command of integrity."""

    @command(main, "verify")
    @click.option("--json", "as_json", is_flag=True, help="For machines.")
    def check(as_json: bool) -> None:
        """Check the log, every counted row, derived columns and evidence; names what was changed.

        Exit 1 when something is wrong. Example: auditor verify --data /srv/auditor
        """
        report = verify(settings_of(current_app).evidence_folder)
        if as_json:
            click.echo(json.dumps({
                "clean": report.clean, "events": report.events, "rows": report.rows, "files": report.files,
                "head": list(report.head), "problems": [vars(problem) for problem in report.problems],
            }))  # fmt: skip
        else:
            for problem in report.problems:
                click.echo(str(problem))
            click.echo(
                f"{'clean' if report.clean else f'{len(report.problems)} problems'}: "
                f"{report.events} events, {report.rows} rows, {report.files} files; "
                f"end of the log: {report.head[0]} {report.head[1]}"
            )
        if not report.clean:
            sys.exit(1)

    main.add_command(erase)


@click.group()
def erase() -> None:
    """Erase what is personal, for good; records and counts stay."""


@command(erase, "person")
@click.argument("employee_number")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_one(employee_number: str, yes: bool) -> None:
    """Erase name, reading, address and account of somebody who has left.

    This happens automatically after the years set in the settings; the command is for a request to be erased
    earlier. Example: auditor erase person 000123
    """
    found = Person.get_or_none(Person.employee_number == employee_number)
    if found is None:
        raise RuleBroken(f"There is no person with the number {employee_number}.")
    if not yes:
        click.confirm(f"Erase {employee_number} for good?", abort=True)
    rows = erasure.erase_person(application("command"), found.id, clock.now())
    click.echo(f"{rows} rows emptied" if rows else "erased already")
