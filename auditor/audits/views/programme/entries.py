"""One planned check: its dates, controls and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import queries as audits
from auditor.audits.applying import fitting_controls
from auditor.audits.assigning import Appointee, NewAudit
from auditor.audits.programme import editing, naming, queries
from auditor.audits.programme.editing import Wanted
from auditor.audits.programme.listing import free_audits
from auditor.audits.programme.models import ProgrammeEntry, ProgrammeEntryDetail, ProgrammeOpening
from auditor.audits.results import AUDITS, AuditKind
from auditor.audits.views.choosing import people_shown
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.shared import Head, check_url, head_of, page_of
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Control, Subject
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current, format_instant
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@dataclass(frozen=True)
class NewEntry:
    """A check that is not in the plan yet, as its form takes it."""

    subject: Subject
    catalogue_id: int
    kind: str
    rule: None = None

    @property
    def subject_id(self) -> int:
        return int(self.subject.id)


@dataclass(frozen=True)
class NewDetail:
    """What such a check says so far."""

    starts_on: date
    due_on: date
    codes: list[str]
    people: list[int]


Entry = ProgrammeEntry | NewEntry
Detail = ProgrammeEntryDetail | NewDetail


@bp.route("/<int:year>/entries/<int:entry_id>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def entry(year: int, entry_id: int) -> Answer:
    """Show one planned check and change it."""
    at, actor = request_time(), current_actor()
    head = head_of(year)
    moment = Moment.at(at)
    row = queries.entry_for(actor, year, entry_id, Permission.PROGRAMME_PLAN, moment)
    opened = ProgrammeOpening.get_or_none(ProgrammeOpening.entry == row.id)
    if opened is not None and request.method == "GET":
        return redirect(check_url(row.kind, opened.audit_id), 303)
    detail = ProgrammeEntryDetail.latest(moment, entry=row.id)
    if detail is None or head.programme is None:
        raise NotFound
    asked = asked_of(detail)
    status, error, conflict, based_on = 200, "", None, detail.id
    if request.method == "POST" and "find" not in request.form:
        based_on = request.form.get("based_on", 0, type=int)
        try:
            wanted = wanted_of(row, asked)
            editing.edit(
                actor,
                at,
                head.programme,
                row,
                head.year,
                wanted,
                request.form.get("reason", "")[:1000],
                based_on,
            )
        except RuleBroken as broken:
            status, error = 422, str(broken)
        except Stale as stale:
            status, conflict, based_on = 409, _conflict(stale, moment), int(stale.theirs["row"])
        else:
            flash(_("The planned check is changed."), "success")
            return redirect(url_for("programme.entries", year=year), 303)
    return _page(head, row, detail, asked, (status, error, conflict, based_on))


def asked_of(detail: Detail) -> dict[str, Any]:
    """Return what the form says; before it is sent, what stands."""
    form = request.form
    if request.method == "GET":
        return {
            "starts_on": detail.starts_on.isoformat(),
            "due_on": detail.due_on.isoformat(),
            "codes": set(detail.codes),
            "people": list(detail.people),
            "reason": "",
        }
    lead = form.get("lead", type=int)
    picked = list(dict.fromkeys(form.getlist("auditors", type=int)))
    picked.sort(key=lambda one: one != lead)
    return {
        "starts_on": form.get("starts_on", ""),
        "due_on": form.get("due_on", ""),
        "codes": set(form.getlist("codes")),
        "people": picked,
        "reason": form.get("reason", ""),
    }


def wanted_of(row: Entry, asked: dict[str, Any]) -> Wanted:
    days = {}
    for name in ("starts_on", "due_on"):
        try:
            days[name] = date.fromisoformat(asked[name])
        except ValueError as error:
            raise RuleBroken(_("Enter a date such as 2026-11-20."), name) from error
    there = {one.code for one in _controls(row, days["starts_on"])}
    kept = tuple(code for code in sorted(asked["codes"]) if code in there)
    return Wanted(days["starts_on"], days["due_on"], kept, tuple(asked["people"]))


def _controls(row: Entry, day: date) -> list[Control]:
    """Return the controls that can be checked on the subject: those of the version in use then."""
    at = request_time()
    version = catalogue.version_in_use(row.catalogue_id, Moment(max(day, Moment.at(at).day), at))
    return fitting_controls(version.id, row.subject.kind) if version is not None else []


def _conflict(stale: Stale, moment: Moment) -> dict[str, Any]:
    theirs, mine = stale.theirs, stale.mine
    names = people.names([*theirs["people"], *mine["people"], theirs["by"]], moment)
    said: dict[str, tuple[Any, Any]] = {
        "starts_on": (_("Begins on"), str),
        "due_on": (_("Due on"), str),
        "codes": (_("Controls"), lambda codes: len(codes)),
        "people": (_("People"), lambda ids: _(", ").join(names.get(one, "") for one in ids)),
    }
    return {
        "who": names.get(theirs["by"] or 0, ""),
        "when": format_instant(theirs["at"]),
        "rows": [
            {"label": label, "theirs": word(theirs[name]), "mine": word(mine[name])}
            for name, (label, word) in said.items()
        ],
    }


def _page(
    head: Head,
    row: ProgrammeEntry,
    detail: ProgrammeEntryDetail,
    asked: dict[str, Any],
    told: tuple[int, str, Any, int],
) -> Answer:
    status, error, conflict, based_on = told
    body = render_template(
        "audits/programme/entry.html",
        error=error,
        conflict=conflict,
        based_on=based_on,
        free=free_audits(row, head.moment),
        **values_of(head, row, detail, asked),
    )
    return body, status


def values_of(head: Head, row: Entry, detail: Detail, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the form of a planned check takes."""
    moment = head.moment
    subject: Subject = row.subject
    controls = _controls(row, detail.starts_on)
    new = _as_new(row, detail, asked, controls)
    appointees = [Appointee(one, place == 0) for place, one in enumerate(asked["people"])]
    audit = row.kind in AUDITS
    return {
        "entry": row,
        "detail": detail,
        "asked": asked,
        "name": audits.subject_name(subject, moment, current()),
        "kind": AuditKind(row.kind),
        "audit": audit,
        "controls": controls,
        "period": naming.period_of(detail.starts_on),
        "own": bool(audit and naming.not_to_name(current_actor(), [subject], moment)),
        **people_shown(subject, new, appointees, moment),
        "may_override": False,
        **page_of(head, "entries"),
    }


def _as_new(row: Entry, detail: Detail, asked: dict[str, Any], controls: list[Control]) -> NewAudit:
    """Return the check in the form in which candidates are judged for it."""
    first, last = naming.period_of(detail.starts_on)
    return NewAudit(
        row.subject_id,
        row.kind,
        controls[0].version_id if controls else 0,
        tuple(one.id for one in controls if one.code in asked["codes"]),
        first,
        last,
        detail.starts_on,
        detail.due_on,
    )
