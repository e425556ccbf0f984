"""What happened to a control: its owners, where it applies, the versions that hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from auditor.catalogue import queries
from auditor.catalogue.models import Applicability, CatalogueVersion, Control, ControlOwner
from auditor.dated import Moment
from auditor.language import _
from auditor.people import queries as people


@dataclass(frozen=True)
class Change:
    """One row of the history, in words."""

    at: datetime
    valid_from: date
    what: str
    reason: str
    by: str


def changes(catalogue_id: int, code: str, moment: Moment) -> list[Change]:
    """Return every owner and exception ever recorded for a control, the newest first: seven queries."""
    owners = list(
        ControlOwner.select().where(
            ControlOwner.catalogue == catalogue_id,
            ControlOwner.code == code,
            ControlOwner.recorded_at <= moment.instant,
        )
    )
    applied = list(
        Applicability.select().where(
            Applicability.catalogue == catalogue_id,
            Applicability.code == code,
            Applicability.recorded_at <= moment.instant,
        )
    )
    rows: Sequence[ControlOwner | Applicability] = [*owners, *applied]
    authors = people.names([row.recorded_by for row in rows], moment)
    said = queries.owner_words(owners, moment)
    names = queries.subject_names({row.subject_id for row in applied}, moment)
    found = [
        Change(
            row.recorded_at,
            row.valid_from,
            _("Owner: %(owner)s", owner=said[row.id] or _("nobody"))
            if isinstance(row, ControlOwner)
            else _applies(row, names),
            "" if isinstance(row, ControlOwner) else row.reason,
            authors.get(row.recorded_by or 0, ""),
        )
        for row in rows
    ]
    return sorted(found, key=lambda change: change.at, reverse=True)


def _applies(row: Applicability, names: dict[int, str]) -> str:
    name = names.get(row.subject_id, "")
    if row.applies:
        return str(_("Applies to %(subject)s", subject=name))
    return str(_("Does not apply to %(subject)s", subject=name))


def versions_of(catalogue_id: int, code: str) -> list[Control]:
    """Return the control in each version that holds it, the newest first, with the versions: one query."""
    query = (
        Control.select(Control, CatalogueVersion)
        .join(CatalogueVersion)
        .where(CatalogueVersion.catalogue == catalogue_id, Control.code == code)
        .order_by(CatalogueVersion.effective_from.desc(), CatalogueVersion.id.desc())
    )
    return list(query)
