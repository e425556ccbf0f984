"""Finds persons and departments: for lists that page in the database and for fields that search while one types."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import ModelSelect

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.people import queries
from auditor.people.models import Employment, Membership, Person, PersonDetail
from auditor.people.names import search_key, search_words

MATCHES = 12  # what a field that searches shows


def reach(actor: Actor, permission: Permission = Permission.PEOPLE_READ) -> frozenset[int] | None:
    """Return the departments whose people the actor may see; None: everybody's."""
    return None if actor.everywhere(permission) else actor.department_ids


def listed(
    moment: Moment,
    text: str = "",
    departments: Collection[int] | None = None,
    kind: str = "",
    status: str = "working",
) -> ModelSelect[PersonDetail]:
    """Return the details of the people who fit, in the order of their readings.

    ``departments`` counts concurrent posts. ``status`` is "working" (leaves included), a value of
    EmploymentStatus, or "" for everybody ever known.
    """
    query = PersonDetail.standing(moment).order_by(PersonDetail.sort_key, PersonDetail.person)
    if status or kind:
        query = query.where(PersonDetail.person.in_(_employed(moment, kind, status)))
    if departments is not None:
        members = queries.memberships(moment).select(Membership.person)
        query = query.where(
            PersonDetail.person.in_(members.where(Membership.department.in_(list(departments))))
        )
    for key in search_words(text):
        query = query.where(PersonDetail.search_key.contains(key))
    return query


def _employed(moment: Moment, kind: str, status: str) -> ModelSelect[Employment]:
    employed = Employment.standing(moment).select(Employment.person)
    if status == "working":
        employed = employed.where(Employment.status != "left")
    elif status:
        employed = employed.where(Employment.status == status)
    return employed.where(Employment.kind == kind) if kind else employed


@dataclass(frozen=True)
class Listed:
    """A row of the roster."""

    person_id: int
    number: str
    name: str
    reading: str
    email: str
    departments: str
    kind: str
    status: str


def rows_of(details: Collection[PersonDetail], moment: Moment, language: str) -> list[Listed]:
    """Return what a list shows of these people: four queries, however many they are."""
    ids = [row.person_id for row in details]
    numbers: Any = Person.select(Person.id, Person.employee_number).where(Person.id.in_(ids)).tuples()
    number_of = dict(numbers)
    employed = {row.person_id: row for row in Employment.standing(moment, Employment.person.in_(ids))}
    units = queries.tree(moment)
    posts: dict[int, list[Membership]] = {}
    held = Membership.standing(moment, Membership.person.in_(ids)).where(Membership.held)
    for post in held.order_by(Membership.main.desc(), Membership.id):
        posts.setdefault(post.person_id, []).append(post)
    found = []
    for row in details:
        employment = employed.get(row.person_id)
        found.append(
            Listed(
                row.person_id,
                number_of[row.person_id],
                queries.name_of(row),
                f"{row.family_kana or ''} {row.given_kana or ''}".strip(),
                row.email or "",
                "、".join(units.name(post.department_id, language) for post in posts.get(row.person_id, [])),
                employment.kind if employment else "",
                employment.status if employment else "",
            )
        )
    return found


def persons_matching(actor: Actor, text: str, moment: Moment, language: str) -> list[dict[str, Any]]:
    """Return people at work whom the actor may see, for a field that searches: id, label, hint."""
    if not text.strip():
        return []
    found = list(listed(moment, text, reach(actor)).limit(MATCHES))
    return [
        {"id": row.person_id, "label": row.name, "hint": f"{row.number} {row.departments}".strip()}
        for row in rows_of(found, moment, language)
    ]


def departments_matching(actor: Actor, text: str, moment: Moment, language: str) -> list[dict[str, Any]]:
    """Return departments in use that the actor may see, for a field that searches: id, label, hint."""
    units = queries.tree(moment)
    allowed = reach(actor)
    words = search_words(text)
    codes = queries.codes(units.details)
    found = []
    for unit_id in ordered(units):
        row = units.details[unit_id]
        key = search_key(f"{row.name}|{row.name_en}|{codes[unit_id]}")
        if row.active and (allowed is None or unit_id in allowed) and all(word in key for word in words):
            above = [units.name(one, language) for one in reversed(units.ancestors(unit_id))]
            hint = " ".join([codes[unit_id], *above])
            found.append({"id": unit_id, "label": units.name(unit_id, language), "hint": hint})
    return found[:MATCHES]


def ordered(units: queries.Tree) -> list[int]:
    """Return the departments from the top down, each followed by what is below it, by code."""
    codes = queries.codes(units.details)
    below: dict[int | None, list[int]] = {}
    for unit_id, row in units.details.items():
        parent = row.parent_id if row.parent_id in units.details else None
        below.setdefault(parent, []).append(unit_id)
    found: list[int] = []
    waiting = sorted(below.get(None, []), key=lambda one: codes[one], reverse=True)
    while waiting:
        unit_id = waiting.pop()
        if unit_id in found:
            continue
        found.append(unit_id)
        waiting += sorted(below.get(unit_id, []), key=lambda one: codes[one], reverse=True)
    return found
