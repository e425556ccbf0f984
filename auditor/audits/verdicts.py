"""Reads what independence is judged by, and says a verdict in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditor.access import Role
from auditor.accounts.models import RoleGrant
from auditor.audits.independence import Conflict, Facts, Ground, Unit, Verdict, judge
from auditor.catalogue.models import ControlOwner, Subject, SubjectDetail
from auditor.catalogue.subjects import COMPANY
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _
from auditor.people.models import DepartmentDetail, Membership
from auditor.people.queries import Tree
from auditor.timelines import Timeline, known, timelines

_CODES_SAID = 3


def verdicts(
    person_ids: Collection[int],
    subject: Subject,
    first: date,
    last: date,
    catalogue_id: int,
    codes: Collection[str],
    moment: Moment,
) -> dict[int, Verdict]:
    """Return whether each person is independent of the subject and of the controls ``codes``.

    Judged over the audited period ``first``..``last`` as known at ``moment``: six queries, whatever the number.
    """
    facts = known_facts(person_ids, [subject], last, moment).about(person_ids, subject, catalogue_id, codes)
    return judge(person_ids, first, last, facts)


@dataclass(frozen=True)
class KnownFacts:
    """What is known of persons' posts, the hierarchy and who owns what, for as many audits as one likes."""

    posts: dict[int, dict[int, Timeline[bool]]]  # by person and department
    units: dict[int, Timeline[Unit]]
    owners: dict[int, dict[str, Timeline[tuple[int | None, int | None]]]]  # by catalogue and code
    responsible: dict[int, Timeline[int | None]]  # by subject
    own_level: str
    administrators: frozenset[int]  # who may not audit for being administrator

    def about(
        self, person_ids: Iterable[int], subject: Subject, catalogue_id: int, codes: Iterable[str]
    ) -> Facts:
        """Return what one audit is judged by."""
        owned = self.owners.get(catalogue_id, {})
        owners = {code: owned[code] for code in set(codes) if code in owned}
        company_wide = subject.kind == COMPANY
        # Whose unit is asked for: the candidates, and on a company-wide subject the controls' owners.
        persons = {*person_ids, *(_persons_of(owners.values()) if company_wide else ())}
        return Facts(
            memberships={
                (person, unit): held
                for person in persons
                for unit, held in self.posts.get(person, {}).items()
            },
            units=self.units,
            own_level=self.own_level,
            department=subject.department_id,
            company_wide=company_wide,
            subject_owner=self.responsible.get(subject.id, Timeline([])),
            owners=owners,
            administrators=self.administrators,
        )


def known_facts(
    person_ids: Collection[int], subjects: Iterable[Subject], last: date, moment: Moment
) -> KnownFacts:
    """Return what is known at ``moment`` and holds on some day up to ``last``: six queries, whatever the number."""
    settings = company.settings(moment)
    persons, instant = list(person_ids), moment.instant
    others = [subject.id for subject in subjects if subject.department_id is None]
    owners: dict[int, dict[str, Timeline[tuple[int | None, int | None]]]] = {}
    owned = timelines(
        known(ControlOwner, last, instant),
        lambda row: (row.catalogue_id, row.code),
        lambda row: (row.department_id, row.person_id),
    )
    for (catalogue, code), line in owned.items():
        owners.setdefault(catalogue, {})[code] = line
    owning = {person for lines in owners.values() for person in _persons_of(lines.values())}
    posts: dict[int, dict[int, Timeline[bool]]] = {}
    lines = timelines(
        known(Membership, last, instant, Membership.person.in_([*persons, *owning])),
        lambda row: (row.person_id, row.department_id),
        lambda row: row.held,
    )
    for (person, unit), held in lines.items():
        posts.setdefault(person, {})[unit] = held
    responsible = known(SubjectDetail, last, instant, SubjectDetail.subject.in_(others)) if others else []
    return KnownFacts(
        posts,
        timelines(
            known(DepartmentDetail, last, instant),
            lambda row: row.department_id,
            lambda row: Unit(row.parent_id, row.level),
        ),
        owners,
        timelines(responsible, lambda row: row.subject_id, lambda row: row.owner_id),
        settings["own_unit_level"],
        frozenset() if settings["administrator_may_audit"] else administrators(persons, moment),
    )


def _persons_of(owners: Iterable[Timeline[tuple[int | None, int | None]]]) -> set[int]:
    return {person for line in owners for _unit, person in line.values() if person is not None}


def administrators(person_ids: Collection[int], moment: Moment) -> frozenset[int]:
    """Return those of the persons who are administrator at ``moment``: one query."""
    grants = RoleGrant.standing(
        moment, RoleGrant.role == Role.ADMINISTRATOR.value, RoleGrant.person.in_(list(person_ids))
    ).where(RoleGrant.held)
    return frozenset(row.person_id for row in grants)


def reasons(conflicts: Iterable[Conflict], tree: Tree, language: str) -> list[str]:
    """Return one sentence a conflict, naming the unit and the dates."""
    return [str(_sentence(one, tree, language)) for one in conflicts]


def _sentence(one: Conflict, tree: Tree, language: str) -> Any:
    named = {
        "unit": tree.name(one.unit, language),
        "target": tree.name(one.target, language),
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "codes": _said(one.codes),
    }
    if one.ground is Ground.ADMINISTRATOR:
        return _("Is the administrator, who does not audit.")
    if one.ground is Ground.CONTROL_OWNER:
        return _("Is responsible for %(codes)s from %(first)s to %(last)s.", **named)
    if one.ground is Ground.CONTROL_OWNER_UNIT:
        return _(
            "Belongs to %(unit)s from %(first)s to %(last)s; %(target)s is responsible for %(codes)s.",
            **named,
        )
    if one.ground is Ground.SUBJECT_OWNER:
        return _(
            "Belongs to %(unit)s from %(first)s to %(last)s; %(target)s is responsible for the subject.",
            **named,
        )
    if one.unit == one.target:
        return _(
            "Belongs to %(unit)s, which is to be audited, from %(first)s to %(last)s.",
            **named,
        )
    return _(
        "Belongs to %(unit)s from %(first)s to %(last)s, which counts as the same department as %(target)s.",
        **named,
    )


def _said(codes: tuple[str, ...]) -> Any:
    shown = _(", ").join(codes[:_CODES_SAID])
    more = len(codes) - _CODES_SAID
    return _("%(codes)s and %(more)s more", codes=shown, more=more) if more > 0 else shown
