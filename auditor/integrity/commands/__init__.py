"""auditor verify, auditor erase, auditor backup, auditor restore."""

from __future__ import annotations

import json
import sys

import click
from flask import current_app

from auditor import settings_of
from auditor.console import command
from auditor.integrity.commands import keeping
from auditor.integrity.commands.erasing import erase
from auditor.integrity.verify import verify
from auditor.language import _, _n


def register(main: click.Group) -> None:
    """Add the commands of integrity."""

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
                "head": list(report.head), "kept_head_behind": report.behind, "problems": [vars(problem) for problem in report.problems],
            }))  # fmt: skip
        else:
            for problem in report.problems:
                click.echo(str(problem))
            if report.behind:
                said = _("The end of the log kept outside the database still names event %(seq)d. The next save writes it anew; if it does not, look whether the data folder can be written.", seq=report.behind)  # fmt: skip
                click.echo(said)
            found = len(report.problems)
            counts = {"events": report.events, "rows": report.rows, "files": report.files}
            verdict = _("clean") if report.clean else _n("%(num)d problem", "%(num)d problems", found)
            looked = _("%(events)d events, %(rows)d rows, %(files)d files", **counts)
            head = _("end of the log: %(seq)d %(hash)s", seq=report.head[0], hash=report.head[1])
            click.echo(f"{verdict}: {looked}; {head}")
        if not report.clean:
            sys.exit(1)

    main.add_command(erase)
    keeping.register(main)
