"""Choosing a person or a department by typing part of a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from auditor.dated import Moment
from auditor.language import _
from auditor.language import current as language
from auditor.people import queries as people
from auditor.people.models import Employment, PersonDetail
from auditor.people.names import search_key

_MOST = 12
Match = dict[str, object]


def persons(text: str, moment: Moment) -> list[Match]:
    """Return up to twelve persons who work here and whose name, kana or number holds ``text``."""
    key = search_key(text[:100])  # SQLite refuses a long pattern
    if not key:
        return []
    working = people.employments(moment).select(Employment.person)
    rows = (
        PersonDetail.standing(moment)
        .where(PersonDetail.search_key.contains(key), PersonDetail.person.in_(working))
        .order_by(PersonDetail.sort_key)
        .limit(_MOST)
    )
    found = {row.person_id: people.name_of(row) for row in rows}
    posts = people.main_departments(found, moment) if found else {}
    tree = people.tree(moment) if found else None
    return [
        {"id": one, "label": label, "hint": tree.name(posts.get(one), language()) if tree else ""}
        for one, label in found.items()
    ]


def departments(text: str, moment: Moment) -> list[Match]:
    """Return up to twelve departments whose name or code holds ``text``."""
    key = search_key(text[:100])  # SQLite refuses a long pattern
    if not key:
        return []
    tree = people.tree(moment)
    found = [
        {"id": one, "label": tree.name(one, language()), "hint": tree.path(one, language())}
        for one, row in tree.details.items()
        if row.active and key in search_key(f"{row.name} {row.name_en}")
    ]
    return found[:_MOST]


@dataclass
class Pick:
    """What a picker holds: the id chosen, the text typed, and what to say when it is none."""

    name: str
    value: int | None = None
    text: str = ""
    error: str = ""
    matches: list[Match] = field(default_factory=list)


def picked(
    form: Mapping[str, str], name: str, moment: Moment, find: Callable[[str, Moment], list[Match]]
) -> Pick:
    """Read a picker from a sent form; without script the text is searched, and one match is taken."""
    text = form.get(f"{name}_search", "").strip()
    value = form.get(name, "")
    if value.isdigit() and int(value) < 2**31:
        return Pick(name, int(value), text)
    matches = find(text, moment) if text else []
    if len(matches) == 1:
        return Pick(name, int(str(matches[0]["id"])), str(matches[0]["label"]))
    if not text:
        return Pick(name, error=_("Type part of the name and choose one."))
    if not matches:
        return Pick(
            name, text=text, error=_("No match. Check the spelling, or type a shorter part of the name.")
        )
    return Pick(name, text=text, error=_("Several match. Choose one below."), matches=matches)


def picked_department(form: Mapping[str, str], moment: Moment) -> Pick:
    """Read the picker of a department; a number that is none of a department chooses nothing."""
    chosen = picked(form, "department", moment, departments)
    if chosen.value is not None and chosen.value not in people.tree(moment).details:
        return Pick("department", text=chosen.text, error=_("Type part of the name and choose one."))
    return chosen
