"""Deny by default (design §3.8): every route names its permission, or is marked public on purpose."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from auditor.access import Permission, marks_of

FILES = {"static", "bootstrap.static"}  # assets of the application and of Bootstrap, the same for everybody
PUBLIC = {  # each with the reason why nobody needs to be signed in
    "accounts.sign_in": "the door",
    "accounts.sign_in_now": "the door, with a password",
    "accounts.language": "the choice of language stands on the sign-in page too",
    "accounts.forgotten": "who cannot sign in asks for a link",
    "accounts.ask_for_link": "the same answer whether the account exists or not",
    "accounts.set_password": "opened by a one-time token sent by mail",
    "accounts.set_password_now": "the token again, used up by this",
    # First steps: an empty installation has nobody who could sign in. Each asks for the setup code, and
    # answers 404 as soon as there is an administrator.
    "company.setup": "asks for the setup code",
    "company.save_company": "behind the setup code",
    "company.setup_roster": "behind the setup code",
    "company.upload_roster": "behind the setup code",
    "company.apply_roster": "behind the setup code",
    "accounts.first_administrator": "behind the setup code",
    "accounts.make_first_administrator": "behind the setup code",
    "accounts.first_administrator_search": "behind the setup code: the roster just given, to choose from",
}


def routes(app: Flask) -> Iterator[tuple[Rule, Any]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in FILES:
            yield rule, app.view_functions[rule.endpoint]


def test_every_route_names_its_permission_or_is_marked_public(app: Flask) -> None:
    bare = []
    for rule, view in routes(app):
        marks = marks_of(view)
        if marks is None or not (marks.public or isinstance(marks.permission, Permission)):
            place = inspect.unwrap(view)
            line = place.__code__.co_firstlineno
            bare.append(
                f"{place.__module__}:{line} {place.__name__} ({rule}): add @requires(Permission.…) below its route"
            )
    assert not bare, "\n".join(bare)


def test_only_known_routes_are_public(app: Flask) -> None:
    public = {rule.endpoint for rule, view in routes(app) if (marks := marks_of(view)) and marks.public}
    assert public == set(PUBLIC), (
        f"gone, or marked no longer: {sorted(set(PUBLIC) - public)}; name the reason in PUBLIC, or ask for a permission: {sorted(public - set(PUBLIC))}"
    )


def test_nobody_gets_anything_without_signing_in(app: Flask, cast: Any, client: Any) -> None:
    opened = []
    for rule, view in routes(app):
        marks = marks_of(view)
        if marks is None or marks.public:
            continue
        arguments = {name: _example(rule, name) for name in rule.arguments}
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **arguments)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            response = client.open(address, method=method)
            if response.status_code != 303 or "/sign-in" not in response.headers["Location"]:
                opened.append(f"{method} {address}: {response.status_code}")
    assert not opened, "\n".join(opened)


def _example(rule: Rule, name: str) -> Any:
    kind = type(rule._converters[name]).__name__
    return {"_Number": 1, "UUIDConverter": "0" * 32}.get(kind, "1")


def test_every_permission_is_used_by_a_route_and_held_by_somebody(app: Flask) -> None:
    from auditor.access import TABLE

    used = {marks.permission for _, view in routes(app) if (marks := marks_of(view))}
    held = {permission for permissions in TABLE.values() for permission in permissions}
    assert not set(Permission) - held, f"nobody holds {sorted(set(Permission) - held)}"
    asked_by_rules = _named_in_rules()
    idle = {permission for permission in set(Permission) - used if permission.name not in asked_by_rules}
    assert not idle, f"no route and no rule asks for {sorted(idle)}"


def _named_in_rules() -> set[str]:
    """Permissions that an action or a query asks for itself, beyond what the route asks."""
    import re
    from pathlib import Path

    import auditor

    files = [
        path
        for path in Path(auditor.__file__).parent.rglob("*.py")
        if path.name not in {"access.py", "navigation.py"}
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return set(re.findall(r"(?:Permission|_P)\.([A-Z_]+)", text))
