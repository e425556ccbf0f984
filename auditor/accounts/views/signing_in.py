"""Signing in and out, and the language of the page."""

from __future__ import annotations

import math

from flask import current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Permission, public, requires
from auditor.accounts import actions, queries, throttle
from auditor.accounts.forms import SignInForm
from auditor.accounts.views.blueprint import bp
from auditor.accounts.views.recognising import forget, recognise
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import LANGUAGES
from auditor.web import LANGUAGE_COOKIE, current_actor, request_time, safe_next

Answer = str | Response | tuple[str, int]


@bp.get("/sign-in")
@public
def sign_in() -> Answer:
    """The sign-in page; whoever is signed in already goes on."""
    onward = safe_next(request.args.get("next"), "/")
    if current_actor().person_id is not None:
        return redirect(onward, 303)
    if not queries.has_administrator():
        return redirect(url_for("company.setup"), 303)
    return _page(SignInForm(data={"next": onward}))


@bp.post("/sign-in")
@public
def sign_in_now() -> Answer:
    if not queries.has_administrator():
        return redirect(url_for("company.setup"), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        signed_in = actions.sign_in(
            form.login.data or "",
            form.password.data or "",
            request.remote_addr or "",
            settings_of(current_app).secret_key,
            request_time(),
        )
    except actions.SignInRefused as refused:
        return _page(form, refused), 422
    recognise(signed_in.token)
    return redirect(safe_next(form.next.data, "/"), 303)


@bp.app_errorhandler(throttle.Throttled)
def throttled(stopped: throttle.Throttled) -> tuple[str, int, dict[str, str]]:
    """Say when the next attempt is looked at, to the person and, in seconds, to their program."""
    wait = math.ceil((stopped.until - request_time()).total_seconds())
    page = render_template("accounts/throttled.html", until=stopped.until)
    return page, 429, {"Retry-After": str(max(1, wait))}


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_SELF)
def sign_out() -> Response:
    """End this session, here and in the table."""
    actions.end_session(current_actor(), current_user.token, request_time())
    forget()
    return redirect(url_for("accounts.sign_in"), 303)


@bp.get("/language/<code>")
@public
def language(code: str) -> Response:
    """Switch the language and come back to the page; a signed-in person keeps it."""
    response = redirect(safe_next(request.args.get("next"), "/"), 303)
    if code in LANGUAGES:
        actor = current_actor()
        if actor.person_id is not None:
            actions.prefer(actor.person_id, language=code)
        response.set_cookie(
            LANGUAGE_COOKIE,
            code,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response


def _page(form: SignInForm, refused: actions.SignInRefused | None = None) -> str:
    form.password.data = None
    name = company.company_name(Moment.at(request_time()))
    return render_template("accounts/sign_in.html", form=form, refused=refused, company=name)
