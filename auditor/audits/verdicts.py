"""Reads what independence is judged by, and says a verdict in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, TypeVar

from auditor.access import Role
from auditor.accounts.models import RoleGrant
from auditor.audits.independence import Conflict, Facts, Ground, Timeline, Unit, Verdict, judge
from auditor.catalogue.models import ControlOwner, Subject, SubjectDetail
from auditor.company import queries as company
from auditor.dated import DatedRow, Moment
from auditor.language import _
from auditor.people.models import DepartmentDetail, Membership
from auditor.people.queries import Tree

Row = TypeVar("Row", bound=DatedRow)
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
    return judge(person_ids, first, last, facts(person_ids, subject, last, catalogue_id, codes, moment))


def facts(
    person_ids: Collection[int],
    subject: Subject,
    last: date,
    catalogue_id: int,
    codes: Collection[str],
    moment: Moment,
) -> Facts:
    """Return what is known at ``moment`` of the persons' posts, the hierarchy and who owns what, up to ``last``."""
    settings = company.settings(moment)
    posts = _known(Membership, last, moment, Membership.person.in_(list(person_ids)))
    units = _known(DepartmentDetail, last, moment)
    owners = _known(ControlOwner, last, moment, ControlOwner.catalogue == catalogue_id)
    wanted = set(codes)
    responsible = []
    if subject.department_id is None:
        responsible = _known(SubjectDetail, last, moment, SubjectDetail.subject == subject.id)
    return Facts(
        memberships=_lines(posts, lambda row: (row.person_id, row.department_id), lambda row: row.held),
        units=_lines(units, lambda row: row.department_id, lambda row: Unit(row.parent_id, row.level)),
        own_level=settings["own_unit_level"],
        department=subject.department_id,
        subject_owner=Timeline((row.valid_from, row.owner_id) for row in responsible),
        owners=_lines(
            [row for row in owners if row.code in wanted],
            lambda row: row.code,
            lambda row: (row.department_id, row.person_id),
        ),
        administrators=frozenset()
        if settings["administrator_may_audit"]
        else administrators(person_ids, moment),
    )


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


def _known(model: type[Row], last: date, moment: Moment, *where: Any) -> list[Row]:
    """Return the rows known at ``moment`` that hold on some day up to ``last``, later ones outranking."""
    withdrawn = model.alias()
    corrected = withdrawn.select(withdrawn.replaces).where(
        withdrawn.corrects & (withdrawn.recorded_at <= moment.instant) & withdrawn.replaces.is_null(False)
    )
    query = (
        model.select()
        .where(
            model.recorded_at <= moment.instant,
            model.valid_from <= last,
            model.id.not_in(corrected),
            *where,
        )
        .order_by(model.valid_from, model.recorded_at, model.id)
    )
    return list(query)


def _lines(rows: Iterable[Row], key: Callable[[Row], Any], value: Callable[[Row], Any]) -> dict[Any, Any]:
    steps: dict[Any, list[tuple[date, Any]]] = {}
    for row in rows:
        steps.setdefault(key(row), []).append((row.valid_from, value(row)))
    return {one: Timeline(found) for one, found in steps.items()}
