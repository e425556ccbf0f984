"""Training from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from auditor import clock, console
from auditor.access import application
from auditor.errors import RuleBroken
from auditor.language import _
from auditor.training import actions, courses


def register(main: click.Group) -> None:
    """Add `auditor training …` to the command line."""

    @main.group()
    def training() -> None:
        """Import courses."""

    @console.command(training, "import")
    @click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path), required=False)
    @click.option("--open", "offer", is_flag=True, help="Offer this version from now on.")
    def import_(folder: Path | None, offer: bool) -> None:
        """Import a course from FOLDER (course.yaml, content.ja.md, content.en.md, questions.yaml).

        Without FOLDER, the basic course that comes with the product.

        Example: auditor training import ./courses/basics --open
        """
        found = folder or courses.PERSONAL_INFORMATION_BASICS
        actor = application(console.COMMAND_LINE)
        try:
            version = actions.import_course(actor, found, clock.now())
        except courses.CourseRefused as refused:
            for problem in refused.problems:
                click.echo(str(problem), err=True)
            raise RuleBroken(str(refused)) from refused
        if offer:
            actions.open_course(actor, version, clock.now())
        click.echo(
            _(
                "%(course)s: version %(number)d (%(label)s)",
                course=version.course.key,
                number=version.number,
                label=version.version_label,
            )
        )
