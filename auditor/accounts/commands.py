"""auditor user create, passwd, roles."""

from __future__ import annotations

import json

import click

from auditor import clock
from auditor.access import GRANTABLE, Role, application
from auditor.accounts import actions, first_passwords, passwords, queries, roles
from auditor.accounts.words import ROLE_LABELS
from auditor.console import COMMAND_LINE, command
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _
from auditor.people import actions as people_actions
from auditor.people import queries as people
from auditor.people.kinds import EmploymentKind

ACTOR = application(COMMAND_LINE)
ROLE = click.Choice([role.value for role in GRANTABLE])


def register(main: click.Group) -> None:
    """Add the commands of accounts."""
    main.add_command(user)


@click.group()
def user() -> None:
    """Create accounts, set passwords, grant and withdraw roles."""


def _person(number: str) -> int:
    found = people.with_number(actions.plain_login(number))
    if not found:
        raise RuleBroken(str(_("There is no person with the number %(number)s.", number=number)))
    return found[0]


@command(user, "create")
@click.argument("number")
@click.option("--family-name", required=True)
@click.option("--given-name", required=True)
@click.option("--email", default="", help="Without one the person signs in by employee number.")
@click.option("--outside", is_flag=True, help="An outside person, for instance an auditor from elsewhere.")
@click.option("--role", "wanted", type=ROLE, multiple=True, help="Granted from today; may be given twice.")
def create(
    number: str, family_name: str, given_name: str, email: str, outside: bool, wanted: tuple[str, ...]
) -> None:
    """Register a person without a department, and print a first password.

    Employees come with the roster; this is for the first administrator or for an outside person.
    Example: auditor user create 000101 --family-name 髙田 --given-name 直子 --role administrator
    """
    at = clock.now()
    kind = EmploymentKind.OUTSIDE if outside else EmploymentKind.OFFICER
    details = {"family_name": family_name, "given_name": given_name, "email": email}
    person_id = people_actions.add_person(ACTOR, number, kind, None, "", details, clock.day_of(at), at)
    for role in wanted:
        roles.grant_role(ACTOR, person_id, Role(role), at)
    _print_first_password(person_id)


@command(user, "passwd")
@click.argument("number")
@click.option(
    "--first", is_flag=True, help="Print a first password that must be changed at the first sign-in."
)
@click.option("--password", help="Asked for where it is not given, so that it stays out of the history.")
def passwd(number: str, first: bool, password: str | None) -> None:
    """Set a person's password; their sessions end.

    Example: auditor user passwd 000101 --first
    """
    person_id = _person(number)
    if first:
        _print_first_password(person_id)
        return
    new = password or click.prompt(str(_("New password")), hide_input=True, confirmation_prompt=True)
    passwords.check(new, queries.own_words(person_id, clock.now()))
    actions.set_password(ACTOR, person_id, new, clock.now())
    click.echo(_("The password was set."))


@command(user, "roles")
@click.argument("number", required=False)
@click.option("--grant", type=ROLE, multiple=True, help="Granted from today.")
@click.option("--withdraw", type=ROLE, multiple=True, help="Withdrawn from today.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def change_roles(
    number: str | None, grant: tuple[str, ...], withdraw: tuple[str, ...], as_json: bool
) -> None:
    """Grant and withdraw roles, and list who holds which.

    Example: auditor user roles 000102 --grant head_of_audit
    """
    at = clock.now()
    if number is None and (grant or withdraw):
        raise click.UsageError(str(_("Name the employee number whose roles change.")))
    if number is not None:
        person_id = _person(number)
        for role in grant:
            roles.grant_role(ACTOR, person_id, Role(role), at)
        for role in withdraw:
            roles.withdraw_role(ACTOR, person_id, Role(role), at)
    moment = Moment.at(at)
    held = {role.value: people.numbers(queries.holders(role, moment)) for role in GRANTABLE}
    if as_json:
        click.echo(json.dumps(held))
        return
    for role_name, numbers in held.items():
        click.echo(f"{ROLE_LABELS[Role(role_name)]} ({role_name}): {', '.join(numbers) or '-'}")


def _print_first_password(person_id: int) -> None:
    (issued,) = first_passwords.issue_first_passwords(ACTOR, [person_id], clock.now())
    until = issued.expires_at.astimezone(clock.zone())
    click.echo(
        _(
            "first password: %(password)s (until %(until)s, to be changed at sign-in)",
            password=issued.password,
            until=f"{until:%Y-%m-%d %H:%M}",
        )
    )
