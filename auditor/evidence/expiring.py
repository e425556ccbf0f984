"""Evidence whose last day is near or has passed: how long it waits for somebody, and what they are shown.

One rule for audits, self-inspections and corrective actions. While a newer version can be given, it waits for
whoever can give it, from 30 days before until it was replaced or taken off. Afterwards it is for them to know, until
30 days after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import SQL, fn

from auditor.dated import Moment
from auditor.db import ErasedText
from auditor.evidence.models import Evidence
from auditor.language import _
from auditor.work import DueThing, WorkItem

SOON = timedelta(days=30)
NOTICE = "evidence_due"


@dataclass(frozen=True)
class Place:
    """Where a piece of evidence hangs that expires. ``open``: a newer version can be given there.

    ``url`` leads whoever can give one to where they do; ``path`` is a page that those above them see too.
    """

    evidence: Evidence
    kind: str  # of the worklist
    detail: str
    open: bool
    url: str
    path: str


def overtaken(moment: Moment) -> Any:
    """Return the condition on Evidence that a newer version of it had been given by then."""
    newer = Evidence.alias("newer")
    given = newer.select(SQL("1")).where(newer.replaces == Evidence.id, newer.given_at <= moment.instant)
    return fn.EXISTS(given)


def is_erased(one: Evidence) -> bool:
    """Tell whether its file was erased, or the address of a link."""
    return one.file.erased_at is not None if one.file else isinstance(one.url, ErasedText)


def near(moment: Moment) -> Any:
    """Return the ids of the evidence that expires within 30 days or has expired, and that nothing has replaced."""
    return Evidence.select(Evidence.id).where(Evidence.expires_on <= moment.day + SOON, ~overtaken(moment))


def waits(open_: Any, moment: Moment) -> Any:
    """Return the condition that evidence which is ``near`` still waits; ``open_``: that it can be replaced."""
    return open_ | (Evidence.expires_on >= moment.day - SOON)


def work_items(places: Iterable[Place], today: date) -> list[WorkItem]:
    """Return what stands on the worklist: each piece once, where it can be replaced before other places.

    What was erased is left out.
    """
    found: dict[int, WorkItem] = {}
    for place in sorted(places, key=lambda place: not place.open):
        one = place.evidence
        if is_erased(one) or one.id in found:
            continue
        found[one.id] = WorkItem(
            kind=place.kind,
            title=headline(one, today),
            url=place.url,
            step=str(_("Replace") if place.open else _("See the evidence")),
            due_on=one.expires_on,
            detail=place.detail,
        )
    return list(found.values())


def headline(one: Evidence, today: date) -> str:
    """Say that a piece of evidence expires, or that it has."""
    over = one.expires_on is not None and one.expires_on < today
    what = _("Evidence has expired") if over else _("Evidence expires")
    return str(_("%(what)s: %(title)s", what=what, title=one.name))


def reminder(place: Place, person_ids: tuple[int, ...], department_id: int | None = None) -> DueThing | None:
    """Return that the persons are to be reminded of it; None for what was erased."""
    one = place.evidence
    if one.expires_on is None or is_erased(one):
        return None
    return DueThing(NOTICE, one.id, one.expires_on, person_ids, place.path, department_id)
