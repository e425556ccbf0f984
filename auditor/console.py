"""What every command line shares: the data folder, the language, the application, one clear line for an error."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import has_app_context

from auditor import outages
from auditor.errors import AuditorError, NotFound
from auditor.language import LANGUAGES, _, speaking
from auditor.outages import Outage

COMMAND_LINE = "command"
REFUSALS = (AuditorError, *outages.RAISED)  # what ``refuse`` is for


def language_of(environ: Mapping[str, str], default: str) -> str:
    """Return the language of a command's output: AUDITOR_LANGUAGE where it is set, else the terminal's.

    ``default`` stands where neither says Japanese or English. ``--lang`` comes before both.
    """
    names = ("AUDITOR_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((environ[name] for name in names if environ.get(name)), "")
    code = said[:2].lower()
    return code if code in LANGUAGES else default


def command(
    group: click.Group, name: str, upgrade: bool = True
) -> Callable[[Callable[..., Any]], click.Command]:
    """Register a command that runs inside the application, with its database open.

    Adds ``--data``, and ``--lang`` where the command has none of its own; everything that it says is in that
    language (``language_of``). ``upgrade`` creates or upgrades the database first. Exit 1 with one line for an
    AuditorError, for a file that cannot be written and for a database that does not answer (``refuse``); click
    answers wrong usage with 2.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def run(data: Path | None, **arguments: Any) -> None:
            from auditor import activity, create_app, db, migrating, open_database
            from auditor.config import Settings

            try:
                settings = Settings.load(data=data)
                if upgrade:
                    open_database(settings)
                else:
                    migrating.make_file(settings)
                app = create_app(settings)
                spoken = arguments.pop("spoken", None) or language_of(os.environ, settings.default_language)
                with app.app_context(), speaking(spoken):
                    try:
                        with db.connected():
                            if upgrade:
                                activity.keep_time()
                            function(**arguments)
                    except REFUSALS as error:
                        refuse(error)  # here, where the language is known
            except REFUSALS as error:
                refuse(error)

        option = click.option(
            "--data",
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder with the embedded database and the files (or AUDITOR_DATA).",
        )
        language = click.option(
            "--lang", "spoken", type=click.Choice(list(LANGUAGES)), help="Language of what is printed."
        )
        declared = {one.name for one in getattr(run, "__click_params__", [])}
        return group.command(name)(option(run if "lang" in declared else language(run)))

    return decorate


def refuse(error: Exception) -> NoReturn:
    """End the command with what went wrong as one line; an error of the program itself goes on as it is."""
    line = _line(error)
    if line is None:
        raise error
    click.echo(f"auditor: {line}", err=True)
    sys.exit(1)


def _line(error: Exception) -> str | None:
    """Return what went wrong as one line, in English before the application is there to translate.

    What an outside library says may take several lines. None for a database error that is no outage.
    """
    said = " ".join(str(error).split())
    if isinstance(error, NotFound) and has_app_context():
        return said or str(_("There is no such thing. Look at the number again; nothing was written."))
    if isinstance(error, AuditorError):
        return said
    outage = outages.of(error)
    if isinstance(error, OSError) and (outage is not Outage.FULL or not error.filename):
        return f"{error.filename}: {error.strerror}" if error.filename else said
    return f"{outages.said(outage)} ({outages.reason(error)})" if outage else None
