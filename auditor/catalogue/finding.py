"""What a field that searches while one types finds: rows of id, label and hint, at most ten."""

from __future__ import annotations

from typing import TypedDict

from auditor.catalogue import queries, words
from auditor.catalogue.models import Control, Subject, SubjectDetail
from auditor.dated import Moment
from auditor.language import current, pick
from auditor.people import queries as people
from auditor.people.models import PersonDetail
from auditor.people.names import search_key, search_words

MOST = 10


class Match(TypedDict):
    """One row of an answer."""

    id: int | str
    label: str
    hint: str


def subjects(text: str, moment: Moment, most: int = MOST) -> list[Match]:
    """Return the active subjects whose name (either language) or code contains each word of ``text``."""
    keys = search_words(text)
    found: list[Match] = []
    for subject, names in active_subjects(moment):
        key = search_key(" ".join((subject.code, *names)))
        if all(one in key for one in keys):
            hint = f"{words.word(words.SUBJECT_KINDS, subject.kind)} {subject.code}"
            found.append(Match(id=subject.id, label=shown(names), hint=hint))
    return found[:most]


def active_subjects(moment: Moment) -> list[tuple[Subject, tuple[str, str]]]:
    """Return every subject that is checked at ``moment`` with its names in Japanese and English: three queries."""
    tree = people.tree(moment)
    details = {row.subject_id: row for row in SubjectDetail.standing(moment)}
    found = []
    for subject in Subject.select().order_by(Subject.kind, Subject.code):
        names = _names(subject, details.get(subject.id), tree)
        if names:
            found.append((subject, names))
    return found


def shown(names: tuple[str, str]) -> str:
    """Return the name in the reader's language, or the Japanese one."""
    return names[1] if current() == "en" and names[1] else names[0]


def _names(subject: Subject, detail: SubjectDetail | None, tree: people.Tree) -> tuple[str, str] | None:
    """Return the names in Japanese and English of a subject that is checked today, or None."""
    if subject.department_id is not None:
        row = tree.details.get(subject.department_id)
        return (row.name, row.name_en or "") if row is not None and row.active else None
    return (detail.name_ja, detail.name_en) if detail is not None and detail.active else None


def controls(text: str, moment: Moment, most: int = MOST) -> list[Match]:
    """Return controls of the versions in use that contain each word of ``text``; ``id`` is the code."""
    in_use = [version.id for version in queries.versions_in_use(moment)]
    rows = (
        Control.select()
        .where(Control.version.in_(in_use), *queries.matching(text))
        .order_by(Control.version, Control.position)
        .limit(most)
    )
    return [Match(id=row.code, label=f"{row.code} {pick(row, 'title')}", hint="") for row in rows]


def persons(text: str, moment: Moment, most: int = MOST) -> list[Match]:
    """Return persons who work here and whose name or number contains each word of ``text``."""
    keys = search_words(text)
    if not keys:
        return []
    working = people.employments(moment)
    rows = (
        PersonDetail.standing(moment)
        .where(
            PersonDetail.person.in_(working.select(working.model.person)),
            *(PersonDetail.search_key.contains(key) for key in keys),
        )
        .order_by(PersonDetail.sort_key)
        .limit(most)
    )
    found = list(rows)
    homes = people.main_departments([row.person_id for row in found], moment)
    tree = people.tree(moment)
    return [
        Match(
            id=row.person_id,
            label=people.name_of(row),
            hint=tree.name(homes.get(row.person_id), current()),
        )
        for row in found
    ]
