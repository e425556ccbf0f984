"""The outbox page: what waits, what failed and why, and another try."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.language import _
from auditor.notifications import actions, queries
from auditor.people import queries as people
from auditor.web import current_actor, paged, request_time

bp = Blueprint("notifications", __name__, url_prefix="/outbox")


@bp.get("/")
@requires(Permission.OUTBOX_MANAGE)
def index() -> str:
    state = request.args.get("state", "waiting")
    state = state if state in queries.STATES else "waiting"
    page = paged(queries.mails(state))
    names = people.names([mail.person_id for mail in page.rows], Moment.at(request_time()))
    return render_template(
        "notifications/index.html",
        page=page,
        names=names,
        state=state,
        counts=queries.counts(),
        server=settings_of(current_app).mail.host,
    )


@bp.post("/<int:mail_id>/retry")
@requires(Permission.OUTBOX_MANAGE)
def retry(mail_id: int) -> Response:
    actions.retry(current_actor(), queries.mail(mail_id), request_time())
    flash(str(_("The mail goes out with the next sending.")), "success")
    return redirect(url_for("notifications.index", state="waiting"), 303)
