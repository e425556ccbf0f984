"""Who answers a self-inspection: the responsible person of its subject, a deputy, and who is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.access import Role
from auditor.accounts.models import Deputy
from auditor.audits import queries
from auditor.audits.auditees import departments
from auditor.audits.models import Audit
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.people import queries as people


def respondents(subjects: Iterable[Subject], moment: Moment) -> dict[int, tuple[int, ...]]:
    """Return by subject who is to answer its self-inspection, deputies after whom they stand in for: six queries.

    For a department its head, where it has none the head of the nearest unit above; for a system, an area or a
    contractor the same of the department responsible for it; nobody for the company, whose persons are named.
    Leavers are left out. Deputies are those of a department head in their period.
    """
    wanted = list(subjects)
    units = departments(wanted, moment)
    heads, tree = people.heads(moment), people.tree(moment)
    working = people.working(set(heads.values()), moment)
    found: dict[int, int] = {}
    for subject in wanted:
        unit = units.get(subject.id)
        chain = (unit, *tree.ancestors(unit)) if unit is not None else ()
        head = next((heads[one] for one in chain if heads.get(one) in working), None)
        if head is not None:
            found[subject.id] = head
    standing_in = _deputies(set(found.values()), moment)
    return {
        subject.id: (found[subject.id], *standing_in.get(found[subject.id], ()))
        if subject.id in found
        else ()
        for subject in wanted
    }


def answering(audits: Iterable[Audit], moment: Moment) -> dict[int, tuple[int, ...]]:
    """Return by self-inspection who is to answer it: who is named, before the responsible person; eight queries.

    ``audit.subject`` is read with each audit.
    """
    wanted = list(audits)
    responsible = respondents({one.subject_id: one.subject for one in wanted}.values(), moment)
    named = queries.auditors([one.id for one in wanted], moment)
    working = people.working({row.person_id for rows in named.values() for row in rows}, moment)
    return {
        one.id: _in_order(
            (row.person_id for row in named.get(one.id, []) if row.person_id in working),
            responsible[one.subject_id],
        )
        for one in wanted
    }


def above(subjects: Iterable[Subject], moment: Moment) -> dict[int, int]:
    """Return by subject the nearest department whose head stands above whoever answers: told when it stays late."""
    heads, tree = people.heads(moment), people.tree(moment)
    found: dict[int, int] = {}
    for subject_id, unit in departments(subjects, moment).items():
        headed = [one for one in (unit, *tree.ancestors(unit)) if one in heads]
        higher = [one for one in headed[1:] if heads[one] != heads[headed[0]]]
        if higher:
            found[subject_id] = higher[0]
    return found


def _in_order(named: Iterable[int], responsible: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*named, *responsible)))


def _deputies(principals: set[int], moment: Moment) -> Mapping[int, tuple[int, ...]]:
    rows = list(
        Deputy.standing(moment, Deputy.principal.in_(list(principals)))
        .where(
            Deputy.held,
            Deputy.role == Role.DEPARTMENT_HEAD.value,
            Deputy.starts_on <= moment.day,
            Deputy.ends_on >= moment.day,
        )
        .order_by(Deputy.id)
    )
    working = people.working({row.deputy_id for row in rows}, moment)
    found: dict[int, tuple[int, ...]] = {}
    for row in rows:
        if row.deputy_id in working:
            found[row.principal_id] = (*found.get(row.principal_id, ()), row.deputy_id)
    return found
