"""Deny by default (design §3.8): every route names its permission, or is marked public on purpose."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from auditor import sights
from auditor.access import TABLE, Permission, Role, marks_of
from auditor.audits.results import Result
from tests.audits.making import answer, assigned, items
from tests.cast import NOW
from tests.findings.making import Making

FILES = {"static", "bootstrap.static"}  # assets of the application and of Bootstrap, the same for everybody
PUBLIC = {  # each with the reason why nobody needs to be signed in
    "accounts.sign_in": "the door",
    "accounts.sign_in_now": "the door, with a password",
    "accounts.language": "the choice of language stands on the sign-in page too",
    "accounts.forgotten": "who cannot sign in asks for a link",
    "accounts.ask_for_link": "the same answer whether the account exists or not",
    "accounts.set_password": "opened by a one-time token sent by mail",
    "accounts.set_password_now": "the token again, used up by this",
    "worklist.feed": "a calendar program has no session: the secret address is the key, stored as a hash",
    "health.look": "monitoring asks it; it says ok or not ok",
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


def refusable(app: Flask) -> Iterator[tuple[Rule, Permission]]:
    """Routes whose permission somebody signed in may lack; what every employee holds is never refused by role."""
    for rule, view in routes(app):
        marks = marks_of(view)
        if marks and marks.permission and marks.permission not in TABLE[Role.EMPLOYEE]:
            yield rule, marks.permission


def test_every_id_in_an_address_says_who_sees_what_it_names(app: Flask) -> None:
    asked = {(rule.endpoint.split(".")[0], name) for rule, _ in refusable(app) for name in rule.arguments}
    unsaid = sorted(asked - set(sights.SIGHTS))
    assert not unsaid, "\n".join(
        f'auditor/sights.py: add ("{feature}", "{name}") to SIGHTS, with the query that raises NotFound for who does '
        "not see it; else who sees it and may not do this gets 404 in the place of 403"
        for feature, name in unsaid
    )
    idle = sorted(set(sights.SIGHTS) - asked)
    assert not idle, f"auditor/sights.py: no address that a role can be refused names {idle}; take them out"


def test_a_page_that_adds_to_a_list_names_the_list(app: Flask) -> None:
    without_ids = {rule.endpoint for rule, _ in refusable(app) if not rule.arguments}
    assert set(sights.LISTS) <= without_ids, sorted(set(sights.LISTS) - without_ids)
    for shown in sights.LISTS.values():
        marks = marks_of(app.view_functions[shown])
        assert marks is not None and marks.permission is not None, shown


PAGES = {  # where each thing is seen
    ("accounts", "person_id"): "/accounts/{person_id}",
    ("audits", "audit_id"): "/audits/{audit_id}",
    ("audits", "item_id"): "/audits/{audit_id}/items/{item_id}",
    ("catalogue", "control_id"): "/catalogue/controls/{control_id}",
    ("catalogue", "subject_id"): "/catalogue/subjects/{subject_id}",
    ("findings", "finding_id"): "/findings/{finding_id}",
    ("people", "department_id"): "/people/departments/{department_id}",
    ("people", "person_id"): "/people/{person_id}",
    ("scheduling", "name"): "/jobs/{name}",
}


@pytest.mark.parametrize(
    "name", ["auditor", "head_of_sales", "head_of_other", "staff_of_sales", "representative", "operator"]
)
def test_403_is_answered_where_the_page_of_the_thing_opens_and_404_elsewhere(
    app: Flask, cast: Any, client: Any, settings: Any, name: str
) -> None:
    item = items(assigned(cast))[0]
    answer(cast, item, Result.MINOR, note="施錠されていない。")
    finding = Making(cast, settings.evidence_folder, NOW).recorded(item=item)
    ids = {
        "audit_id": item.audit_id,
        "item_id": item.id,
        "control_id": cast.control["ORG-01"],
        "subject_id": cast.subject["D210"],
        "finding_id": finding.id,
        "department_id": cast.department["D211"],
        "person_id": cast.person["staff_of_sales"],
        "name": "send_mail",
    }
    actor = cast.actor(name)
    cast.sign_in(client, name)
    opens = {key: client.get(page.format(**ids)).status_code == 200 for key, page in PAGES.items()}
    sees = sights.of(app)
    wrong = []
    for rule, permission in refusable(app):
        keys = {(rule.endpoint.split(".")[0], argument) for argument in rule.arguments}
        if actor.may(permission) or not keys or not keys <= set(PAGES):
            continue
        named = {argument: ids[argument] for argument in rule.arguments}
        if sees(actor, rule.endpoint, named, NOW) != all(opens[key] for key in keys):
            wrong.append(f"{rule}: page opens {opens}")
        if sees(actor, rule.endpoint, dict.fromkeys(named, 0) | {"name": "nothing"}, NOW):
            wrong.append(f"{rule}: what there is not is not found by anybody")
    for endpoint, shown in sights.LISTS.items():
        permission = marks_of(app.view_functions[endpoint]).permission  # type: ignore[union-attr]
        with app.test_request_context():
            here, there = app.url_for(endpoint), app.url_for(shown)
        if not actor.may(permission) and sees(actor, endpoint, {}, NOW) != (
            client.get(there).status_code == 200
        ):
            wrong.append(f"{here} beside {there}")
    assert not wrong, "\n".join(wrong)


def test_every_permission_is_used_by_a_route_and_held_by_somebody(app: Flask) -> None:
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
