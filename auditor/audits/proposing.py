"""Proposes auditors: independent (design §3.3), registered, with the fewest audits, not the same as last time.

For one audit or for a whole year at once: what is known is read once, and the audits of a batch are spread
over the auditors. A proposal names nobody who is not independent; whoever decides may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from auditor.audits.background import Background, Suitability, background, suitability, usual_auditors
from auditor.audits.independence import Owned, Verdict, judge
from auditor.audits.results import AUDITS, AuditKind
from auditor.audits.verdicts import known_facts
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, _n


@dataclass(frozen=True)
class Need:
    """A check that needs auditors; the audited period ``first``..``last`` has both its days."""

    key: Hashable  # names the need in the answer
    subject: Subject
    first: date
    last: date
    catalogue_id: int
    codes: tuple[str, ...]
    kind: str = AuditKind.OPERATION.value
    auditors: int = 1  # how many
    starts_on: date | None = None  # by this day, else by ``last``, the register and the load are looked at

    @property
    def day(self) -> date:
        return self.starts_on or self.last


@dataclass(frozen=True)
class Proposed:
    """Somebody proposed, and why."""

    person_id: int
    suitability: Suitability

    def reasons(self) -> list[str]:
        """Return why, one sentence a reason, in the current language."""
        return [str(_("Independent over the whole audited period")), *self.suitability.reasons()]


@dataclass(frozen=True)
class Proposal:
    """Who is proposed for a need, the lead first; fewer than asked for where too few are independent."""

    auditors: tuple[Proposed, ...] = ()
    missing: int = 0
    looked_at: int = 0

    @property
    def person_ids(self) -> tuple[int, ...]:
        return tuple(one.person_id for one in self.auditors)

    def gap(self) -> str:
        """Say in the current language why somebody is missing; empty where nobody is."""
        if not self.missing:
            return ""
        return str(
            _n(
                "%(num)s auditor is missing: of %(count)s people looked at, no other is independent and may be named.",
                "%(num)s auditors are missing: of %(count)s people looked at, no others are independent and may be named.",
                self.missing,
                count=self.looked_at,
            )
        )


def propose(
    needs: Sequence[Need], moment: Moment, busy: Mapping[tuple[int, int], int] | None = None
) -> dict[Hashable, Proposal]:
    """Return a proposal for each need that auditors carry out: nineteen queries, whatever the number.

    ``busy`` tells by person and fiscal year of further audits that are planned elsewhere. Needs with the
    fewest independent people are served first, those of one subject in the order of their days.
    """
    wanted = [need for need in needs if need.kind in AUDITS]
    if not wanted:
        return {}
    persons = usual_auditors(moment)
    known = background({need.subject.id for need in wanted}, moment)
    for key, count in (busy or {}).items():
        known.audits[key] = known.audits.get(key, 0) + count
    free = {need.key: _independent(verdicts) for need, verdicts in _judged(wanted, persons, moment)}
    wanted_for = Counter(person for ones in free.values() for person in ones)
    found: dict[Hashable, Proposal] = {}
    for need in _in_order(wanted, {key: len(ones) for key, ones in free.items()}):
        found[need.key] = _chosen(need, free[need.key], known, wanted_for, len(persons))
    return found


def _judged(
    needs: Iterable[Need], persons: Sequence[int], moment: Moment
) -> Iterable[tuple[Need, dict[int, Verdict]]]:
    needs = list(needs)
    facts = known_facts(persons, [need.subject for need in needs], max(need.last for need in needs), moment)
    owned_on: dict[date, Owned] = {}
    for need in needs:
        about = facts.about(persons, need.subject, need.catalogue_id, need.codes)
        yield need, judge(persons, need.first, need.last, about, owned_on)


def _independent(verdicts: Mapping[int, Verdict]) -> list[int]:
    return [person for person, verdict in verdicts.items() if verdict.independent]


def _in_order(needs: Sequence[Need], free: Mapping[Hashable, int]) -> list[Need]:
    """Put the subjects with the fewest independent people first, each subject's needs by their days."""
    scarcest: dict[int, int] = {}
    for need in needs:
        one = need.subject.id
        scarcest[one] = min(scarcest.get(one, free[need.key]), free[need.key])
    return sorted(needs, key=lambda need: (scarcest[need.subject.id], need.subject.id, need.day))


def _chosen(
    need: Need, free: Iterable[int], known: Background, wanted_for: Mapping[int, int], looked_at: int
) -> Proposal:
    """Choose from ``free``; of equals, whoever can be named for the fewest needs, so that the others remain."""
    made = [Proposed(person, suitability(known, person, need.subject.id, need.day)) for person in free]
    if known.only_registered:
        made = [one for one in made if one.suitability.registered]
    made.sort(key=lambda one: (one.suitability.order, wanted_for[one.person_id], one.person_id))
    taken = tuple(made[: need.auditors])
    if taken:
        known.took((one.person_id for one in taken), need.subject.id, known.year_of(need.day))
    return Proposal(taken, need.auditors - len(taken), looked_at)
