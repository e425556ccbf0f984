"""auditor export: the workbooks from the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from auditor import clock
from auditor.access import application
from auditor.audits import listing
from auditor.console import COMMAND_LINE, command
from auditor.dated import Moment
from auditor.findings import queries as findings
from auditor.language import _n, speaking
from auditor.reports import actions, exports
from auditor.reports.exports import ListExport
from auditor.reports.scope import scope_of
from auditor.typed import LARGEST

_LANGUAGE = click.option(
    "--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True, help="Language of the file."
)


def _folder_is_there(_context: click.Context, _option: click.Parameter, output: Path) -> Path:
    if not output.absolute().parent.is_dir():
        raise click.BadParameter(f"There is no folder {output.parent}. Make it, or name another.")
    return output


_OUTPUT = click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=_folder_is_there, help="The file.",
)  # fmt: skip


def register(main: click.Group) -> None:
    """Add the commands of reports."""

    @main.group("export")
    def export() -> None:
        """Write Excel files: the summary, an audit, training, findings."""

    @command(export, "summary")
    @click.option(
        "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="A day, today or earlier (default: now)."
    )
    @click.option(
        "--fiscal-year", type=int, help="The calendar year it begins in (default: that of the day)."
    )
    @_LANGUAGE
    @_OUTPUT
    def summary(as_of: datetime | None, fiscal_year: int | None, lang: str, output: Path) -> None:
        """Write the summary workbook for management, as of any past day.

        Example: auditor export summary --as-of 2026-09-30 --lang en -o summary.xlsx
        """
        at = clock.now()
        with speaking(lang):
            scope = scope_of(at, as_of.date() if as_of else None, fiscal_year)
        rows = actions.export_summary(application(COMMAND_LINE), scope, lang, at, output)
        _tell(output, rows)

    _lists(export)


def _lists(export: click.Group) -> None:
    @command(export, "audit")
    @click.argument("audit_id", type=click.IntRange(1, LARGEST))
    @_LANGUAGE
    @_OUTPUT
    def audit(audit_id: int, lang: str, output: Path) -> None:
        """Write one audit with the results of its items. AUDIT_ID is the number in its address.

        Example: auditor export audit 12 -o audit.xlsx
        """
        _write(lambda moment: exports.audit_sheet(application(COMMAND_LINE), audit_id, moment), lang, output)

    @command(export, "audits")
    @_LANGUAGE
    @_OUTPUT
    def audits(lang: str, output: Path) -> None:
        """Write all audits. Example: auditor export audits -o audits.xlsx"""
        wanted = listing.Filter(tab="all", sort="number")
        _write(lambda moment: exports.audits_list(application(COMMAND_LINE), wanted, moment), lang, output)

    @command(export, "training")
    @click.option(
        "--course",
        type=click.IntRange(1, LARGEST),
        help="Number of the course in its address (default: the first one).",
    )
    @_LANGUAGE
    @_OUTPUT
    def training(course: int | None, lang: str, output: Path) -> None:
        """Write where everybody stands with a course. Example: auditor export training -o training.xlsx"""
        wanted = exports.TrainingFilter(course_id=course or exports.first_course())
        _write(lambda moment: exports.training_list(application(COMMAND_LINE), wanted, moment), lang, output)

    @command(export, "findings")
    @click.option("--open", "only_open", is_flag=True, help="Only what is not closed.")
    @_LANGUAGE
    @_OUTPUT
    def write_findings(only_open: bool, lang: str, output: Path) -> None:
        """Write the findings. Example: auditor export findings -o findings.xlsx"""
        wanted = findings.Filters(state="open" if only_open else "", sort="number")
        _write(lambda moment: exports.findings_list(application(COMMAND_LINE), wanted, moment), lang, output)


def _write(make: Any, lang: str, output: Path) -> None:
    at = clock.now()
    with speaking(lang):
        made: ListExport = make(Moment.at(at))
    rows = actions.export_list(application(COMMAND_LINE), made, lang, at, output)
    _tell(output, rows)


def _tell(output: Path, rows: int) -> None:
    counted = _n("%(num)d row", "%(num)d rows", rows)
    click.echo(f"{output}: {counted}")
