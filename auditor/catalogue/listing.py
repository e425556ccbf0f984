"""The list of subjects: one query of rows for a page, whatever their kind."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.catalogue.models import Subject, SubjectDetail
from auditor.catalogue.words import TARGETS
from auditor.dated import Moment
from auditor.language import current
from auditor.people import queries as people
from auditor.people.names import search_key, search_words


@dataclass(frozen=True)
class Line:
    """A subject as the list shows it."""

    subject: Subject
    name: str
    owner: str
    active: bool


def lines(kind: str, text: str, moment: Moment) -> list[Line]:
    """Return the subjects of a kind whose name or code contains each word of ``text``, active ones first.

    Three queries. Names live in two tables and two languages, so they are matched here: a company has some
    hundred subjects, not some hundred thousand.
    """
    keys = search_words(text)
    found = [line for line, key in _all(kind, moment) if all(one in key for one in keys)]
    return sorted(found, key=lambda line: (not line.active, line.subject.code))


def _all(kind: str, moment: Moment) -> list[tuple[Line, str]]:
    tree = people.tree(moment)
    details = {row.subject_id: row for row in SubjectDetail.standing(moment)}
    found = []
    for subject in Subject.select().where(Subject.kind == kind):
        unit = tree.details.get(subject.department_id or 0)
        detail = details.get(subject.id)
        if subject.department_id is not None:
            names = (tree.path(subject.department_id, "ja"), tree.path(subject.department_id, "en"))
            active, owner = unit is not None and unit.active, ""
        else:
            names = (detail.name_ja, detail.name_en) if detail else ("", "")
            active = bool(detail and detail.active)
            owner = tree.name(detail.owner_id, current()) if detail else ""
        shown = (names[1] if current() == "en" and names[1] else names[0]) or subject.code
        found.append((Line(subject, shown, owner, active), search_key(" ".join((subject.code, *names)))))
    return found


def counts() -> dict[str, int]:
    """Return how many subjects there are of each kind: one query."""
    found = dict.fromkeys(TARGETS, 0)
    for subject in Subject.select(Subject.kind):
        found[subject.kind] = found.get(subject.kind, 0) + 1
    return found
