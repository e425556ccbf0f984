"""The pages of subjects: what controls are checked on."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from auditor.access import Permission, requires
from auditor.catalogue import actions, listing, queries, words
from auditor.catalogue.forms import SubjectForm, chosen, refuse, seen
from auditor.catalogue.models import Subject, SubjectDetail
from auditor.catalogue.using import last_row
from auditor.catalogue.views.blueprint import Answer, bp, changed_meanwhile, moment
from auditor.catalogue.views.choices import departments
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _
from auditor.people import queries as people
from auditor.web import current_actor, paged_list, request_time

PAGE = 50


@bp.get("/subjects")
@requires(Permission.SUBJECT_MANAGE)
def subjects() -> str:
    kind = request.args.get("kind", "department")
    if kind not in words.TARGETS:
        raise NotFound
    text = request.args.get("text", "").strip()
    rows = listing.lines(kind, text, moment())
    number = max(1, min(request.args.get("page", 1, type=int), -(-len(rows) // PAGE) or 1))
    counted = listing.counts()
    return render_template(
        "catalogue/subjects.html",
        kind=kind,
        text=text,
        page=paged_list(rows[(number - 1) * PAGE : number * PAGE], len(rows), PAGE),
        tabs=[
            {
                "label": label,
                "url": url_for("catalogue.subjects", kind=one),
                "count": counted[one],
                "current": one == kind,
            }
            for one, label in words.TARGETS.items()
        ],
        by_hand=words.BY_HAND,
    )


@bp.route("/subjects/add", methods=["GET", "POST"])
@requires(Permission.SUBJECT_MANAGE)
def add_subject() -> Answer:
    kind = request.args.get("kind", "")
    form = SubjectForm(kind=kind if kind in words.BY_HAND else None, valid_from=moment().day)
    form.choose(departments(moment()))
    if request.method == "GET":
        return _form_page(form)
    if not form.validate_on_submit():
        return _form_page(form), 422
    try:
        actions.add_subject(
            current_actor(), form.kind.data, form.code.data or "", form.name_ja.data or "",
            form.name_en.data or "", chosen(form.owner), request_time(), form.valid_from.data,
        )  # fmt: skip
    except RuleBroken as broken:
        refuse(form, broken)
        return _form_page(form), 422
    flash(_("The subject has been added."), "success")
    return redirect(url_for("catalogue.subjects", kind=form.kind.data), 303)


@bp.route("/subjects/<int:subject_id>", methods=["GET", "POST"])
@requires(Permission.SUBJECT_MANAGE)
def subject(subject_id: int) -> Answer:
    found = _subject(subject_id)
    form = _change_form(found)
    if request.method == "GET":
        return _form_page(form, found)
    if not form.validate_on_submit():
        return _form_page(form, found), 422
    try:
        actions.change_subject(
            current_actor(), found, form.name_ja.data or "", form.name_en.data or "", chosen(form.owner),
            request_time(), form.valid_from.data, seen(form.seen),
        )  # fmt: skip
    except RuleBroken as broken:
        refuse(form, broken)
        return _form_page(form, found), 422
    except Stale as stale:
        return _conflict_page(form, found, stale), 409
    flash(_("The subject has been changed."), "success")
    return redirect(url_for("catalogue.subjects", kind=found.kind), 303)


@bp.post("/subjects/<int:subject_id>/retire")
@requires(Permission.SUBJECT_MANAGE)
def retire_subject(subject_id: int) -> Answer:
    found = _subject(subject_id)
    active = request.form.get("active") == "yes"
    try:
        actions.retire_subject(current_actor(), found, request_time(), active=active)
    except RuleBroken as broken:
        form = _change_form(found)
        refuse(form, broken)
        return _form_page(form, found), 422
    except Stale:
        form = _change_form(found)
        form.form_errors.append(changed_meanwhile())
        return _form_page(form, found), 409
    flash(
        _("The subject is checked again.")
        if active
        else _("The subject has been retired. What was checked stays."),
        "success",
    )
    return redirect(url_for("catalogue.subjects", kind=found.kind), 303)


def _subject(subject_id: int) -> Subject:
    """Return a subject that is changed here; departments are changed by the roster."""
    found: Subject | None = Subject.get_or_none(Subject.id == subject_id)
    if found is None or found.department_id is not None:
        raise NotFound
    return found


def _change_form(found: Subject) -> SubjectForm:
    row = last_row(SubjectDetail, subject=found.id)
    form = SubjectForm(
        code=found.code,
        name_ja=row.name_ja if row else "",
        name_en=row.name_en if row else "",
        owner=str(row.owner_id or "") if row else "",
        valid_from=moment().day,
        seen=str(row.id) if row else "",
    )
    del form.kind, form.code  # they stay: audits refer to them
    form.choose(departments(moment()))
    return form


def _form_page(
    form: SubjectForm, found: Subject | None = None, conflict: list[dict[str, str]] | None = None
) -> str:
    row = last_row(SubjectDetail, subject=found.id) if found else None
    rows = list(SubjectDetail.select().where(SubjectDetail.subject == found.id)) if found else []
    return render_template(
        "catalogue/subject.html",
        form=form,
        subject=found,
        name=queries.subject_name(found.id, moment()) if found else "",
        active=row is None or row.active,
        rows=sorted(rows, key=lambda one: one.id, reverse=True),
        authors=people.names([one.recorded_by for one in rows], moment()),
        conflict=conflict,
    )


def _conflict_page(form: SubjectForm, found: Subject, stale: Stale) -> str:
    row = last_row(SubjectDetail, subject=found.id)
    form.seen.data = str(row.id) if row else ""
    tree = people.tree(moment())
    theirs, mine = stale.theirs, stale.mine
    labels = {"name_ja": form.name_ja.label.text, "name_en": form.name_en.label.text}
    compared = [
        {"label": label, "theirs": theirs[name], "mine": mine[name]} for name, label in labels.items()
    ]
    compared.append(
        {
            "label": form.owner.label.text,
            "theirs": tree.name(theirs["owner"]) or _("nobody"),
            "mine": tree.name(mine["owner"]) or _("nobody"),
        }
    )
    return _form_page(form, found, compared)
