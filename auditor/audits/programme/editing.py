"""Changes entries of a programme: one with all it says, or many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from auditor.access import Actor
from auditor.audits.independence import Verdict, judge
from auditor.audits.programme import naming
from auditor.audits.programme.models import (
    Programme,
    ProgrammeEntry,
    ProgrammeEntryDetail,
    ProgrammeOpening,
)
from auditor.audits.programme.proposal import Proposed
from auditor.audits.programme.words import PLANNED, SKIPPED
from auditor.audits.programme.writing import Change, add_entries, change_entries, reason_for
from auditor.audits.queries import subject_name
from auditor.audits.results import AUDITS, AuditKind
from auditor.audits.verdicts import known_facts, reasons
from auditor.calendars import FiscalYear, add_months, business_day
from auditor.catalogue.models import Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, _l, current
from auditor.people import queries as people

MOST_WEEKS = 52


@dataclass(frozen=True)
class Wanted:
    """What an entry is to say."""

    starts_on: date
    due_on: date
    codes: tuple[str, ...]
    people: tuple[int, ...]


def edit(
    actor: Actor,
    at: datetime,
    programme: Programme,
    entry: ProgrammeEntry,
    year: FiscalYear,
    wanted: Wanted,
    reason: str,
    based_on: int,
) -> None:
    """Change the dates, controls and persons of an entry; the rule's own date stays.

    Raises RuleBroken for what cannot be and for an approved plan without a reason, Stale when somebody else
    changed the entry meanwhile.
    """
    reason = reason_for(programme, at, reason)
    stands = require_unopened(entry, at)
    if stands.id != based_on:
        names = ("starts_on", "due_on", "codes", "people", "state")
        theirs = {name: getattr(stands, name) for name in names}
        raise Stale(
            {**theirs, "by": stands.recorded_by, "at": stands.recorded_at, "row": stands.id}, vars(wanted)
        )
    check_dates(wanted.starts_on, wanted.due_on, year)
    if not wanted.codes:
        raise RuleBroken(_l("Choose at least one control."), "codes")
    if set(wanted.people) != set(stands.people):
        check_people(actor, at, [(entry, wanted.starts_on, tuple(wanted.codes))], wanted.people)
    change = Change(wanted.starts_on, wanted.due_on, wanted.codes, wanted.people, PLANNED)
    change_entries(actor, at, programme, {entry.id: change}, [stands], reason, "edited")


def add_by_hand(
    actor: Actor,
    at: datetime,
    programme: Programme,
    year: FiscalYear,
    subject: Subject,
    kind: str,
    catalogue_id: int,
    wanted: Wanted,
    reason: str = "",
    mark: str = "",
) -> None:
    """Add one check that no rule asks for; a second click with the same ``mark`` adds none.

    Raises RuleBroken as ``edit`` does.
    """
    if kind not in list(AuditKind):
        raise RuleBroken(_l("Choose what is done: an audit or a self-inspection."), "kind")
    check_dates(wanted.starts_on, wanted.due_on, year)
    if not wanted.codes:
        raise RuleBroken(_l("Choose at least one control."), "codes")
    made = Proposed(
        f"hand:{mark or uuid4().hex[:16]}", subject.id, catalogue_id, kind, None, wanted.starts_on, wanted.starts_on,
        wanted.due_on, wanted.codes, 1, wanted.people, True,
    )  # fmt: skip
    _check_all(actor, at, [(subject, kind, catalogue_id, wanted.starts_on, wanted.codes)], wanted.people)
    add_entries(actor, at, programme, [made], "hand", reason)


def move(
    actor: Actor,
    at: datetime,
    programme: Programme,
    year: FiscalYear,
    entry_ids: Collection[int],
    reason: str,
    weeks: int = 0,
    month: int = 0,
) -> int:
    """Move entries by so many weeks, or each to the same day of a calendar month of the year.

    They fall on business days and keep how long they take. Raises RuleBroken where one would leave the year,
    and as ``edit`` does; then none is moved.
    """
    reason = reason_for(programme, at, reason)
    if not weeks and not month:
        raise RuleBroken(_l("Say by how many weeks, or to which month, they move."), "weeks")
    if abs(weeks) > MOST_WEEKS or not 0 <= month <= 12:
        raise RuleBroken(_l("Move by at most 52 weeks."), "weeks")
    rows = _standing_of(programme, entry_ids, at)
    closed = company.closed_days(Moment.at(at))
    changes = {}
    for row in rows:
        starts = business_day(_moved(row.starts_on, weeks, month, year), closed=closed)
        if starts > year.last:
            starts = business_day(year.last, later=False, closed=closed)
        due = business_day(starts + (row.due_on - row.starts_on), closed=closed)
        if due > year.last >= starts:
            due = max(starts, business_day(year.last, later=False, closed=closed))
        check_dates(starts, due, year)
        changes[row.entry_id] = Change(starts, due)
    return change_entries(actor, at, programme, changes, rows, reason, "moved")


def _moved(day: date, weeks: int, month: int, year: FiscalYear) -> date:
    if not month:
        return day + timedelta(weeks=weeks)
    ahead = (month - year.first.month) % 12
    return add_months(year.first.replace(day=1), ahead) + timedelta(days=min(day.day, 28) - 1)


def reassign(
    actor: Actor,
    at: datetime,
    programme: Programme,
    entry_ids: Collection[int],
    person_ids: Sequence[int],
    reason: str,
) -> int:
    """Have other persons carry out the entries; the first one leads.

    Raises RuleBroken for nobody and for an auditor who is not independent of one of them, naming both; then
    nothing is changed.
    """
    reason = reason_for(programme, at, reason)
    if not person_ids:
        raise RuleBroken(_l("Choose who carries them out."), "people")
    rows = _standing_of(programme, entry_ids, at)
    entries = {row.id: row for row in ProgrammeEntry.select().where(ProgrammeEntry.id.in_(list(entry_ids)))}
    about = [(entries[row.entry_id], row.starts_on, tuple(row.codes)) for row in rows]
    check_people(actor, at, about, person_ids)
    change = Change(people=tuple(person_ids))
    return change_entries(
        actor, at, programme, {row.entry_id: change for row in rows}, rows, reason, "reassigned"
    )


def skip(
    actor: Actor,
    at: datetime,
    programme: Programme,
    entry_ids: Collection[int],
    reason: str,
    undo: bool = False,
) -> int:
    """Leave entries out of the year with one reason, or take them up again. Raises RuleBroken without a reason."""
    if not reason.strip():
        raise RuleBroken(
            _l("Write why it is left out. The reason is shown in the plan.")
            if not undo
            else _l("Write why it is taken up again."),
            "reason",
        )
    reason = reason_for(programme, at, reason)
    rows = _standing_of(programme, entry_ids, at)
    change = Change(state=PLANNED if undo else SKIPPED)
    return change_entries(
        actor,
        at,
        programme,
        {row.entry_id: change for row in rows},
        rows,
        reason,
        "resumed" if undo else "skipped",
    )


def check_dates(starts_on: date, due_on: date, year: FiscalYear) -> None:
    """Raise RuleBroken for dates out of order or a start outside of the year."""
    if due_on < starts_on:
        raise RuleBroken(_l("It is due before it starts. Correct one of the two dates."), "due_on")
    if starts_on not in year:
        raise RuleBroken(
            _(
                "%(day)s is not in this fiscal year (%(first)s to %(last)s).",
                day=starts_on.isoformat(),
                first=year.first.isoformat(),
                last=year.last.isoformat(),
            ),
            "starts_on",
        )


def check_people(
    actor: Actor,
    at: datetime,
    about: Iterable[tuple[ProgrammeEntry, date, tuple[str, ...]]],
    person_ids: Sequence[int],
) -> None:
    """Raise RuleBroken for somebody who has left or is not independent, naming the person and the subject."""
    listed = list(about)
    subjects = {
        row.id: row
        for row in Subject.select().where(Subject.id.in_([entry.subject_id for entry, _d, _c in listed]))
    }
    _check_all(
        actor,
        at,
        [
            (subjects[entry.subject_id], entry.kind, entry.catalogue_id, day, codes)
            for entry, day, codes in listed
        ],
        person_ids,
    )


def _check_all(
    actor: Actor,
    at: datetime,
    about: Sequence[tuple[Subject, str, int, date, tuple[str, ...]]],
    person_ids: Sequence[int],
) -> None:
    moment = Moment.at(at)
    if left := naming.gone(person_ids, moment):
        raise RuleBroken(
            _("%(person)s does not work here any more.", person=people.name(min(left), moment)), "people"
        )
    audits = [one for one in about if one[1] in AUDITS]
    if not audits or not person_ids:
        return
    own = naming.not_to_name(actor, [one[0] for one in audits], moment)
    if any(one[0].id in own for one in audits):
        raise RuleBroken(
            _l("This is your own department. The head of audit assigns its audit and names the auditors."),
            "people",
        )
    for subject, verdict in _verdicts(audits, person_ids, moment):
        if not verdict.independent:
            raise RuleBroken(
                _(
                    "%(person)s cannot audit %(subject)s: %(reasons)s Choose somebody else.",
                    person=people.name(verdict.person_id, moment),
                    subject=_subject_name(subject, moment),
                    reasons=" ".join(reasons(verdict.conflicts, people.tree(moment), current())),
                ),
                "people",
            )


def _verdicts(
    audits: Sequence[tuple[Subject, str, int, date, tuple[str, ...]]],
    person_ids: Sequence[int],
    moment: Moment,
) -> Iterable[tuple[Subject, Verdict]]:
    last = max(naming.period_of(day)[1] for _s, _k, _c, day, _codes in audits)
    facts = known_facts(person_ids, [one[0] for one in audits], last, moment)
    for subject, _kind, catalogue_id, day, codes in audits:
        about = facts.about(person_ids, subject, catalogue_id, codes)
        for verdict in judge(person_ids, *naming.period_of(day), about).values():
            yield subject, verdict


def _subject_name(subject: Subject, moment: Moment) -> str:
    return subject_name(subject, moment, current())


def require_unopened(entry: ProgrammeEntry, at: datetime) -> ProgrammeEntryDetail:
    """Return what the entry says. Raises RuleBroken once it has become a check: that has a page of its own."""
    if ProgrammeOpening.select().where(ProgrammeOpening.entry == entry.id).exists():
        raise RuleBroken(_l("This check has been opened already. Change it on its own page."))
    row = ProgrammeEntryDetail.latest(Moment.at(at), entry=entry.id)
    if row is None:
        raise RuleBroken(_l("This check is not in the plan any more."))
    return row


def _standing_of(
    programme: Programme, entry_ids: Collection[int], at: datetime
) -> list[ProgrammeEntryDetail]:
    """Return what the entries say that are of this programme. Raises RuleBroken for none, and for an opened one."""
    ids = ProgrammeEntry.select(ProgrammeEntry.id).where(
        ProgrammeEntry.programme == programme.id, ProgrammeEntry.id.in_(list(entry_ids))
    )
    rows = list(ProgrammeEntryDetail.standing(Moment.at(at), ProgrammeEntryDetail.entry.in_(ids)))
    if not rows:
        raise RuleBroken(_l("Tick at least one check first."), "entries")
    if ProgrammeOpening.select().where(ProgrammeOpening.entry.in_(ids)).exists():
        raise RuleBroken(
            _l(
                "One of these checks has been opened already, so nothing was changed. Change that one on its own page."
            )
        )
    return rows
