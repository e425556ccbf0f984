"""The own calendar: its secret address, and the file that calendar programs fetch there."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import icalendar, settings_of
from auditor.access import Permission, public, requires
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.language import _, current, speaking
from auditor.web import current_actor, request_time
from auditor.worklist import feeds
from auditor.worklist.views.blueprint import bp


@bp.get("/calendar/")
@requires(Permission.ACCOUNT_SELF)
def calendar() -> str:
    return _page()


@bp.post("/calendar/")
@requires(Permission.ACCOUNT_SELF)
def make_calendar() -> str:
    """Make an address and show it: this answer is the only place where it stands."""
    secret = feeds.make(current_actor(), request_time())
    return _page(_base_url() + url_for("worklist.feed", secret=secret))


@bp.post("/calendar/revoke")
@requires(Permission.ACCOUNT_SELF)
def revoke_calendar() -> Response:
    if feeds.revoke(current_actor(), request_time()):
        flash(_("The address was revoked. Calendars that use it get nothing from now on."), "success")
    else:
        flash(_("There was no address any more."), "info")
    return redirect(url_for("worklist.calendar"), 303)


def _page(address: str = "") -> str:
    feed = feeds.own(current_actor().person_id or 0)
    return render_template(
        "worklist/calendar.html",
        feed=feed,
        over=feed is not None and feed.expires_at <= request_time(),
        address=address,
        subscribe="webcal://" + address.partition("://")[2],
        hours=icalendar.REFRESH_HOURS,
    )


@bp.get("/calendar/<secret>.ics")
@public
def feed(secret: str) -> Response:
    """The file itself; the address is the key, and no session is asked for: calendar programs have none."""
    moment = Moment.at(request_time())
    try:
        found = feeds.opened(secret, moment.instant)
    except NotFound:
        return _refused(404, current())
    except feeds.FeedOver as over:
        return _refused(410, feeds.language_of(over.person_id, moment))
    except feeds.FetchedTooOften as often:
        response = _plain(429, _("This calendar was fetched too often. It can be fetched again in an hour."))
        response.retry_after = often.until
        return response
    with speaking(feeds.language_of(found.person_id, moment)):
        fetched = feeds.fetch(found, _base_url(), moment.instant)
        language = current()
    response = make_response(fetched.content)
    response.headers["Content-Type"] = f"{icalendar.MEDIA_TYPE}; charset=utf-8"
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(fetched.mark)
    response.last_modified = fetched.changed_at
    return response.make_conditional(request)


def _refused(status: int, language: str) -> Response:
    with speaking(language):
        said = _(
            "This calendar address opens nothing: it was revoked, replaced by another one, has expired, or was not copied in full. Sign in and make a new one:"
        )
    return _plain(status, f"{said}\n{_base_url()}{url_for('worklist.calendar')}")


def _plain(status: int, said: str) -> Response:
    response = make_response(f"{said}\n", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response


def _base_url() -> str:
    return settings_of(current_app).base_url
