"""Who a request comes from: the cookie holds a token, the session table says whether it still opens anything."""

from __future__ import annotations

import logging
from typing import Any

from flask import g, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_login import LoginManager, UserMixin, current_user, login_user
from peewee import DatabaseError
from werkzeug.wrappers import Response

from auditor import outages
from auditor.access import NOBODY, Actor, Role
from auditor.accounts import actions, queries, sessions
from auditor.accounts.sessions import OpenSession
from auditor.accounts.views.blueprint import bp
from auditor.accounts.words import ROLE_LABELS
from auditor.dated import Moment
from auditor.language import LANGUAGES, _, current
from auditor.outages import Outage
from auditor.people import queries as people
from auditor.web import begins_no_earlier, current_actor, keep_time, request_time, safe_next

_WITHOUT_NEW_PASSWORD = {
    "accounts.password",
    "accounts.change_password",
    "accounts.sign_out",
    "accounts.language",
}
log = logging.getLogger("auditor.outages")
login_manager = LoginManager()
# The session table ends a session; binding it to an address would sign phones out as they move.
login_manager.session_protection = None


class Visitor(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps of a signed-in browser: the token of its session, never the person's id."""

    def __init__(self, token: str, opened: OpenSession | None = None) -> None:
        self.token = token
        self.opened = opened

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> Visitor | None:
    opened = sessions.session_of(token, request_time())
    if opened is not None and begins_no_earlier(opened.latest):
        opened = sessions.session_of(token, request_time())  # who they are then
    return Visitor(token, opened) if opened else None


@bp.record_once
def _install(state: BlueprintSetupState) -> None:
    # No template asks for current_user; offering it would read the session even on the page that says
    # that the database does not answer.
    login_manager.init_app(state.app, add_context_processor=False)


def load_actor() -> Actor:
    """Return who the session cookie belongs to; NOBODY when the session has ended or the person has left.

    The request begins no earlier than what the log tells of (activity.keep_time), which the same query reads.
    """
    if not current_user.is_authenticated:
        keep_time()
        return NOBODY
    opened: OpenSession = current_user.opened
    g.opened = opened
    g.theme = opened.theme or "auto"
    _touch(opened)
    return queries.actor_of(opened.person_id, opened.facts, Moment.at(request_time()))


def _touch(opened: OpenSession) -> None:
    """Have the session last longer; where nothing can be written, the page is read all the same."""
    try:
        actions.touch_session(opened, request_time())
    except DatabaseError as error:
        if outages.of(error) in (None, Outage.GONE, Outage.DAMAGED):
            raise
        log.warning("a session could not be kept awake: %s", error)


def recognise(token: str) -> None:
    """Give the browser the session of ``token``; whatever its cookie held before is gone (session fixation)."""
    session.clear()
    login_user(Visitor(token))


def forget() -> None:
    """Take everything out of the browser's cookie."""
    session.clear()


def must_change_first() -> Response | None:
    """Return the way to the password page while a first password still has to be changed, else None."""
    opened: OpenSession | None = g.get("opened")
    if opened is None or not opened.must_change or request.endpoint in _WITHOUT_NEW_PASSWORD:
        return None
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.password", next=here), 303)


def preferred_language() -> str:
    """Return the language the signed-in person chose; empty before sign-in."""
    opened: OpenSession | None = g.get("opened")
    return opened.language if opened else ""


@bp.app_context_processor
def shell() -> dict[str, Any]:
    """What the bar of every page shows: the way to the other language, the person, their roles and links."""
    other = next(code for code in LANGUAGES if code != current())
    here = request.full_path.rstrip("?") if request.method == "GET" else _page_before()
    shown: dict[str, Any] = {"language_url": url_for("accounts.language", code=other, next=here)}
    actor = current_actor()
    opened: OpenSession | None = g.get("opened")
    if actor.person_id is not None and opened is not None and not g.get("outage"):
        shown["me"] = {
            "name": people.shown_name(*opened.details),
            "roles": [str(ROLE_LABELS[role]) for role in Role if role in actor.roles],
            "links": [
                {"label": _("Language and display"), "url": url_for("accounts.preferences")},
                {"label": _("Own calendar"), "url": url_for("worklist.calendar")},
                {"label": _("Change password"), "url": url_for("accounts.password")},
            ],
            "sign_out_url": url_for("accounts.sign_out"),
        }
    return shown


def _page_before() -> str:
    """Return the page that a form came from: the answer to a POST has no address to come back to."""
    referrer = request.referrer or ""
    path = referrer.removeprefix(request.host_url.rstrip("/"))
    return safe_next(path, "/")
