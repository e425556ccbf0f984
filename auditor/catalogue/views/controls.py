"""The page of one control: what it asks, what it rests on, who is responsible, what audits found."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from auditor.access import Permission, requires
from auditor.catalogue import actions, finding, history, queries, words
from auditor.catalogue.forms import ApplicabilityForm, OwnerForm, chosen, day, refuse, seen
from auditor.catalogue.models import Control, ControlOwner, Subject
from auditor.catalogue.using import last_row
from auditor.catalogue.views.blueprint import Answer, bp, changed_meanwhile, moment
from auditor.catalogue.views.choices import departments, subjects_of_kind
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _
from auditor.people import queries as people
from auditor.web import current_actor, request_time

OWNER, APPLIES = "owner-", "applies-"  # two forms on one page, each with a day of its own


@bp.get("/controls/<int:control_id>")
@requires(Permission.CATALOGUE_READ)
def control(control_id: int) -> Answer:
    found = queries.control_for(current_actor(), control_id, Permission.CATALOGUE_READ)
    return _page(found)


@bp.post("/controls/<int:control_id>/owner")
@requires(Permission.CATALOGUE_READ)
def set_owner(control_id: int) -> Answer:
    found = queries.control_for(current_actor(), control_id, Permission.CATALOGUE_MANAGE)
    form = OwnerForm(prefix=OWNER)
    form.choose(departments(moment()))
    person_id, matches = _person_named()
    if not form.validate_on_submit() or matches:
        return _page(found, owner_form=form, matches=matches), 422
    catalogue_id = found.version.catalogue_id
    try:
        actions.set_owner(
            current_actor(), catalogue_id, found.code, chosen(form.department), person_id,
            day(form.valid_from, moment().day), request_time(), seen(form.seen),
        )  # fmt: skip
    except RuleBroken as broken:
        refuse(form, broken)
        return _page(found, owner_form=form), 422
    except Stale as stale:
        form.seen.raw_data = None
        form.seen.data = _last_owner(found)
        return _page(found, owner_form=form, conflict=_conflict(stale)), 409
    flash(_("The owner of %(code)s has been saved.", code=found.code), "success")
    return redirect(url_for("catalogue.control", control_id=control_id), 303)


@bp.post("/controls/<int:control_id>/applicability")
@requires(Permission.CATALOGUE_READ)
def set_applicability(control_id: int) -> Answer:
    found = queries.control_for(current_actor(), control_id, Permission.CATALOGUE_MANAGE)
    form = ApplicabilityForm(prefix=APPLIES)
    form.choose(subjects_of_kind(found.target, moment()))
    if not form.validate_on_submit():
        return _page(found, applicability_form=form), 422
    subject = Subject.get_or_none(Subject.id == chosen(form.subject))
    if subject is None:
        raise NotFound
    try:
        actions.set_applicability(
            current_actor(), found.version.catalogue_id, found.code, subject, form.applies.data == "yes",
            form.reason.data or "", day(form.valid_from, moment().day), request_time(),
        )  # fmt: skip
    except RuleBroken as broken:
        refuse(form, broken)
        return _page(found, applicability_form=form), 422
    except Stale:
        form.form_errors.append(changed_meanwhile())
        return _page(found, applicability_form=form), 409
    flash(_("Saved."), "success")
    return redirect(url_for("catalogue.control", control_id=control_id), 303)


def _page(
    found: Control,
    owner_form: OwnerForm | None = None,
    applicability_form: ApplicabilityForm | None = None,
    matches: list[finding.Match] | None = None,
    conflict: list[dict[str, str]] | None = None,
) -> str:
    now = moment()
    catalogue_id = found.version.catalogue_id
    owner = queries.owners(catalogue_id, now, [found.code]).get(found.code)
    manages = current_actor().may(Permission.CATALOGUE_MANAGE)
    results = [
        one for ask in queries.last_results for one in ask(current_actor(), catalogue_id, found.code, now)
    ]
    exceptions = queries.exceptions(catalogue_id, [found.code], now).get(found.code, [])
    ids = {one.subject_id for one in results} | {row.subject_id for row in exceptions}
    return render_template(
        "catalogue/control.html",
        control=found,
        version=found.version,
        stages=_(", ").join(words.word(words.STAGES, one) for one in found.details.get("stage", [])),
        measures=queries.measures(found),
        schemes=queries.scheme_titles(found.version),
        text=queries.text,
        owner=owner,
        owner_text=queries.owner_words([owner], now).get(owner.id, "") if owner else "",
        results=results,
        exceptions=exceptions,
        subject_names=queries.subject_names(ids, now),
        promises=[one for ask in queries.kept_promises for one in ask(found.code, now)],
        changes=history.changes(catalogue_id, found.code, now),
        versions=history.versions_of(catalogue_id, found.code),
        words=words,
        owner_form=(owner_form or _owner_form(found, owner)) if manages else None,
        owner_open=owner_form is not None,
        owner_person=_person_shown(owner),
        matches=matches or [],
        conflict=conflict,
        applicability_form=(applicability_form or _applicability_form(found)) if manages else None,
        applicability_open=applicability_form is not None,
    )


def _owner_form(found: Control, owner: ControlOwner | None) -> OwnerForm:
    form = OwnerForm(
        formdata=None,
        prefix=OWNER,
        valid_from=moment().day,
        department=str(owner.department_id or "") if owner else "",
        seen=_last_owner(found),
    )
    form.choose(departments(moment()))
    return form


def _applicability_form(found: Control) -> ApplicabilityForm:
    form = ApplicabilityForm(formdata=None, prefix=APPLIES, valid_from=moment().day, applies="no")
    form.choose(subjects_of_kind(found.target, moment()))
    return form


def _last_owner(found: Control) -> str:
    row = last_row(ControlOwner, catalogue=found.version.catalogue_id, code=found.code)
    return str(row.id) if row else ""


def _person_named() -> tuple[int | None, list[finding.Match]]:
    """Return the person of the search field: by the id, else by the text if only one matches."""
    typed = request.form.get("person_search", "").strip()
    person_id = request.form.get("person", type=int)
    if person_id is not None or not typed:
        return person_id, []
    matches = finding.persons(typed, moment())
    if len(matches) == 1:
        return int(matches[0]["id"]), []
    return None, matches or [finding.Match(id="", label=_("No person matches"), hint="")]


def _person_shown(owner: ControlOwner | None) -> dict[str, Any]:
    """Return what the search field for the person holds: what was sent, else who is responsible now."""
    if request.method == "POST":
        return {"value": request.form.get("person", ""), "text": request.form.get("person_search", "")}
    if owner is None or owner.person_id is None:
        return {"value": "", "text": ""}
    return {"value": owner.person_id, "text": people.name(owner.person_id, moment())}


def _conflict(stale: Stale) -> list[dict[str, str]]:
    tree = people.tree(moment())
    names = people.names([stale.theirs.get("person"), stale.mine.get("person")], moment())

    def said(values: Any) -> str:
        unit, person = tree.name(values.get("department")), names.get(values.get("person") or 0, "")
        return " ".join(part for part in (unit, person) if part) or _("nobody")

    return [{"label": _("Owner"), "theirs": said(stale.theirs), "mine": said(stale.mine)}]
