"""Who carries out what is planned: independent auditors, and who answers for the company's self-inspections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from auditor.access import Actor, Permission, Role
from auditor.accounts import queries as accounts
from auditor.audits.independence import Ground, judge
from auditor.audits.programme.proposal import Proposed
from auditor.audits.proposing import Need, propose
from auditor.audits.results import AUDITS
from auditor.audits.verdicts import known_facts
from auditor.calendars import add_months
from auditor.catalogue.models import Subject
from auditor.catalogue.subjects import COMPANY
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.people import queries as people

PERIOD_MONTHS = 12  # before an audit begins: what it looks back on


def period_of(starts_on: date) -> tuple[date, date]:
    """Return the audited period of an audit that begins on ``starts_on``: the twelve months before."""
    return add_months(starts_on, -PERIOD_MONTHS), starts_on - timedelta(days=1)


def named(
    found: Sequence[Proposed], moment: Moment, busy: Sequence[tuple[int, int]] = ()
) -> dict[str, tuple[int, ...]]:
    """Return by key who is proposed for each check; about 25 queries, whatever the number.

    Of an audit those who are independent. The administrator's own office is audited by the head of audit, where
    that person is independent of it. The company's self-inspections are answered by the administrator.
    ``busy`` are persons, each with a fiscal year, who are planned for an audit elsewhere.
    """
    subjects = {
        row.id: row for row in Subject.select().where(Subject.id.in_([one.subject_id for one in found]))
    }
    audits = [one for one in found if one.kind in AUDITS]
    load: dict[tuple[int, int], int] = {}
    for pair in busy:
        load[pair] = load.get(pair, 0) + 1
    answers = propose([_need(one, subjects[one.subject_id]) for one in audits], moment, load)
    people_of = {one.key: answers[one.key].person_ids if one.key in answers else () for one in audits}
    for key, head in _by_head_of_audit(audits, subjects, moment).items():
        people_of[key] = (head,)
    answering = tuple(accounts.holders(Role.ADMINISTRATOR, moment)[:1])
    for one in found:
        if one.kind not in AUDITS:
            people_of[one.key] = answering if subjects[one.subject_id].kind == COMPANY else ()
    return people_of


def _need(one: Proposed, subject: Subject) -> Need:
    first, last = period_of(one.starts_on)
    return Need(
        one.key,
        subject,
        first,
        last,
        one.catalogue_id,
        one.codes,
        one.kind,
        max(1, one.auditors),
        one.starts_on,
    )


def _by_head_of_audit(
    audits: Iterable[Proposed], subjects: dict[int, Subject], moment: Moment
) -> dict[str, int]:
    """Return by key the head of audit, for audits of the administrator's own office: nine queries."""
    own = own_subjects(subjects.values(), moment)
    wanted = [one for one in audits if one.subject_id in own]
    heads = accounts.holders(Role.HEAD_OF_AUDIT, moment)
    if not wanted or not heads:
        return {}
    last = max(period_of(one.starts_on)[1] for one in wanted)
    facts = known_facts(heads, [subjects[one.subject_id] for one in wanted], last, moment)
    found = {}
    for one in wanted:
        about = facts.about(heads, subjects[one.subject_id], one.catalogue_id, one.codes)
        judged = judge(heads, *period_of(one.starts_on), about)
        free = [head for head in heads if judged[head].independent]
        if free:
            found[one.key] = free[0]
    return found


def own_subjects(subjects: Iterable[Subject], moment: Moment, person_id: int | None = None) -> set[int]:
    """Return the subjects that are of an administrator's own unit (or of that person's): seven queries."""
    listed = list(subjects)
    persons = [person_id] if person_id is not None else accounts.holders(Role.ADMINISTRATOR, moment)
    if not persons or not listed:
        return set()
    facts = known_facts(persons, listed, moment.day, moment)
    grounds = (Ground.OWN_UNIT, Ground.SUBJECT_OWNER)
    found = set()
    for subject in listed:
        judged = judge(persons, moment.day, moment.day, facts.about(persons, subject, 0, []))
        if any(one.ground in grounds for verdict in judged.values() for one in verdict.conflicts):
            found.add(subject.id)
    return found


def not_to_name(actor: Actor, subjects: Iterable[Subject], moment: Moment) -> set[int]:
    """Return the subjects whose auditors the actor may not name: the own unit of an administrator (design §1)."""
    if actor.person_id is None or actor.everywhere(Permission.INDEPENDENCE_OVERRIDE):
        return set()
    if company.setting("administrator_may_audit", moment):
        return set()
    return own_subjects(subjects, moment, actor.person_id)


def gone(person_ids: Iterable[int], moment: Moment) -> set[int]:
    """Return those of the persons who do not work here any more: one query."""
    wanted = set(person_ids)
    return wanted - people.working(wanted, moment)
