"""THE table of jobs. Each may run late, twice or on two machines with the same result (design §3.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from auditor.access import Actor
from auditor.config import DRAFT_OF_KEY, Settings
from auditor.dated import Moment
from auditor.failpoints import FailPoint, reached
from auditor.language import _l


@dataclass(frozen=True)
class Outcome:
    """What a run did: rows changed, rows set aside with an error, one line of detail.

    ``missed`` are the days of what it should have opened before the day on which it ran.
    """

    changed: int = 0
    failed: int = 0
    detail: str = ""
    missed: tuple[date, ...] = ()


Work = Callable[[Actor, Settings, datetime], Outcome]


@dataclass(frozen=True)
class Job:
    """A line of the timetable."""

    name: str
    label: Any
    every: timedelta
    work: Work


def _open_audits(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.audits import actions
    from auditor.audits.programme import gaps, opening

    opened = actions.open_due(actor, at)
    planned = opening.open_planned(actor, at)
    gaps.tell_gaps(at)
    told = [f"series {series}: {error}" for series, error in opened.failed]
    told += [f"programme entry {entry}: {error}" for entry, error in planned.failed]
    return Outcome(
        len(opened.audit_ids) + len(planned.audit_ids),
        len(told),
        "; ".join(told),
        (*opened.missed, *planned.missed),
    )


def _close_audits(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.audits import actions

    return Outcome(changed=actions.close_finished(actor, at))


def _recheck_independence(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.audits import actions

    return Outcome(changed=actions.recheck_independence(actor, at))


def _assign_training(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.training import actions

    carried = actions.carry_out(actor, at)
    return Outcome(carried.changed, len(carried.broken), str(carried.said), tuple(carried.missed))


def _remind(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.worklist import actions

    return Outcome(changed=actions.enqueue_reminders(actor, at))


def _send_mail(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.notifications import actions, sending

    actions.bundle(at)
    reached(FailPoint.MAILS_BUNDLED)
    sent, failed = sending.send_due(settings.mail, settings.base_url, at)
    return Outcome(changed=sent, failed=failed)


def _tidy(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor import activity, leftovers
    from auditor.accounts import tidying as accounts
    from auditor.audits.workingpaper import returning as papers
    from auditor.evidence import tidying as evidence
    from auditor.findings.history import staging as history
    from auditor.integrity.outside import ERASURES
    from auditor.notifications import tidying as outbox
    from auditor.people import staging
    from auditor.reports.actions import drafts
    from auditor.scheduling import actions
    from auditor.worklist import feeds
    from auditor.worklist.queries import due_things

    rosters = settings.data / staging.FOLDER
    steps: tuple[Callable[[], int], ...] = (
        lambda: accounts.tidy(at),
        lambda: staging.discard_old(rosters, at),
        lambda: staging.clear_strays(rosters, at),
        lambda: history.tidy(at),
        lambda: papers.discard_old(at),
        lambda: evidence.tidy(settings.evidence_folder, at),
        lambda: leftovers.clear(drafts(settings.data), at),
        lambda: leftovers.clear(activity.drafts_of_head(settings.data), at),
        lambda: leftovers.clear(settings.data.glob(f".{ERASURES}.*"), at),
        lambda: leftovers.clear((settings.data / "keys").glob(f"{DRAFT_OF_KEY}*"), at),
        lambda: outbox.tidy(at, due_things(Moment.at(at))),
        lambda: feeds.tidy(at),
        lambda: actions.tidy(at),
    )
    changed = 0
    for step in steps:
        changed += step()
        reached(FailPoint.TIDY_STEP)
    return Outcome(changed=changed)


def _erase(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.integrity import erasure
    from auditor.scheduling.queries import in_use_before

    if not in_use_before(at):
        return Outcome(
            detail=str(
                _l(
                    "The clock may be wrong: nothing was done here for a month before this time. Nothing was erased; the run of the next day does it."
                )
            )
        )
    return Outcome(changed=erasure.erase_due(actor, at))


def _look_for_evidence(actor: Actor, settings: Settings, at: datetime) -> Outcome:
    from auditor.evidence import looking

    seen = looking.look(settings.evidence_folder, at)
    return Outcome(changed=seen.changed, failed=seen.away)


_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
TABLE: tuple[Job, ...] = (
    Job("open_audits", _l("Open the audits that are due"), 15 * _MINUTE, _open_audits),
    Job("close_audits", _l("Close the audits of which nothing is open"), 15 * _MINUTE, _close_audits),
    Job("recheck_independence", _l("Check auditors' independence again"), _HOUR, _recheck_independence),
    Job("assign_training", _l("Assign the training that is due"), 15 * _MINUTE, _assign_training),
    Job("remind", _l("Put reminders into the outbox"), _HOUR, _remind),
    Job("send_mail", _l("Send the mails of the outbox"), _MINUTE, _send_mail),
    Job("look_for_evidence", _l("Look whether every evidence file is there"), _HOUR, _look_for_evidence),
    Job("erase", _l("Erase the names of those who left long ago"), 24 * _HOUR, _erase),
    Job("tidy", _l("Clear away what has expired"), 24 * _HOUR, _tidy),
)


def named(name: str) -> Job | None:
    """Return the job of that name."""
    return next((job for job in TABLE if job.name == name), None)
