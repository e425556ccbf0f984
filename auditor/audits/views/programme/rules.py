"""The rules of a plan, and its terms."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.programme import planning, queries
from auditor.audits.programme import rules as made
from auditor.audits.programme.models import Programme, ProgrammeTerms
from auditor.audits.programme.needs import demand
from auditor.audits.programme.queries import Terms
from auditor.audits.programme.rules import Rule
from auditor.audits.programme.units import roll
from auditor.audits.programme.words import Cycle
from auditor.audits.results import AuditKind
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.shared import Head, begun, page_of
from auditor.catalogue.words import TARGETS
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, current
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse
NEW = Rule(AuditKind.OPERATION.value, ())


@bp.get("/<int:year>/rules")
@requires(Permission.PROGRAMME_READ)
def rules(year: int) -> Answer:
    """Show what the plan proposes by which rules."""
    head, programme = begun(year)
    return _list(head, programme, "", 200)


@bp.post("/<int:year>/terms")
@requires(Permission.PROGRAMME_PLAN)
def terms(year: int) -> Answer:
    """Change down to which units departments are checked, and how early checks open."""
    head, programme = begun(year)
    form = request.form
    wanted = Terms(
        form.get("unit_level", ""),
        form.get("audit_lead_days", -1, type=int),
        form.get("inspection_lead_days", -1, type=int),
    )
    try:
        planning.set_terms(
            current_actor(), request_time(), programme, wanted, form.get("based_on", 0, type=int)
        )
    except RuleBroken as broken:
        return _list(head, programme, str(broken), 422, wanted)
    except Stale:
        said = _(
            "Somebody else changed this meanwhile. What you entered is kept below; save again to replace theirs."
        )
        return _list(head, programme, said, 409, wanted)
    flash(_("The terms of the plan are changed. The coverage follows them from now on."), "success")
    return redirect(url_for("programme.rules", year=year), 303)


@bp.route("/<int:year>/rules/new", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def new_rule(year: int) -> Answer:
    """Ask for a new rule."""
    head, programme = begun(year)
    return _one(head, programme, None)


@bp.route("/<int:year>/rules/<int:place>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_PLAN)
def rule(year: int, place: int) -> Answer:
    """Change a rule."""
    head, programme = begun(year)
    return _one(head, programme, made.rule_of(programme, place, Moment.at(request_time())))


def _one(head: Head, programme: Programme, stands: made.Standing | None) -> Answer:
    at, actor = request_time(), current_actor()
    asked = _asked() if request.method == "POST" else (stands.rule if stands else NEW)
    status, error, based_on = 200, "", stands.row if stands else 0
    if request.method == "POST":
        try:
            if stands is None:
                made.add_rule(actor, at, programme, asked)
            else:
                seen = request.form.get("based_on", 0, type=int)
                made.change_rule(actor, at, programme, stands.place, asked, seen)
        except RuleBroken as broken:
            status, error = 422, str(broken)
        except Stale:
            status = 409
            error = _(
                "Somebody else changed this meanwhile. What you entered is kept below; save again to replace theirs."
            )
        else:
            flash(_("The rule is saved. “Show the proposal” says what it adds to the plan."), "success")
            return redirect(url_for("programme.rules", year=head.year.label), 303)
    listed = roll(head.year, head.moment, queries.terms_of(programme, head.moment).unit_level, current())
    page = render_template(
        "audits/programme/rule.html",
        stands=stands,
        rule=asked,
        based_on=based_on,
        error=error,
        kinds=list(AuditKind),
        targets=TARGETS,
        categories=demand(head.year, head.moment).categories,
        subjects=[(one.id, one.name, one.subject.kind) for one in listed.planned],
        cycles=list(Cycle),
        months=_months(head),
        **page_of(head, "rules"),
    )
    return page, status


def _months(head: Head) -> list[int]:
    return [(head.year.first.month + ahead - 1) % 12 + 1 for ahead in range(min(12, head.year.months))]


def _asked() -> Rule:
    form = request.form
    return Rule(
        kind=form.get("kind", ""),
        subject_kinds=tuple(form.getlist("subject_kinds")),
        subjects=tuple(form.getlist("subjects", type=int)),
        categories=tuple(form.getlist("categories")),
        cycle=form.get("cycle", ""),
        times=form.get("times", 0, type=int),
        months=tuple(form.getlist("months", type=int)),
        due_days=form.get("due_days", 0, type=int),
        auditors=form.get("auditors", 1, type=int),
        active=form.get("active") == "1",
    )


def _list(head: Head, programme: Programme, error: str, status: int, asked: Terms | None = None) -> Answer:
    row = ProgrammeTerms.latest(head.moment, programme=programme.id)
    listed = roll(head.year, head.moment, queries.terms_of(programme, head.moment).unit_level, current())
    page: Any = render_template(
        "audits/programme/rules.html",
        rules=made.rules_of(programme, head.moment),
        terms=asked or queries.terms_of(programme, head.moment),
        based_on=row.id if row else 0,
        levels=planning.LEVELS,
        targets=TARGETS,
        categories=demand(head.year, head.moment).categories,
        names=listed.names,
        error=error,
        AuditKind=AuditKind,
        Cycle=Cycle,
        **page_of(head, "rules"),
    )
    return page, status
