"""Finding what was written about a person, and erasing it after a second look."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.audits import queries as audits
from auditor.audits.inspections import queries as inspections
from auditor.audits.models import Audit
from auditor.audits.programme.models import Programme
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound, RuleBroken
from auditor.findings import queries as findings
from auditor.findings import worries
from auditor.integrity import texts, words, written
from auditor.integrity.forms import ReasonForm
from auditor.integrity.views import bp
from auditor.integrity.written import Text
from auditor.language import _, _n
from auditor.people import histories
from auditor.people.names import search_words
from auditor.web import current_actor, request_time

Answer = str | Response | tuple[str, int]
MOST = 200  # texts on one page; whoever looks reads each of them
_KINDS = ("finding", "audit", "worry")


@bp.get("/erasure/texts")
@requires(Permission.WORRY_ERASE)
def find_texts() -> str:
    """Texts that mention a person or contain words, or that belong to one object."""
    return _list()


@bp.post("/erasure/texts")
@requires(Permission.WORRY_ERASE)
def erase_texts() -> Answer:
    """First the ticked texts are shown once more; with ``sure`` they are erased."""
    keys = request.form.getlist("text")
    if not keys:
        flash(str(_("Nothing was erased. Choose the texts to erase first.")), "danger")
        return _list(), 422
    chosen = written.chosen(current_actor(), keys)
    if "sure" not in request.form:
        return _second_look(chosen, ReasonForm(formdata=None))
    form = ReasonForm()
    if not form.validate():
        return _second_look(chosen, form), 422
    try:
        gone = texts.erase_texts(current_actor(), chosen, form.reason.data or "", request_time())
    except RuleBroken as error:
        form.reason.errors = [str(error)]
        return _second_look(chosen, form), 422
    flash(str(_n("%(num)d text was erased.", "%(num)d texts were erased.", gone)), "success")
    return redirect(url_for("integrity.find_texts", **_asked()), 303)


def _second_look(chosen: list[Text], form: ReasonForm) -> str:
    return render_template(
        "integrity/erase_texts.html",
        texts=chosen,
        form=form,
        place_of=words.place_of,
        asked=_asked(),
        back=url_for("integrity.find_texts", **_asked()),
    )


def _list() -> str:
    actor, asked = current_actor(), _asked()
    person = None
    if "person" in asked:
        person = histories.person_for(actor, int(asked["person"]), Moment.at(request_time()))
    found, more, about = _found(asked)
    return render_template(
        "integrity/texts.html",
        texts=found,
        more=more,
        most=MOST,
        about=about,
        person=person,
        asked=asked,
        ticked=set(request.form.getlist("text")),
        place_of=words.place_of,
        url_of=_url_of,
    )


def _found(asked: dict[str, Any]) -> tuple[list[Text], bool, str]:
    """Return the texts asked for, whether there are more, and the number of the object they belong to."""
    actor = current_actor()
    for kind in _KINDS:
        if kind in asked:
            number = _authorised(kind, int(asked[kind]))
            return written.belonging_to(actor, kind, int(asked[kind])), False, number
    sought = search_words(asked.get("q", ""))
    if "person" in asked:
        sought += written.words_of(int(asked["person"]))
    return (*written.mentioning(actor, sought, MOST), "")


def _authorised(kind: str, object_id: int) -> str:
    """Return the number of an object whose texts the actor may erase. Raises NotFound or Forbidden for others."""
    actor, at = current_actor(), request_time()
    if kind == "worry":
        return str(worries.worry_for(actor, object_id, Permission.WORRY_READ).number)
    if kind == "finding":
        number = findings.finding_for(actor, object_id, Permission.FINDING_READ, Moment.at(at)).number
    else:
        number = _check(object_id).number
    if not actor.may(Permission.PERSONAL_ERASE):
        raise Forbidden
    return str(number)


def _check(audit_id: int) -> Audit:
    """Return the audit or the self-inspection. Raises NotFound."""
    actor, at = current_actor(), request_time()
    try:
        return audits.audit_for(actor, audit_id, Permission.AUDIT_READ, at)
    except NotFound:
        return inspections.inspection_for(actor, audit_id, Permission.INSPECTION_READ, at)


def _asked() -> dict[str, Any]:
    """Return what the list is about, from the address or from the form that came from it."""
    asked: dict[str, Any] = {}
    for name in ("person", *_KINDS):
        value = request.values.get(name, "")
        if value:
            if not value.isascii() or not value.isdigit() or len(value) > 9:
                raise NotFound
            asked[name] = value
    if request.values.get("q", "").strip():
        asked["q"] = request.values["q"].strip()
    return asked


def _url_of(text: Text) -> str | None:
    """Return the page of the object that the text belongs to, where there is one."""
    pages: dict[str, Any] = {
        "finding": ("findings.show", "finding_id"),
        "audit": ("audits.show", "audit_id"),
        "worry": ("findings.worry", "worry_id"),
        "assignment": ("training.assignment", "assignment_id"),
        "evidence": ("integrity.erase_file", "file_id"),
    }
    if text.kind == "programme":
        return url_for("programme.history", year=Programme.get_by_id(text.object_id).fiscal_year)
    if text.kind not in pages or not text.object_id:
        return None
    endpoint, name = pages[text.kind]
    address: dict[str, Any] = {name: text.object_id}
    return url_for(endpoint, **address)
