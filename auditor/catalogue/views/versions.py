"""The versions of catalogues: which are there, which is in use from when, and bringing another one in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from peewee import fn

from auditor import db
from auditor.access import Permission, requires
from auditor.catalogue import actions, importing, queries, uploads
from auditor.catalogue.entries import CatalogueFile
from auditor.catalogue.forms import ApplyForm, UploadForm, UseForm, day, refuse
from auditor.catalogue.models import (
    Catalogue,
    CatalogueInUse,
    CatalogueUpload,
    CatalogueVersion,
    Control,
    Measure,
)
from auditor.catalogue.problems import CatalogueRefused
from auditor.catalogue.views.blueprint import Answer, bp, changed_meanwhile, moment
from auditor.errors import RuleBroken, Stale
from auditor.failpoints import FailPoint, reached
from auditor.language import _
from auditor.web import current_actor, request_time


@bp.get("/versions")
@requires(Permission.CATALOGUE_READ)
def versions() -> str:
    return _versions_page()


@bp.post("/versions/<int:version_id>/use")
@requires(Permission.CATALOGUE_READ)
def use_version(version_id: int) -> Answer:
    version = queries.version_for(current_actor(), version_id, Permission.CATALOGUE_MANAGE)
    form = UseForm(prefix=f"v{version_id}-")
    if not form.validate_on_submit():
        return _versions_page(version_id, form), 422
    try:
        actions.use_version(current_actor(), version, day(form.valid_from, moment().day), request_time())
    except Stale:
        form.form_errors.append(changed_meanwhile())
        return _versions_page(version_id, form), 409
    flash(
        _("Version %(version)s is used from %(day)s.", version=version.version, day=form.valid_from.data),
        "success",
    )
    return redirect(url_for("catalogue.versions"), 303)


@bp.get("/import")
@requires(Permission.CATALOGUE_MANAGE)
def import_file() -> str:
    return render_template("catalogue/import.html", form=UploadForm(), problems=[])


@bp.post("/import")
@requires(Permission.CATALOGUE_MANAGE)
def upload() -> Answer:
    form = UploadForm()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        refuse(form, RuleBroken(_("Choose a file."), "file"))
        return render_template("catalogue/import.html", form=form, problems=[]), 422
    try:
        kept = uploads.keep(current_actor().person_id or 0, sent.filename, sent.read(), request_time())
    except CatalogueRefused as refused:
        page = render_template(
            "catalogue/import.html", form=form, problems=refused.problems, name=sent.filename
        )
        return page, 422
    return redirect(url_for("catalogue.preview", upload_id=kept.id), 303)


@bp.get("/import/<int:upload_id>")
@requires(Permission.CATALOGUE_MANAGE)
def preview(upload_id: int) -> Answer:
    kept = uploads.upload_for(current_actor().person_id, upload_id)
    return _preview_page(kept, ApplyForm(data={"use": "yes", "valid_from": moment().day}))


@bp.post("/import/<int:upload_id>")
@requires(Permission.CATALOGUE_MANAGE)
def apply(upload_id: int) -> Answer:
    kept = uploads.upload_for(current_actor().person_id, upload_id)
    form = ApplyForm()
    if not form.validate_on_submit():
        return _preview_page(kept, form), 422
    if form.use.data == "yes" and form.valid_from.data is None:
        refuse(form, RuleBroken(_("Enter a date."), "valid_from"))
        return _preview_page(kept, form), 422
    use_from = form.valid_from.data if form.use.data == "yes" else None
    try:
        imported = actions.import_catalogue(current_actor(), _read(kept), request_time(), use_from)
    except RuleBroken as broken:
        refuse(form, broken)
        return _preview_page(kept, form), 422
    except Stale:
        form.form_errors.append(changed_meanwhile())
        return _preview_page(kept, form), 409
    reached(FailPoint.CATALOGUE_IMPORTED)
    kept.delete_instance()
    if imported.new:
        flash(_("Version %(version)s has been imported.", version=imported.version.version), "success")
    else:
        flash(
            _(
                "Version %(version)s was imported before; nothing has been added.",
                version=imported.version.version,
            )
        )
    return redirect(url_for("catalogue.versions"), 303)


def _read(kept: CatalogueUpload) -> CatalogueFile:
    return uploads.read_text(kept.text.encode(), kept.name)


def _preview_page(kept: CatalogueUpload, form: ApplyForm) -> str:
    file = _read(kept)
    known = Catalogue.get_or_none(Catalogue.key == file.key)
    in_use = queries.version_in_use(known.id, moment()) if known else None
    existing = importing.imported_version(file.key, file.version)
    refused = ""
    try:
        importing.refuse_other_content(file)
    except RuleBroken as broken:
        refused = str(broken)
    return render_template(
        "catalogue/preview.html",
        kept=kept,
        file=file,
        form=form,
        in_use=in_use,
        existing=existing,
        refused=refused,
        difference=uploads.difference(file, in_use),
        text=lambda pair: queries.text({"ja": pair.ja, "en": pair.en}),
    )


def _versions_page(asked: int = 0, refused: UseForm | None = None) -> str:
    rows = list(
        CatalogueVersion.select(CatalogueVersion, Catalogue)
        .join(Catalogue)
        .order_by(Catalogue.id, CatalogueVersion.effective_from.desc(), CatalogueVersion.id.desc())
    )
    uses: dict[int, list[CatalogueInUse]] = {}
    for use in CatalogueInUse.select().order_by(CatalogueInUse.valid_from, CatalogueInUse.id):
        uses.setdefault(use.version_id or 0, []).append(use)
    today = moment().day
    forms = {
        row.id: refused
        if row.id == asked and refused
        else UseForm(formdata=None, prefix=f"v{row.id}-", valid_from=today)
        for row in rows
    }
    return render_template(
        "catalogue/versions.html",
        rows=rows,
        uses=uses,
        used={version.id for version in queries.versions_in_use(moment(), None)},
        counts={**_counts(Control), **_counts(Measure)},
        forms=forms,
        asked=asked,
    )


def _counts(model: type[Control] | type[Measure]) -> dict[int, int]:
    return dict(db.tuples(model.select(model.version, fn.COUNT(model.id)).group_by(model.version)))
