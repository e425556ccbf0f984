"""The list of self-inspections as an Excel file: exactly the rows that the list shows, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.access import Actor
from auditor.audits.inspections import listing, queries
from auditor.audits.inspections.words import STATES
from auditor.audits.results import State
from auditor.dated import Moment
from auditor.language import _, _l, current, fiscal_year_name
from auditor.reports.exports import ListExport
from auditor.reports.tables import Column, Table

_CHUNK = 500


def inspections_list(actor: Actor, wanted: listing.Filter, moment: Moment) -> ListExport:
    """Return the self-inspections that the list shows to ``actor``."""

    def rows() -> Iterator[dict[str, Any]]:
        seen = queries.seen_by(actor, moment.instant)
        found = list(listing.ordered(listing.matching(seen, wanted, moment), wanted, moment))
        for start in range(0, len(found), _CHUNK):
            for row in listing.rows(found[start : start + _CHUNK], actor, moment, current()):
                yield {
                    "number": row.audit.number,
                    "year": fiscal_year_name(row.audit.fiscal_year),
                    "subject": row.name,
                    "respondents": str(_(", ")).join(row.respondents),
                    "period_from": row.audit.period_from,
                    "period_to": row.audit.period_to,
                    "due_on": row.due_on,
                    "state": str(STATES[State(row.audit.current_state)]),
                    "overdue": str(_("Overdue")) if row.state == "overdue" else "",
                    "answered": row.answered,
                    "items": row.total,
                    "points": row.points,
                }

    return ListExport("inspections", INSPECTIONS, rows)


INSPECTIONS = Table("inspections", _l("Self-inspections"), _l("InspectionRows"), (
    Column("number", _l("Number"), 10),
    Column("year", _l("Fiscal year"), 10),
    Column("subject", _l("What is inspected"), 26, written=True),
    Column("respondents", _l("Answered by"), 24, written=True),
    Column("period_from", _l("Inspected period from"), 12.5),
    Column("period_to", _l("Inspected period to"), 12.5),
    Column("due_on", _l("Due"), 12.5),
    Column("state", _l("State"), 14),
    Column("overdue", _l("Overdue"), 10),
    Column("answered", _l("Answered"), 10),
    Column("items", _l("Items"), 10),
    Column("points", _l("Not kept"), 10),
))  # fmt: skip
