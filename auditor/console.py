"""What every command line shares: the data folder, the application, one clear line for an error."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from peewee import OperationalError

from auditor.errors import AuditorError, NotFound

COMMAND_LINE = "command"


def command(
    group: click.Group, name: str, upgrade: bool = True
) -> Callable[[Callable[..., Any]], click.Command]:
    """Register a command that runs inside the application, with its database open.

    Adds ``--data``. ``upgrade`` creates or upgrades the database first. Exit 1 with one line for an
    AuditorError, for a file that cannot be written and for a database that does not answer; click answers
    wrong usage with 2.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def run(data: Path | None, **arguments: Any) -> None:
            from auditor import create_app, db, open_database
            from auditor.config import Settings

            try:
                settings = Settings.load(data=data)
                if upgrade:
                    open_database(settings)
                app = create_app(settings)
                with app.app_context(), db.connected():
                    function(**arguments)
            except (AuditorError, OSError, OperationalError) as error:
                click.echo(f"auditor: {_line(error)}", err=True)
                sys.exit(1)

        option = click.option(
            "--data",
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder with the embedded database and the files (or AUDITOR_DATA).",
        )
        return group.command(name)(option(run))

    return decorate


def _line(error: Exception) -> str:
    """Return what went wrong as one line; what an outside library says may take several."""
    if isinstance(error, NotFound):
        return str(error) or "There is no such thing. Look at the number again; nothing was written."
    said = " ".join(str(error).split())
    return f"The database does not answer: {said}" if isinstance(error, OperationalError) else said
