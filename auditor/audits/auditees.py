"""The audited side: which department answers for the subject, and who heads it."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.catalogue.models import Subject, SubjectDetail
from auditor.dated import Moment
from auditor.people import queries as people


def departments(subjects: Iterable[Subject], moment: Moment) -> dict[int, int]:
    """Return by subject the department audited, or the one responsible for what is no department: one query."""
    wanted = list(subjects)
    others = [one.id for one in wanted if one.department_id is None]
    found = {one.id: one.department_id for one in wanted if one.department_id is not None}
    if others:
        for row in SubjectDetail.standing(moment, SubjectDetail.subject.in_(others)):
            if row.owner_id is not None:
                found[row.subject_id] = row.owner_id
    return found


def department_of(subject: Subject, moment: Moment) -> int | None:
    """Return the department that answers for one subject."""
    return departments([subject], moment).get(subject.id)


def head_of(subject: Subject, moment: Moment) -> int | None:
    """Return who heads the department that answers, or the nearest one above it: four queries at most."""
    department = department_of(subject, moment)
    if department is None:
        return None
    heads = people.heads(moment)
    above = [department, *people.tree(moment).ancestors(department)]
    named = [heads[one] for one in above if one in heads]
    working = people.working(named, moment)
    return next((person for person in named if person in working), None)
