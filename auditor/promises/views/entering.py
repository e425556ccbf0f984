"""Entering a published text: pasted in both languages, or as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import flash, redirect, render_template, request, url_for

from auditor.access import Permission, requires
from auditor.catalogue.entries import Text
from auditor.catalogue.problems import Problem
from auditor.errors import RuleBroken
from auditor.language import _
from auditor.promises import actions, reading
from auditor.promises.entries import PolicyText
from auditor.promises.forms import FileForm, PasteForm, refuse
from auditor.promises.views.blueprint import Answer, bp
from auditor.web import current_actor, request_time


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROMISE_MANAGE)
def new() -> Answer:
    form = PasteForm()
    if request.method == "GET":
        return _form_page(form)
    if not form.validate_on_submit() or form.published_on.data is None:
        return _form_page(form), 422
    title = Text(form.title_en.data or "", form.title_ja.data or "")
    try:
        text = reading.pasted(form.published_on.data, title, form.text_ja.data or "", form.text_en.data or "")
        return _kept(text, bool(form.carry.data))
    except RuleBroken as broken:
        refuse(form, broken)
        return _form_page(form), 422


@bp.route("/new/file", methods=["GET", "POST"])
@requires(Permission.PROMISE_MANAGE)
def new_from_file() -> Answer:
    form = FileForm()
    if request.method == "GET":
        return _file_page(form)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        refuse(form, RuleBroken(_("Choose a file."), "file"))
        return _file_page(form), 422
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "policy.yaml"
            path.write_bytes(sent.read())
            text = reading.read(path, Path(sent.filename).name)
        return _kept(text, bool(form.carry.data))
    except reading.PolicyRefused as refused:
        return _file_page(form, refused.problems), 422
    except RuleBroken as broken:
        refuse(form, broken)
        return _file_page(form), 422


def _kept(text: PolicyText, carry: bool) -> Answer:
    actions.publish(current_actor(), text, request_time(), carry)
    flash(
        _("The published text has been entered. Link the sentences that have no control yet."),
        "success",
    )
    return redirect(url_for("promises.index"), 303)


def _form_page(form: PasteForm) -> str:
    return render_template("promises/new.html", form=form)


def _file_page(form: FileForm, problems: Sequence[Problem] = ()) -> str:
    return render_template("promises/file.html", form=form, problems=problems)
