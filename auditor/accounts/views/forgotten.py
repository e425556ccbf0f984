"""Setting a password by a mailed link, and asking for one; neither tells which accounts exist."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import public
from auditor.accounts import links, throttle
from auditor.accounts.forms import ForgottenForm, NewPasswordForm, refuse
from auditor.accounts.passwords import SHORTEST
from auditor.accounts.views.blueprint import bp
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _
from auditor.people import queries as people
from auditor.web import request_time

Answer = str | Response | tuple[str, int]


@bp.record
def _configure(state: BlueprintSetupState) -> None:
    links.configure(settings_of(cast(Flask, state.app)).secret_key)


@bp.get("/forgotten")
@public
def forgotten() -> str:
    return render_template("accounts/forgotten.html", form=ForgottenForm(), sent=False)


@bp.post("/forgotten")
@public
def ask_for_link() -> Answer:
    """Answer the same, whether or not there is such an account; throttled by address as sign-in is."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten.html", form=form, sent=False), 422
    login = f"forgotten:{form.login.data}"
    throttle.begin(login, request.remote_addr or "", settings_of(current_app).secret_key, request_time())
    links.forgot(form.login.data or "", request_time())
    return render_template("accounts/forgotten.html", form=form, sent=True)


@bp.get("/set-password/<int:token_id>/<token>")
@public
def set_password(token_id: int, token: str) -> Answer:
    try:
        row = links.link_for(token_id, token, request_time())
    except NotFound:
        return render_template("accounts/link_over.html"), 404
    return _page(NewPasswordForm(), row.person_id)


@bp.post("/set-password/<int:token_id>/<token>")
@public
def set_password_now(token_id: int, token: str) -> Answer:
    form = NewPasswordForm()
    try:
        row = links.link_for(token_id, token, request_time())
        if not form.validate_on_submit():
            return _page(form, row.person_id), 422
        links.set_by_link(token_id, token, form.password.data or "", request_time())
    except NotFound:
        return render_template("accounts/link_over.html"), 404
    except RuleBroken as broken:
        refuse(form, broken)
        return _page(form, row.person_id), 422
    flash(_("Your password is set. Sign in with it."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


def _page(form: NewPasswordForm, person_id: int) -> str:
    name = people.name(person_id, Moment.at(request_time()))
    return render_template("accounts/set_password.html", form=form, name=name, shortest=SHORTEST)
