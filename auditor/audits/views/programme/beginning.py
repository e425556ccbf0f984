"""Beginning the programme of a year, and adding what its rules propose."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import queries as audits
from auditor.audits.programme import copying, planning, queries
from auditor.audits.programme.proposal import Proposed
from auditor.audits.programme.queries import Terms
from auditor.audits.results import AUDITS, AuditKind
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.shared import begun, head_of, page_of
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _n, current, fiscal_year_name
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse
LISTED = 100  # proposals shown one by one; the counts are of all


@bp.route("/<int:year>/begin", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def begin(year: int) -> Answer:
    """Ask down to which units departments are checked, then begin the plan with the usual rules."""
    at, actor = request_time(), current_actor()
    head = head_of(year)
    if head.programme is not None:
        return redirect(url_for("programme.show", year=year), 303)
    level, error = request.form.get("unit_level", Terms().unit_level), ""
    if request.method == "POST":
        try:
            planning.begin(actor, at, head.year, Terms(level))
        except RuleBroken as broken:
            error = str(broken)
        else:
            return redirect(url_for("programme.proposal", year=year), 303)
    page = render_template(
        "audits/programme/begin.html",
        level=level,
        levels=planning.LEVELS,
        error=error,
        last=queries.programme_of(year - 1, head.moment),
        **page_of(head, "grid"),
    )
    return (page, 422) if error else page


@bp.route("/<int:year>/proposal", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def proposal(year: int) -> Answer:
    """Show what the rules would add, then add it in one step."""
    at, actor = request_time(), current_actor()
    head, programme = begun(year)
    error = ""
    if request.method == "POST":
        try:
            count = planning.apply_rules(actor, at, programme, head.year, request.form.get("reason", ""))
        except RuleBroken as broken:
            error = str(broken)
        else:
            flash(
                _n("%(num)s check was added to the plan.", "%(num)s checks were added to the plan.", count),
                "success",
            )
            return redirect(url_for("programme.show", year=year), 303)
    made = planning.offer(programme, head.year, at)
    page = render_template(
        "audits/programme/proposal.html",
        made=made,
        counts=_counts(made.found),
        listed=_listed(made.found[:LISTED]),
        nobody=_listed(made.nobody),
        error=error,
        **page_of(head, "rules"),
    )
    return (page, 422) if error else page


@bp.post("/<int:year>/gaps")
@requires(Permission.PROGRAMME_PLAN)
def close_gaps(year: int) -> BaseResponse:
    """Plan what is missing: everywhere, or on one subject or cell."""
    at, actor = request_time(), current_actor()
    head, programme = begun(year)
    form = request.form
    subject, category = form.get("subject", type=int), form.get("category", "")[:80]
    try:
        count = planning.close_gaps(
            actor, at, programme, head.year, subject, category, form.get("reason", "")
        )
    except RuleBroken as broken:
        flash(str(broken), "danger")
        if subject is not None and category:
            return redirect(url_for("programme.cell", year=year, subject_id=subject, category=category), 303)
    else:
        flash(
            _n("%(num)s check was added to the plan.", "%(num)s checks were added to the plan.", count),
            "success",
        )
    return redirect(url_for("programme.show", year=year), 303)


@bp.route("/<int:year>/copy", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def copy(year: int) -> Answer:
    """Show what last year's plan would give, moved by a year, then take it over."""
    at, actor = request_time(), current_actor()
    head = head_of(year)
    error = ""
    if request.method == "POST":
        try:
            count = copying.copy(actor, at, head.year, request.form.get("reason", ""))
        except RuleBroken as broken:
            error = str(broken)
        else:
            flash(
                _n(
                    "%(num)s check was taken over from the year before.",
                    "%(num)s checks were taken over from the year before.",
                    count,
                ),
                "success",
            )
            return redirect(url_for("programme.show", year=year), 303)
    moment = Moment.at(at)
    made = copying.offered(head.year, at)
    names = people.names({person for one in made.dropped for person in one.people}, moment)
    page = render_template(
        "audits/programme/copy.html",
        made=made,
        counts=_counts(made.found),
        dropped=_listed(made.dropped, names),
        before=fiscal_year_name(year - 1),
        error=error,
        **page_of(head, "rules"),
    )
    return (page, 422) if error else page


def _counts(found: list[Proposed]) -> dict[str, int]:
    counted = Counter("audits" if one.kind in AUDITS else "inspections" for one in found)
    return {"audits": counted["audits"], "inspections": counted["inspections"], "all": len(found)}


def _listed(found: list[Proposed], names: dict[int, str] | None = None) -> list[dict[str, Any]]:
    moment = Moment.at(request_time())
    subjects = list(Subject.select().where(Subject.id.in_([one.subject_id for one in found])))
    titles = audits.subject_names(subjects, moment, current())
    persons = names if names is not None else people.names({p for one in found for p in one.people}, moment)
    return [
        {
            "kind": AuditKind(one.kind),
            "name": titles.get(one.subject_id, ""),
            "starts_on": one.starts_on,
            "due_on": one.due_on,
            "people": [persons.get(person, "") for person in one.people],
            "controls": len(one.codes),
        }
        for one in found
    ]
