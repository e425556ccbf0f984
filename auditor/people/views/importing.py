"""Importing a roster: upload, look at what would change, apply it as a whole."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, url_for
from peewee import fn
from werkzeug.wrappers import Response

from auditor import activity, settings_of
from auditor.access import Permission, requires
from auditor.clock import day_of
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _
from auditor.people import applying, queries, staging
from auditor.people.forms import ApplyForm, UploadForm, refuse
from auditor.people.forms import day_of as day_in
from auditor.people.models import RosterImport, StagedRoster
from auditor.people.plan import Fate, RosterPlan
from auditor.people.roster_file import message
from auditor.people.views.blueprint import bp
from auditor.people.views.words import shown_value
from auditor.web import PAGE_SIZES, current_actor, paged, paged_list, request_time

Answer = str | Response | tuple[str, int]
TABS = (Fate.ADDED, Fate.CHANGED, Fate.MOVED, Fate.LEFT, Fate.UNCHANGED, Fate.PASSED_OVER)
# The plan on show, so that turning a page of it does not read the file again. One change anywhere makes it new.
_shown: dict[tuple[object, ...], RosterPlan] = {}


def folder() -> Path:
    """Return where uploads wait."""
    return settings_of(current_app).data / staging.FOLDER


@bp.get("/imports")
@requires(Permission.PEOPLE_IMPORT)
def imports() -> str:
    """Upload a roster; what waits to be applied; what was applied."""
    return _imports_page(UploadForm(data={"effective_from": day_of(request_time())}))


@bp.post("/imports")
@requires(Permission.PEOPLE_IMPORT)
def upload() -> Answer:
    form = UploadForm()
    if not form.validate_on_submit():
        return _imports_page(form), 422
    content = form.file.data.read()
    staged = staging.stage(
        current_actor(), folder(), content, form.file.data.filename or "", day_in(form.effective_from),
        bool(form.whole.data), request_time(),
    )  # fmt: skip
    return redirect(url_for("people.preview", staged_id=staged.id), 303)


def _imports_page(form: UploadForm) -> str:
    page = paged(RosterImport.select().order_by(RosterImport.id.desc()))
    waiting = staging.waiting(request_time())
    people = [row.applied_by for row in page.rows] + [row.uploaded_by_id for row in waiting]
    names = queries.names(people, Moment.at(request_time()))
    return render_template("people/imports.html", form=form, waiting=waiting, page=page, names=names)


@bp.get("/imports/waiting/<int:staged_id>")
@requires(Permission.PEOPLE_IMPORT)
def preview(staged_id: int) -> Answer:
    """What applying the upload would change, with every problem by its cell."""
    staged = staging.staged_for(staged_id, request_time())
    if staged.applied_id is not None:
        return redirect(url_for("people.imported", import_id=staged.applied_id), 303)
    return _preview_page(staged, _plan(staged), ApplyForm())


@bp.post("/imports/waiting/<int:staged_id>/apply")
@requires(Permission.PEOPLE_IMPORT)
def apply(staged_id: int) -> Answer:
    """Apply what was shown; when the database changed meanwhile, show the new plan instead (409)."""
    staged = staging.staged_for(staged_id, request_time())
    if staged.applied_id is not None:
        return _again(staged.applied_id)
    form = ApplyForm()
    plan = staging.plan(folder(), staged, request_time())
    earlier = applying.earlier_import(plan)
    if earlier is not None:
        staging.applied(folder(), staged, earlier)
        return _again(earlier.id)
    if plan.digest != form.digest.data:
        return _preview_page(staged, plan, form, stale=True), 409
    try:
        made = applying.apply_roster(current_actor(), plan, request_time(), bool(form.confirmed.data))
    except applying.AlreadyApplied as again:
        return _again(again.earlier.id)
    except applying.RosterChanged:
        return _preview_page(staged, staging.plan(folder(), staged, request_time()), form, stale=True), 409
    except RuleBroken as broken:
        refuse(form, broken)
        return _preview_page(staged, plan, form), 422
    staging.applied(folder(), staged, made)
    _shown.clear()
    flash(_("The roster has been applied."), "success")
    return redirect(url_for("people.imported", import_id=made.id), 303)


def _again(import_id: int) -> Response:
    flash(_("This file has already been applied for this day. Nothing was done a second time."), "info")
    return redirect(url_for("people.imported", import_id=import_id), 303)


@bp.post("/imports/waiting/<int:staged_id>/discard")
@requires(Permission.PEOPLE_IMPORT)
def discard(staged_id: int) -> Response:
    """Throw the upload away; nothing was changed by it."""
    staging.discard(folder(), staging.staged_for(staged_id, request_time()))
    flash(_("The upload was discarded. Nothing on the roster has changed."), "success")
    return redirect(url_for("people.imports"), 303)


@bp.get("/imports/<int:import_id>")
@requires(Permission.PEOPLE_IMPORT)
def imported(import_id: int) -> str:
    """What an applied roster changed."""
    made = RosterImport.get_or_none(RosterImport.id == import_id)
    if made is None:
        raise NotFound
    name = queries.name(made.applied_by, Moment.at(request_time()))
    return render_template("people/imported.html", made=made, name=name)


def _plan(staged: StagedRoster) -> RosterPlan:
    head = activity.ActivityEvent.select(fn.MAX(activity.ActivityEvent.seq)).scalar()
    key = (staged.file_hash, staged.effective_from, staged.whole_roster, head, staged.id)
    if key not in _shown:
        plan = staging.plan(folder(), staged, request_time())
        _shown.clear()
        _shown[key] = plan
    return _shown[key]


def _preview_page(staged: StagedRoster, plan: RosterPlan, form: ApplyForm, stale: bool = False) -> str:
    form.digest.data = plan.digest
    fate = next((one for one in TABS if one.value == request.args.get("show")), None)
    if fate is None:
        fate = next((one for one in TABS if plan.counts[one]), Fate.UNCHANGED)
    people = plan.people(fate)
    size = PAGE_SIZES[1]
    last = max(1, -(-len(people) // size))
    first = (min(max(request.args.get("page", 1, type=int), 1), last) - 1) * size
    return render_template(
        "people/preview.html",
        staged=staged,
        plan=plan,
        form=form,
        stale=stale,
        fate=fate,
        tabs=TABS,
        page=paged_list(people[first : first + size], len(people), size),
        problems=[(problem, message(problem)) for problem in plan.file.problems],
        units=[unit for unit in plan.departments if unit.fate is not Fate.UNCHANGED],
        value=shown_value,
    )
