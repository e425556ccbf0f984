"""auditor mail test."""

from __future__ import annotations

import click
from flask import current_app

from auditor import clock, settings_of
from auditor.console import command
from auditor.errors import RuleBroken
from auditor.language import _
from auditor.notifications import standing, trials
from auditor.notifications.faults import ADVICE, WORDS, Fault
from auditor.notifications.line import deliver
from auditor.people.roster_values import is_email


def register(main: click.Group) -> None:
    """Add the commands of the mail."""
    main.add_command(mail)


@click.group()
def mail() -> None:
    """The mail server: see whether it takes mail."""


@command(mail, "test")
@click.argument("address")
def test(address: str) -> None:
    """Send one mail now, beside the outbox, and say in plain words what failed. Example: auditor mail test you@example.jp"""
    settings = settings_of(current_app)
    if not settings.mail.host:
        raise RuleBroken(_("No mail server is set. Set AUDITOR_SMTP_HOST first; nothing was sent."))
    if not is_email(address):
        raise RuleBroken(_("“%(address)s” is not an e-mail address. Nothing was sent.", address=address))
    at = clock.now()
    try:
        deliver(trials.trial(address, settings.mail.sender, settings.base_url, at), settings.mail)
    except Fault as fault:
        raise RuleBroken(_said(fault)) from fault
    standing.note_answer(settings.mail, at, took_mail=True)
    click.echo(
        _(
            "The mail server %(server)s took the mail. If it does not arrive, look into the spam folder and ask whoever runs that server.",
            server=standing.address_of(settings.mail),
        )
    )


def _said(fault: Fault) -> str:
    stop = _("%(cause)s. %(advice)s", cause=WORDS[fault.cause], advice=ADVICE[fault.cause])
    answer = _("The server said: %(answer)s", answer=fault.answer) if fault.answer else ""
    return f"{stop} {answer}".strip()
