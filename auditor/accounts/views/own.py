"""What a person does with the own account: password, language, display."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.accounts import actions
from auditor.accounts.forms import PasswordForm, PreferenceForm, refuse
from auditor.accounts.passwords import SHORTEST
from auditor.accounts.views.blueprint import bp
from auditor.errors import RuleBroken
from auditor.language import _
from auditor.web import LANGUAGE_COOKIE, current_actor, request_time, safe_next

Answer = str | Response | tuple[str, int]


@bp.get("/password")
@requires(Permission.ACCOUNT_SELF)
def password() -> Answer:
    return _password_page(PasswordForm(data={"next": safe_next(request.args.get("next"), "/")}))


@bp.post("/password")
@requires(Permission.ACCOUNT_SELF)
def change_password() -> Answer:
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_page(form), 422
    try:
        actions.change_password(
            current_actor(),
            form.current.data or "",
            form.password.data or "",
            g.opened.id,
            request_time(),
        )
    except RuleBroken as broken:
        refuse(form, broken)
        return _password_page(form), 422
    flash(_("Your password has been changed. Your other sessions have ended."), "success")
    return redirect(safe_next(form.next.data, "/"), 303)


def _password_page(form: PasswordForm) -> str:
    return render_template("accounts/password.html", form=form, first=g.opened.must_change, shortest=SHORTEST)


@bp.get("/preferences")
@requires(Permission.ACCOUNT_SELF)
def preferences() -> Answer:
    form = PreferenceForm(data={"language": g.opened.language, "theme": g.opened.theme})
    return render_template("accounts/preferences.html", form=form)


@bp.post("/preferences")
@requires(Permission.ACCOUNT_SELF)
def save_preferences() -> Answer:
    form = PreferenceForm()
    if not form.validate_on_submit():
        return render_template("accounts/preferences.html", form=form), 422
    actions.prefer(g.opened.person_id, form.language.data, form.theme.data)
    response = redirect(url_for("accounts.preferences"), 303)
    # A language chosen by link stands before the kept one; the choice made here takes its place.
    response.delete_cookie(LANGUAGE_COOKIE)
    flash(_("Saved."), "success")
    return response
