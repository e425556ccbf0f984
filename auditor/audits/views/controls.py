"""The second page of assigning an audit: which controls are checked, and which do not apply."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import preparing, queries
from auditor.audits.applying import fitting
from auditor.audits.models import AuditDraft
from auditor.audits.views import bp
from auditor.audits.views.choosing import chosen
from auditor.catalogue.models import CatalogueVersion, Control
from auditor.dated import Moment
from auditor.language import _, current
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.route("/new/<int:draft_id>/controls", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def new_controls(draft_id: int) -> Answer:
    """Ask which controls are checked: by category or one by one."""
    at = request_time()
    draft = preparing.draft_for(current_actor(), draft_id)
    moment = Moment.at(at)
    subject = preparing.subject_of(draft)
    versions = preparing.versions(moment, subject.kind)
    version = _version(draft, versions)
    found = fitting(version.id if version else 0, subject, moment)
    controls = found.controls
    known = {one.id for one in controls}
    stored = draft.values["controls"]
    picked = set(known if stored is None else stored) & known
    status, error = 200, None
    if request.method == "POST":
        picked = chosen(controls, picked)
        ordered = [one.id for one in controls if one.id in picked]
        preparing.keep(draft, at, controls=ordered, version=version.id if version else None)
        if "next" in request.form and picked:
            return redirect(url_for("audits.new_auditors", draft_id=draft.id), 303)
        if "next" not in request.form:
            words = request.form.get("q", "").strip() or None
            return redirect(
                url_for(
                    "audits.new_controls",
                    draft_id=draft.id,
                    q=words,
                    version=request.form.get("other_version"),
                ),
                303,
            )
        status, error = 422, _("Choose at least one control.")
    text = request.values.get("q", "").strip()
    page = render_template(
        "audits/new_controls.html",
        draft=draft,
        name=queries.subject_name(subject, moment, current()),
        version=version,
        versions=versions,
        groups=by_category(controls, picked, text),
        picked=picked,
        total=len(controls),
        left_out=found.left_out,
        q=text,
        error=error,
    )
    return page, status


def _version(draft: AuditDraft, versions: list[CatalogueVersion]) -> CatalogueVersion | None:
    wanted = request.args.get("version", type=int) or draft.values.get("version")
    return next((one for one in versions if one.id == wanted), versions[0] if versions else None)


def by_category(controls: list[Control], picked: set[int], text: str) -> list[dict[str, Any]]:
    """Return the categories with their controls; with ``text`` only the controls that contain it."""
    key = text.casefold()
    groups: dict[int, dict[str, Any]] = {}
    for one in controls:
        group = groups.setdefault(
            one.category_id, {"category": one.category, "controls": [], "picked": 0, "total": 0}
        )
        group["total"] += 1
        group["picked"] += one.id in picked
        words = f"{one.code} {one.title_ja} {one.title_en} {one.question_ja} {one.question_en}".casefold()
        if not key or key in words:
            group["controls"].append(one)
    return [group for group in groups.values() if group["controls"]]
