"""Who owes a course: the form of a rule, what it would mean, and its saving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import calendars
from auditor.access import Permission, requires
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, current
from auditor.people import queries as people
from auditor.training import actions, audience, following, wording
from auditor.training.forms import RuleForm
from auditor.training.models import Course
from auditor.training.offering import check_terms
from auditor.training.views.blueprint import bp
from auditor.web import current_actor, request_time

Answer = str | Response | tuple[str, int]


@bp.get("/departments")
@requires(Permission.TRAINING_MANAGE)
def departments() -> Response:
    moment = Moment.at(request_time())
    return jsonify(following.departments_found(request.args.get("q", ""), moment, current()))


@bp.get("/courses/<int:course_id>/rules/new")
@requires(Permission.TRAINING_READ)
def new_rule(course_id: int) -> Answer:
    course = following.course_for(current_actor(), course_id, Permission.TRAINING_MANAGE)
    moment = Moment.at(request_time())
    return _Page(course, RuleForm(first_opens_on=moment.day), []).form_page()


@bp.post("/courses/<int:course_id>/rules/new")
@requires(Permission.TRAINING_READ)
def create_rule(course_id: int) -> Answer:
    course = following.course_for(current_actor(), course_id, Permission.TRAINING_MANAGE)
    return _Page(course, RuleForm(), _posted_departments()).answer()


@bp.get("/rules/<int:rule_id>")
@requires(Permission.TRAINING_READ)
def rule(rule_id: int) -> Answer:
    row = following.rule_for(current_actor(), rule_id, Permission.TRAINING_MANAGE)
    standing = following.terms_of(row.id, Moment.at(request_time()))
    everyone = bool(standing.audience.get("everyone"))
    form = RuleForm(
        audience="everyone" if everyone else "departments",
        first_opens_on=standing.first_opens_on,
        due_days=standing.due_days,
        recurrence=standing.recurrence,
        joiners=standing.joiners,
        active=standing.active,
        seen=str(standing.id),
    )
    form.offer(standing.recurrence)
    return _Page(row.course, form, standing.audience.get("departments", []), row.id).form_page()


@bp.post("/rules/<int:rule_id>")
@requires(Permission.TRAINING_READ)
def change_rule(rule_id: int) -> Answer:
    row = following.rule_for(current_actor(), rule_id, Permission.TRAINING_MANAGE)
    form = RuleForm()
    form.offer(form.recurrence.data or "")
    return _Page(row.course, form, _posted_departments(), row.id).answer()


def _posted_departments() -> list[int]:
    return list(dict.fromkeys(request.form.getlist("departments", type=int)))


class _Page:
    """One rule's form through its steps: add a department, check, go back, save."""

    def __init__(self, course: Course, form: RuleForm, chosen: list[int], rule_id: int | None = None) -> None:
        self.course, self.form, self.chosen, self.rule_id = course, form, chosen, rule_id
        self.moment = Moment.at(request_time())
        self.tree = people.tree(self.moment)
        self.chosen = [one for one in chosen if one in self.tree.details]

    def answer(self) -> Answer:
        """Answer a POST by the button that was pressed."""
        step = request.form.get("step", "check")
        if step == "add":
            return self._add()
        if step == "edit":
            return self.form_page()
        if not self.form.validate_on_submit():
            return self.form_page(), 422
        try:
            check_terms(self.terms())
            return self._save() if step == "save" else self._check_page()
        except RuleBroken as error:
            field: Any = self.form[error.field].errors if error.field else self.form.form_errors
            field.append(str(error))
            return self.form_page(), 422
        except Stale as stale:
            return self._conflict_page(stale), 409

    def terms(self) -> actions.Terms:
        """Return what the form says."""
        form = self.form
        everyone = form.audience.data == "everyone"
        return actions.Terms(
            actions.EVERYONE if everyone else actions.departments(self.chosen),
            form.first_opens_on.data,  # type: ignore[arg-type]
            form.due_days.data or 0,
            form.recurrence.data or "",
            bool(form.joiners.data),
            bool(form.active.data) if self.rule_id else True,
        )

    def form_page(self, matches: list[dict[str, str]] | None = None, error: str = "") -> str:
        """Return the page of the form as it stands."""
        return render_template(
            "training/rule_form.html",
            matches=matches or [],
            picker_error=error,
            picker_text=request.form.get("department_search", "") if error else "",
            **self._values(),
        )

    def _values(self) -> dict[str, Any]:
        return {
            "course": self.course,
            "version": following.versions_of(self.course.id)[0],
            "form": self.form,
            "rule_id": self.rule_id,
            "chosen": [(one, self.tree.path(one, current())) for one in self.chosen],
        }

    def _add(self) -> Answer:
        """Add the department that was searched for; without script the text is searched here."""
        self.form.audience.data = "departments"
        picked = request.form.get("department", type=int)
        text = request.form.get("department_search", "")
        if picked is None or picked not in self.tree.details:
            matches = following.departments_found(text, self.moment, current())
            if len(matches) != 1:
                error = _("Choose one of these departments.") if matches else _("No department was found.")
                return self.form_page(matches, str(error)), 422
            picked = int(matches[0]["id"])
        if picked not in self.chosen:
            self.chosen.append(picked)
        return self.form_page()

    def _check_page(self) -> str:
        terms = self.terms()
        meant = audience.members(terms.audience, self.moment)
        units = people.main_departments(meant, self.moment)
        away = {row.person_id for row in audience.workers(self.moment) if row.status == "on_leave"}
        return render_template(
            "training/rule_check.html",
            terms=terms,
            persons=len(meant),
            departments=len(set(units.values())),
            on_leave=len(meant & away),
            audience=wording.audience(terms.audience, self.tree),
            recurrence=wording.recurrence(terms.recurrence),
            openings=self._openings(terms),
            overlaps=self._overlaps(meant) if terms.active else [],
            today=self.moment.day,
            **self._values(),
        )

    def _openings(self, terms: actions.Terms) -> list[tuple[Any, Any]]:
        """Return the next three openings with their due dates."""
        first = terms.first_opens_on
        days = [first]
        if terms.recurrence:
            end = max(first, self.moment.day) + timedelta(days=5 * 366)
            start = first if first >= self.moment.day else self.moment.day
            days = calendars.occurrences(terms.recurrence, first, start, end)[:3]
        closed = company.closed_days(self.moment)
        return [
            (day, calendars.business_day(day + timedelta(days=terms.due_days), closed=closed)) for day in days
        ]

    def _overlaps(self, meant: set[int]) -> list[tuple[str, int]]:
        """Return the other rules of the course in force that mean some of the same persons, and how many."""
        found = []
        for row in following.rules_of(self.course.id, self.moment):
            if row.active and row.rule_id != self.rule_id:
                both = len(meant & audience.members(row.audience, self.moment))
                if both:
                    found.append((wording.audience(row.audience, self.tree), both))
        return found

    def _save(self) -> Response:
        actor, at = current_actor(), request_time()
        if self.rule_id is None:
            rule_id = actions.create_rule(actor, self.course.id, self.terms(), at).id
            flash(str(_("The rule is saved.")), "success")
        else:
            rule_id = self.rule_id
            actions.change_rule(actor, rule_id, self.terms(), at, int(self.form.seen.data or 0))
            flash(
                str(_("The rule is changed from today on. Rounds that are open stay as they are.")), "success"
            )
        actions.assign_due(actor, at, rule_id)
        return redirect(url_for(".course", course_id=self.course.id), 303)

    def _conflict_page(self, stale: Stale) -> str:
        standing = following.terms_of(self.rule_id or 0, self.moment)
        self.form.seen.data = str(standing.id)
        names = people.names([standing.recorded_by], self.moment)
        rows = [
            {
                "label": label,
                "theirs": self._shown(name, stale.theirs[name]),
                "mine": self._shown(name, stale.mine[name]),
            }
            for name, label in (
                ("audience", self.form.audience.label.text),
                ("first_opens_on", self.form.first_opens_on.label.text),
                ("due_days", self.form.due_days.label.text),
                ("recurrence", self.form.recurrence.label.text),
                ("joiners", self.form.joiners.label.text),
                ("active", self.form.active.label.text),
            )
            if stale.theirs[name] != stale.mine[name]
        ]
        return render_template(
            "training/rule_form.html",
            conflict_rows=rows,
            conflict_who=names.get(standing.recorded_by or 0, ""),
            conflict_at=standing.recorded_at,
            matches=[],
            picker_error="",
            picker_text="",
            **self._values(),
        )

    def _shown(self, name: str, value: Any) -> str:
        if name == "audience":
            return wording.audience(value, self.tree)
        if name == "recurrence":
            return wording.recurrence(value)
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        return str(value)
