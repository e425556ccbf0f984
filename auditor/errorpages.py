"""What a person sees when something is refused or broken; what they typed comes back with the page.

Where the disk or the database fails, the page carries the form that was sent, so that the same can be sent again
when the cause is gone: with a fresh token, without passwords, and with its files to be chosen again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from auditor import outages
from auditor.errors import Forbidden, NotFound, RuleBroken
from auditor.outages import Outage

log = logging.getLogger("auditor.outages")
RETRY_AFTER = 60  # seconds, for a program that asks
SECRET = frozenset({"password", "again", "current"})  # fields that no page carries back
_SECRET_IN_ADDRESS = frozenset({"token", "secret"})  # names of what opens something by itself
_SHORT = 40  # characters: what is longer is shown, so that it can be copied
_MOST_FIELDS = 2000


def install(app: Flask) -> None:
    """Answer every error with its page."""
    app.logger.addFilter(_without_secrets)
    app.register_error_handler(NotFound, lambda error: _page(404))
    app.register_error_handler(Forbidden, lambda error: _page(403))
    app.register_error_handler(RuleBroken, lambda error: _page(422, reason=str(error)))
    app.register_error_handler(CSRFError, lambda error: _page(400, expired=True))
    for kind in outages.RAISED:
        app.register_error_handler(kind, _unreachable)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        return _page(error.code)

    @app.errorhandler(500)
    def broken(_error: Any) -> Any:
        return _page(500)


def logged_path() -> str:
    """Return the path of the request as a log may keep it: where the address itself is a key, only its form."""
    rule = request.url_rule
    secret = rule is not None and not _SECRET_IN_ADDRESS.isdisjoint(rule.arguments)
    return str(rule) if secret else request.path


def _without_secrets(record: logging.LogRecord) -> bool:
    """Take a secret address out of what Flask logs of an error."""
    if has_request_context() and (path := logged_path()) != request.path:
        record.msg = str(record.msg).replace(request.path, path)
    return True


def _page(status: int, **values: Any) -> tuple[str, int]:
    if status == 413:
        values |= {
            "file_limit": _megabytes("MAX_CONTENT_LENGTH"),
            "text_limit": _megabytes("MAX_FORM_MEMORY_SIZE"),
        }
    return render_template("errors/error.html", status=status, **values), status


def _megabytes(setting: str) -> int:
    return int(current_app.config[setting]) // (1024 * 1024)


@dataclass(frozen=True)
class Sent:
    """The form that a request brought and that was not taken: what can be shown and sent again."""

    action: str
    fields: list[tuple[str, str]]  # sent again unseen: marks, numbers, short answers
    texts: list[tuple[str, str]]  # shown, may be changed and are sent again
    files: list[tuple[str, bool]]  # have to be chosen again; whether several can be
    secret: bool  # it held a password, so it cannot be sent again as it is


def sent() -> Sent | None:
    """Return the form of this request where it came from a page of ours (its token held), else None."""
    if request.method != "POST" or not g.get("csrf_valid"):
        return None
    pairs = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    named = [name for name, file in request.files.items(multi=True) if file.filename]
    kept = [(name, value) for name, value in pairs if name not in SECRET]
    return Sent(
        request.full_path.rstrip("?"),
        [pair for pair in kept if not _is_text(pair[1])],
        [pair for pair in kept if _is_text(pair[1])],
        [(name, named.count(name) > 1) for name in dict.fromkeys(named)],
        secret=len(kept) < len(pairs) or len(kept) > _MOST_FIELDS,
    )


def _is_text(value: str) -> bool:
    """Tell what a person wrote from a mark of the program, which has no space in it."""
    return "\n" in value or (len(value) > _SHORT and not (value.isascii() and " " not in value))


def _unreachable(error: Exception) -> Response:
    """Answer for the disk or the database; an error that is no outage goes on to the page of a broken program."""
    outage = outages.of(error)
    if outage is None:
        raise error
    log.error("%s %s: %s: %s", request.method, logged_path(), outage.value, outages.reason(error))
    g.outage = outage  # the page asks the database for nothing more
    return outage_page(outage)


def outage_page(outage: Outage) -> Response:
    """Return the page that says what cannot be reached, what was kept and what to do; JSON to a script."""
    if request.headers.get("X-Requested-With") == "fetch":
        response = jsonify(message=outages.said(outage))
    else:
        address = request.full_path.rstrip("?") if request.method == "GET" else None
        page = render_template("errors/outage.html", outage=outage.value, sent=sent(), address=address)
        response = make_response(page)
    response.status_code = outage.status
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
