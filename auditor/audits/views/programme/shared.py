"""What the pages of a programme share: the year asked for, its heading and tabs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from auditor.access import Permission
from auditor.audits.inspections.notices import page_of as inspection_page
from auditor.audits.programme import approval, changes, queries
from auditor.audits.programme.models import Programme, ProgrammeState
from auditor.audits.programme.words import EDITABLE, State
from auditor.audits.results import AUDITS
from auditor.calendars import FiscalYear
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _, fiscal_year_name
from auditor.web import current_actor, request_time

YEARS_OFFERED = 4  # before this one; and the next one


@dataclass(frozen=True)
class Head:
    """What stands above every page of a programme."""

    year: FiscalYear
    moment: Moment
    programme: Programme | None
    row: ProgrammeState | None
    changed: int
    refused: str  # why the reader does not submit

    @property
    def state(self) -> State | None:
        """Where the programme stands; None where none was begun."""
        if self.programme is None:
            return None
        return State(self.row.state) if self.row is not None else State.DRAFT

    @property
    def editable(self) -> bool:
        """Tell whether entries may be changed: not while the plan is being decided on."""
        return self.state in (*EDITABLE, State.APPROVED)

    @property
    def needs_reason(self) -> bool:
        return self.state is State.APPROVED

    @property
    def past(self) -> bool:
        """Tell whether a past day is looked at."""
        return self.moment.instant != request_time()


def head_of(label: int, as_of: date | None = None) -> Head:
    """Return the year's programme as the reader may see it. Raises NotFound for a year that nobody plans."""
    at = request_time()
    moment = queries.moment_asked(as_of, at)
    year = queries.year_of(label, moment)
    programme = queries.programme_of(label, moment)
    row = queries.state_of(programme, moment)
    plans = current_actor().everywhere(Permission.PROGRAMME_PLAN)
    return Head(
        year,
        moment,
        programme,
        row,
        changes.count(programme, moment) if programme is not None else 0,
        approval.who_submits(current_actor(), moment) if plans and programme is not None else "",
    )


def begun(label: int) -> tuple[Head, Programme]:
    """Return the head of a programme that was begun. Raises NotFound where it was not."""
    head = head_of(label)
    if head.programme is None:
        raise NotFound
    return head, head.programme


def day_asked() -> tuple[date | None, str]:
    """Return the past day that the address asks for, and what is wrong with it."""
    text = request.args.get("as_of", "").strip()
    if not text:
        return None, ""
    try:
        day = date.fromisoformat(text)
        queries.moment_asked(day, request_time())
    except RuleBroken as broken:
        return None, str(broken)
    except ValueError:
        return None, str(_("Enter a date such as 2026-11-20."))
    return day, ""


def years_menu(year: FiscalYear) -> dict[str, Any]:
    """Return the fiscal years that the bar offers."""
    moment = Moment.at(request_time())
    this = company.fiscal_year_at(moment.day, moment).label
    labels = sorted({year.label, *range(this - YEARS_OFFERED + 1, this + 2)}, reverse=True)
    return {
        "label": fiscal_year_name(year.label),
        "entries": [
            {
                "label": fiscal_year_name(label),
                "url": url_for("programme.show", year=label),
                "note": _("next year") if label == this + 1 else "",
                "current": label == year.label,
            }
            for label in labels
        ],
    }


def tabs_of(head: Head, current: str) -> list[dict[str, Any]]:
    """Return the views of one programme."""
    if head.programme is None:
        return []
    year = head.year.label
    views = (
        ("grid", _("Coverage"), url_for("programme.show", year=year)),
        ("entries", _("Planned checks"), url_for("programme.entries", year=year)),
        ("rules", _("Planning rules"), url_for("programme.rules", year=year)),
        ("history", _("Approval and changes"), url_for("programme.history", year=year)),
    )
    return [{"label": label, "url": url, "current": key == current} for key, label, url in views]


def check_url(kind: str, audit_id: int) -> str:
    """Return the page of a check that was opened."""
    return url_for("audits.show", audit_id=audit_id) if kind in AUDITS else inspection_page(audit_id)


def page_of(head: Head, current: str) -> dict[str, Any]:
    """Return what every template of a programme takes."""
    return {
        "head": head,
        "year": head.year,
        "tabs": tabs_of(head, current),
        "years": years_menu(head.year),
        "State": State,
        "check_url": check_url,
    }
