"""What holds for the controls of a company: the version in use, who is responsible, where a control applies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from auditor import activity, db
from auditor.access import Actor
from auditor.catalogue.models import (
    Applicability,
    Catalogue,
    CatalogueInUse,
    CatalogueVersion,
    Control,
    ControlOwner,
    Subject,
)
from auditor.dated import DatedRow, Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l
from auditor.people import queries as people
from auditor.people.models import Department, Person

Row = TypeVar("Row", bound=DatedRow)
UNSEEN = -1  # the caller showed nobody what stands: the last row is replaced, whatever it says

USED = activity.event_type(
    "catalogue.used", _l("Catalogue version put into use"), "catalogue", "version", "valid_from"
)
OWNER_SET = activity.event_type(
    "catalogue.owner_set",
    _l("Owner of a control set"),
    "catalogue",
    "code",
    "department",
    "person",
    "valid_from",
)
APPLICABILITY_SET = activity.event_type(
    "catalogue.applicability_set",
    _l("Applicability of a control set"),
    "catalogue",
    "code",
    "subject",
    "applies",
    "valid_from",
)


def last_row(model: type[Row], **series: Any) -> Row | None:
    """Return the last row written in a series, even if it holds from a later day: the one a new row replaces."""
    found: Row | None = (
        model.select()
        .where(*(getattr(model, name) == value for name, value in series.items()))
        .order_by(model.id.desc())
        .first()
    )
    return found


def next_row(
    model: type[Row],
    actor: Actor,
    at: datetime,
    valid_from: date | None,
    series: dict[str, Any],
    values: dict[str, Any],
    seen: int | None,
) -> Row:
    """Write the next row of a series; ``seen`` is the id of the row that the author had before them.

    Raises Stale when that is no longer the last one (None: there was none).
    """
    last = last_row(model, **series)
    if seen != UNSEEN and seen != (last.id if last else None):
        theirs = {name: getattr(last, f"{name}_id", getattr(last, name, None)) for name in values}
        raise Stale(theirs, values)
    return model.write(at, actor.person_id, valid_from, replaces=last, **series, **values)


def use_version(actor: Actor, version: CatalogueVersion, valid_from: date, at: datetime) -> None:
    """Have new audits take ``version`` from ``valid_from`` on; audits that exist keep theirs.

    A version that already is in use on that day changes nothing.
    """
    standing = CatalogueInUse.latest(Moment(valid_from, at), catalogue=version.catalogue_id)
    if standing is not None and standing.version_id == version.id:
        return
    with activity.action(actor, at):
        next_row(
            CatalogueInUse, actor, at, valid_from, {"catalogue": version.catalogue_id}, {"version": version.id}, UNSEEN
        )  # fmt: skip
        activity.record(
            USED, catalogue=version.catalogue_id, version=version.id, valid_from=valid_from.isoformat()
        )


def set_owner(
    actor: Actor,
    catalogue: Catalogue | int,
    code: str,
    department: Department | int | None,
    person: Person | int | None,
    valid_from: date,
    at: datetime,
    seen: int | None = UNSEEN,
) -> ControlOwner:
    """Say which department and person are responsible for a control from ``valid_from`` on; None: nobody.

    Raises RuleBroken for a person who does not work here then, Stale when ``seen`` is no longer the last row.
    """
    person_id = person.id if isinstance(person, Person) else person
    if person_id is not None and not people.is_working(person_id, Moment(valid_from, at)):
        raise RuleBroken(
            _l("This person does not work for the company on that day. Choose somebody else."), "person"
        )
    series = {"catalogue": getattr(catalogue, "id", catalogue), "code": code}
    values = {"department": getattr(department, "id", department), "person": person_id}
    with activity.action(actor, at):
        row = next_row(ControlOwner, actor, at, valid_from, series, values, seen)
        activity.record(OWNER_SET, **series, **values, valid_from=valid_from.isoformat())
    return row


def set_applicability(
    actor: Actor,
    catalogue: Catalogue | int,
    code: str,
    subject: Subject,
    applies: bool,
    reason: str,
    valid_from: date,
    at: datetime,
    seen: int | None = UNSEEN,
) -> Applicability:
    """Say whether a control applies to a subject from ``valid_from`` on.

    Raises RuleBroken without a reason where it does not, or for a subject of another kind than the control is
    checked on; Stale when ``seen`` is no longer the last row.
    """
    if not applies and not reason.strip():
        raise RuleBroken(_l("Enter the reason why the control does not apply."), "reason")
    catalogue_id = getattr(catalogue, "id", catalogue)
    targets = {
        row.target
        for row in Control.select(Control.target)
        .join(CatalogueVersion)
        .where(CatalogueVersion.catalogue == catalogue_id, Control.code == code)
    }
    if subject.kind not in targets:
        raise RuleBroken(_l("This control is not checked on subjects of that kind."), "subject")
    series = {"catalogue": catalogue_id, "code": code, "subject": subject.id}
    values = {"applies": applies, "reason": reason.strip()}
    with activity.action(actor, at):
        db.one_at_a_time(f"applicability {catalogue_id} {code} {subject.id}")
        last = last_row(Applicability, **series)
        if last is not None and (last.applies, last.reason, last.valid_from) == (
            *values.values(),
            valid_from,
        ):
            return last  # the second of two clicks
        row = next_row(Applicability, actor, at, valid_from, series, values, seen)
        activity.record(APPLICABILITY_SET, **series, applies=applies, valid_from=valid_from.isoformat())
    return row
