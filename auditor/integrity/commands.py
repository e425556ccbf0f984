"""auditor verify."""

from __future__ import annotations

import json
import sys

import click
from flask import current_app

from auditor import settings_of
from auditor.console import command
from auditor.integrity.verify import verify


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
