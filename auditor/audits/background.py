"""What the choice of an auditor looks at beside independence: who is registered, how much they do, who audited last."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from auditor.access import Role
from auditor.accounts import queries as accounts
from auditor.accounts.models import RoleGrant
from auditor.audits import register
from auditor.audits.models import Audit, AuditAssignee
from auditor.audits.register import Qualified
from auditor.audits.results import AUDITS, State
from auditor.calendars import FiscalCalendar
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _, _n
from auditor.people import queries as people
from auditor.people.kinds import EmploymentStatus
from auditor.people.models import Employment, Membership


@dataclass
class Background:
    """What is known of persons and subjects; ``took`` adds what is being planned."""

    years: FiscalCalendar
    heads: frozenset[int]  # who approves audits: named only where nobody else is
    audits: dict[tuple[int, int], int]  # by person and fiscal year: audits carried out, open or planned
    teams: dict[int, list[frozenset[int]]]  # by subject: who audited it, the last time first
    register: dict[int, Qualified]  # everybody who ever was in the register of auditors
    only_registered: bool = False  # nobody else may be named

    def year_of(self, day: date) -> int:
        """Return the fiscal year that ``day`` lies in."""
        return self.years.year_of(day).label

    def times_running(self, person_id: int, subject_id: int) -> int:
        """Return how many of the subject's last audits in a row the person carried out."""
        count = 0
        for team in self.teams.get(subject_id, []):
            if person_id not in team:
                break
            count += 1
        return count

    def has_audited(self, person_id: int, subject_id: int) -> bool:
        """Tell whether the person ever audited the subject."""
        return any(person_id in team for team in self.teams.get(subject_id, []))

    def took(self, person_ids: Iterable[int], subject_id: int, year: int) -> None:
        """Count an audit that is being planned."""
        team = frozenset(person_ids)
        for person in team:
            self.audits[person, year] = self.audits.get((person, year), 0) + 1
        self.teams.setdefault(subject_id, []).insert(0, team)


@dataclass(frozen=True)
class Suitability:
    """Why somebody independent is proposed, and in which order."""

    audits: int  # in the fiscal year of the audit
    times_running: int
    audited_here: bool
    qualified: Qualified | None = None  # what the register says, also of another day
    registered: bool = False  # on the day of the audit
    register_kept: bool = False  # somebody is in it at all
    order: tuple[Any, ...] = field(default=(), compare=False)

    def reasons(self) -> list[str]:
        """Return the reasons in words, in the current language."""
        register_says = [self.qualification()] if self.register_kept else []
        return [*register_says, self.last_time(), self.load()]

    def qualification(self) -> str:
        """Say what the register of auditors says for the day of the audit."""
        if self.qualified is None:
            return str(_("Not in the register of auditors"))
        if not self.registered and self.qualified.until is not None:
            return str(_("Registered as auditor until %(day)s only", day=self.qualified.until.isoformat()))
        if not self.registered:
            return str(_("Registered as auditor from %(day)s only", day=self.qualified.since.isoformat()))
        if self.qualified.until is None:
            return str(_("Registered as auditor"))
        return str(_("Registered as auditor until %(day)s", day=self.qualified.until.isoformat()))

    def last_time(self) -> str:
        """Say whether the person audited here before."""
        if self.times_running > 1:
            return str(_("Audited here the last %(num)s times", num=self.times_running))
        if self.times_running:
            return str(_("Audited here last time"))
        return str(_("Did not audit here last time") if self.audited_here else _("Has not audited here yet"))

    def load(self) -> str:
        """Say how many audits the person has in the fiscal year."""
        return str(_n("%(num)s audit this fiscal year", "%(num)s audits this fiscal year", self.audits))


def suitability(background: Background, person_id: int, subject_id: int, day: date) -> Suitability:
    """Return how well the person suits an audit of the subject that starts on ``day``, apart from independence.

    First come those whom the register has on that day, of them those who do not approve audits, then those
    who did not audit here last time, then those with the fewest audits in the fiscal year.
    """
    year = background.year_of(day)
    qualified = background.register.get(person_id)
    registered = qualified is not None and qualified.on(day)
    audits = background.audits.get((person_id, year), 0)
    running = background.times_running(person_id, subject_id)
    head = person_id in background.heads
    return Suitability(
        audits=audits,
        times_running=running,
        audited_here=running > 0 or background.has_audited(person_id, subject_id),
        qualified=qualified,
        registered=registered,
        register_kept=bool(background.register),
        order=(not registered, head, running > 0, audits, running),
    )


def background(subject_ids: Collection[int], moment: Moment, beside: int | None = None) -> Background:
    """Return what is known at ``moment`` of the subjects and of everybody who audits: six queries.

    ``beside`` is an audit that is not counted, and before which "last time" lies.
    """
    counted: Any = Audit.select(Audit.id, Audit.subject, Audit.fiscal_year).where(
        Audit.kind.in_([kind.value for kind in AUDITS]),
        Audit.created_at <= moment.instant,
        Audit.current_state != State.CANCELLED.value,
    )
    audits = {one: (subject, year) for one, subject, year in counted.order_by(Audit.id.desc()).tuples()}
    posts = AuditAssignee.standing(moment, AuditAssignee.audit.in_(counted.select(Audit.id)))
    teams: dict[int, set[int]] = {}
    numbers: dict[tuple[int, int], int] = {}
    for post in posts.where(AuditAssignee.held):
        teams.setdefault(post.audit_id, set()).add(post.person_id)
        if post.audit_id != beside:
            key = post.person_id, audits[post.audit_id][1]
            numbers[key] = numbers.get(key, 0) + 1
    wanted, last = set(subject_ids), dict[int, list[frozenset[int]]]()
    for one, (subject, _year) in audits.items():
        if subject in wanted and one in teams and (beside is None or one < beside):
            last.setdefault(subject, []).append(frozenset(teams[one]))
    grants = RoleGrant.standing(
        moment, RoleGrant.role.in_([Role.HEAD_OF_AUDIT.value, Role.REPRESENTATIVE.value])
    )
    heads = frozenset(row.person_id for row in grants.where(RoleGrant.held))
    settings = company.settings(moment)
    return Background(
        company.fiscal_calendar(moment),
        heads,
        numbers,
        last,
        register.qualified(None, moment),
        settings[register.ONLY_REGISTERED],
    )


def usual_auditors(moment: Moment) -> list[int]:
    """Return who is at work and is in the register, has audited, or belongs to the unit of the head of audit."""
    audited: Any = (
        AuditAssignee.select(AuditAssignee.person)
        .join(Audit)
        .where(AuditAssignee.held, Audit.kind.in_([kind.value for kind in AUDITS]))
        .distinct()
        .tuples()
    )
    heads = accounts.holders(Role.HEAD_OF_AUDIT, moment)
    units = set(people.main_departments(heads, moment).values())
    rows = people.memberships(moment).where(Membership.department.in_(list(units)))
    persons = {row[0] for row in audited} | {row.person_id for row in rows}
    persons |= set(register.qualified(None, moment))
    at_work = people.employments(moment).where(
        Employment.person.in_(list(persons)), Employment.status == EmploymentStatus.ACTIVE.value
    )
    return sorted(row.person_id for row in at_work)
