"""What every page shares: the permission check, the language, headers, error pages, paging."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, g, has_request_context, redirect, request, url_for
from peewee import ModelSelect
from werkzeug.wrappers import Response as BaseResponse

from auditor import activity, assets, clock, db, errorpages, health, language
from auditor.access import NOBODY, Actor, Permission, marks_of
from auditor.errors import Forbidden, NotFound

_WITHOUT_DATABASE = {*assets.ASSETS, health.ENDPOINT}
PAGE_SIZES = (25, 50, 100)
LANGUAGE_COOKIE = "language"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def current_actor() -> Actor:
    """Return who makes the request; NOBODY before sign-in."""
    return getattr(g, "actor", NOBODY)


def request_time() -> datetime:
    """Return the instant of the request: read once, the same for everything the request decides."""
    if "now" not in g:
        g.now = clock.now()
    now: datetime = g.now
    return now


def keep_time() -> None:
    """Have the request begin no earlier than what the log tells of: one query."""
    activity.keep_time()
    g.pop("now", None)


def begins_no_earlier(latest: datetime | None) -> bool:
    """Have the request begin no earlier than ``latest``, read along with something; tells whether its time moves."""
    if clock.is_standing():
        return False
    before = request_time()
    clock.not_before(latest)
    if latest is None or latest <= before:
        return False
    g.pop("now")
    return request_time() != before


def may(permission: str) -> bool:
    """Tell whether the person of this request holds ``permission`` in any scope (for templates)."""
    return current_actor().may(Permission(permission))


def install(
    app: Flask,
    load_actor: Callable[[], Actor],
    navigation: Callable[[Actor], Any],
    sees: Callable[[Actor, str, Mapping[str, Any], datetime], bool],
    first: Callable[[], BaseResponse | None] = lambda: None,
) -> None:
    """Wire the hooks of every request. ``load_actor`` reads the session and keeps the time (``keep_time``),
    ``navigation`` gives the menu.

    ``sees`` tells whether somebody sees all that the address of a route (endpoint, ids) names: who sees it
    and may not do this gets 403, everybody else 404. ``first`` may send a signed-in person elsewhere before
    any page that is not public.
    """

    @app.before_request
    def open_database() -> None:
        # A caller that holds an application context of its own (a command, a test) shares it with the
        # request: what one request knew must not reach the next.
        for known in list(g):
            if known != "csrf_valid":  # said of this request, just before
                g.pop(known)
        if request.endpoint not in _WITHOUT_DATABASE:
            g.opened_database = db.database.connect(reuse_if_open=True)
            clock.not_before(None)  # what the log told an earlier request of this thread

    @app.before_request
    def check_permission() -> BaseResponse | None:
        if request.endpoint is None:
            keep_time()
        if request.endpoint is None or request.endpoint in _WITHOUT_DATABASE:
            return None  # 404 and 405 are werkzeug's answers; files in static/ are public
        marks = marks_of(app.view_functions[request.endpoint])
        g.actor = load_actor()
        if marks is not None and marks.public:
            return None
        if g.actor.person_id is None:
            here = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("accounts.sign_in", next=here), 303)
        if marks is None or marks.permission is None:
            raise Forbidden
        if not g.actor.may(marks.permission):
            shown = sees(g.actor, request.endpoint, request.view_args or {}, request_time())
            raise Forbidden if shown else NotFound
        return first()

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        # No other page, style or log gets to see an address that is itself the key.
        secret = "secret" in (request.view_args or {})
        response.headers["Referrer-Policy"] = "no-referrer" if secret else "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if request.endpoint not in assets.ASSETS:
            response.headers.setdefault("Cache-Control", "no-store")
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    @app.teardown_request
    def close_database(_error: BaseException | None) -> None:
        # A connection that was open before the request belongs to the caller (a test, a command).
        if g.pop("opened_database", False) and not db.database.is_closed():
            db.database.close()

    @app.context_processor
    def common() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": actor,
            "may": may,
            "navigation": navigation(actor) if actor.person_id else [],
            "language": language.current(),
            "other_language": "en" if language.current() == "ja" else "ja",
            "today": clock.day_of(request_time()),
            "theme": getattr(g, "theme", "auto"),
        }

    assets.install(app)
    app.jinja_env.globals["pick"] = language.pick
    app.jinja_env.filters.update(
        day=_day,
        long_day=language.format_long_day,
        instant=language.format_instant,
        month_name=language.format_month,
        fiscal_year=language.fiscal_year_name,
    )
    errorpages.install(app)


def _day(day: date | None) -> str:
    """Return a date for people who plan, with its year where that is not the current one."""
    far = day is not None and day.year != clock.day_of(request_time()).year
    return language.format_long_day(day) if far else language.format_day(day)


def choose_language(default: str, of_person: Callable[[], str]) -> Callable[[], str]:
    """Return the selector: the language chosen by link, else the person's, else the browser's, else the default."""

    def selector() -> str:
        if not has_request_context():
            return default
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen in language.LANGUAGES:
            return chosen
        own: str = of_person()
        if own in language.LANGUAGES:
            return own
        best: str | None = request.accept_languages.best_match(list(language.LANGUAGES))
        return best or default

    return selector


def safe_next(target: str | None, fallback: str) -> str:
    """Return ``target`` if it is a path of this application, else ``fallback`` (no open redirect)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    if any(character in target for character in "\r\n\t\\") or urlsplit(target).netloc:
        return fallback
    return target


@dataclass(frozen=True)
class Page:
    """One page of a list read from the database."""

    rows: list[Any]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.total, self.number * self.size)

    def address(self, number: int) -> str:
        """Return the address of another page with the same filter."""
        args = {**request.args.to_dict(flat=False), **(request.view_args or {}), "page": number}
        return url_for(str(request.endpoint), **args)


def paged(query: ModelSelect[Any], default_size: int = PAGE_SIZES[0]) -> Page:
    """Return the page of ``query`` that ``?page=`` and ``?size=`` ask for: two queries."""
    size = request.args.get("size", default_size, type=int)
    if size not in PAGE_SIZES:
        size = default_size
    total = query.count()
    number = min(max(request.args.get("page", 1, type=int), 1), max(1, -(-total // size)))
    return Page(list(query.paginate(number, size)), total, number, size)


def paged_list(rows: list[Any], total: int, size: int = PAGE_SIZES[0]) -> Page:
    """Return a page of rows that the caller has read already, with the total it counted."""
    return Page(rows, total, max(request.args.get("page", 1, type=int), 1), size)


def attachment(content: bytes | Iterable[bytes], name: str, media_type: str) -> Response:
    """Return a file to be saved, never shown: its true type, no sniffing, no script."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", **_file_named(name))
    return as_attachment(response)


def _file_named(name: str) -> dict[str, str]:
    """Return a file's name as a header can carry it (RFC 6266): encoded beside a plain one where it is not ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    if plain == name:
        return {"filename": name}
    return {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"}


def as_attachment(response: Response) -> Response:
    """Add what keeps a browser from running a served file."""
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
