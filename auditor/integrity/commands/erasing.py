"""auditor erase."""

from __future__ import annotations

import click
from flask import current_app

from auditor import clock, settings_of
from auditor.access import application
from auditor.console import COMMAND_LINE, command
from auditor.errors import RuleBroken
from auditor.evidence.models import StoredFile
from auditor.integrity import erasure, texts, written
from auditor.integrity.words import place_of
from auditor.language import _, _n
from auditor.people.models import Person
from auditor.typed import LARGEST

YES = click.option("--yes", is_flag=True, help="Do not ask.")
REASON = click.option("--reason", required=True, help="Why; it stays, so name nobody in it.")
_MOST = 1000


@click.group()
def erase() -> None:
    """Erase what is personal, for good; records and counts stay."""


@command(erase, "person")
@click.argument("employee_number")
@YES
def erase_one(employee_number: str, yes: bool) -> None:
    """Erase name, reading, address and account of somebody who has left.

    This happens automatically after the years set in the settings; the command is for a request to be erased
    earlier. Example: auditor erase person 000123
    """
    found = _person(employee_number)
    _sure(yes, str(_("Erase %(number)s for good?", number=employee_number)))
    rows = erasure.erase_person(application(COMMAND_LINE), found, clock.now())
    click.echo(_n("%(num)d row emptied", "%(num)d rows emptied", rows) if rows else _("erased already"))


@command(erase, "file")
@click.argument("file_id", metavar="ID", type=click.IntRange(1, LARGEST))
@REASON
@YES
def erase_file(file_id: int, reason: str, yes: bool) -> None:
    """Erase an evidence file, with the names and notes under which it was given. ID is the one in its address.

    Example: auditor erase file 12 --reason "asked for by the person"
    """
    stored = StoredFile.get_or_none(StoredFile.id == file_id)
    if stored is None:
        raise RuleBroken(str(_("There is no evidence file %(number)d.", number=file_id)))
    _sure(yes, str(_("Erase file %(number)d for good?", number=file_id)))
    folder = settings_of(current_app).evidence_folder
    gone = erasure.erase_file(application(COMMAND_LINE), stored, folder, reason, clock.now())
    click.echo(_("erased") if gone else _("erased already"))


@command(erase, "find")
@click.argument("words", nargs=-1)
@click.option("--person", "number", help="Employee number: every name, reading and address of the person.")
def find(words: tuple[str, ...], number: str | None) -> None:
    """List the texts in which words or a person occur, each with the name that erase text takes.

    Reports of violations and concerns are listed too, whomever they are addressed to.
    Example: auditor erase find --person 000123
    """
    sought = [*words, *(written.words_of(_person(number)) if number else [])]
    if not sought:
        raise click.UsageError(str(_("Name words or a person to look for.")))
    found, more = written.mentioning(application(COMMAND_LINE), sought, _MOST)
    for text in found:
        click.echo(f"{text.key}\t{text.number}\t{place_of(text)}\t{' '.join(text.value.split())}")
    if more:
        click.echo(
            _("There are more than %(num)d texts. Search for something narrower.", num=_MOST), err=True
        )


@command(erase, "text")
@click.argument("names", metavar="TABLE:ROW:COLUMN", nargs=-1, required=True)
@REASON
@YES
def erase_text(names: tuple[str, ...], reason: str, yes: bool) -> None:
    """Erase texts that erase find has listed.

    Example: auditor erase text finding_detail:12:facts --reason "asked for by the person"
    """
    actor = application(COMMAND_LINE)
    chosen = written.chosen(actor, names)
    _sure(yes, str(_n("Erase %(num)d text for good?", "Erase %(num)d texts for good?", len(chosen))))
    gone = texts.erase_texts(actor, chosen, reason, clock.now())
    click.echo(_n("%(num)d text was erased.", "%(num)d texts were erased.", gone))


def _person(number: str) -> int:
    found = Person.get_or_none(Person.employee_number == number)
    if found is None:
        raise RuleBroken(str(_("There is no person with the number %(number)s.", number=number)))
    person_id: int = found.id
    return person_id


def _sure(yes: bool, question: str) -> None:
    if not yes:
        click.confirm(question, abort=True)
