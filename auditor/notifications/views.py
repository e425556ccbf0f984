"""The outbox page: what waits and why, how the mail server stands, and another try."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _n
from auditor.notifications import queries, retrying, standing
from auditor.notifications.faults import ADVICE, WORDS
from auditor.notifications.forms import GiveUpForm
from auditor.notifications.models import Mail
from auditor.people import queries as people
from auditor.web import current_actor, paged, request_time

bp = Blueprint("notifications", __name__, url_prefix="/outbox")


def _chosen(given: Any) -> queries.Chosen:
    state = given.get("state", "waiting")
    text, why = given.get("q", "").strip()[:100], given.get("why", "")[:60]
    return queries.Chosen(state if state in queries.STATES else "waiting", text, why)


def _address(chosen: queries.Chosen) -> str:
    return url_for("notifications.index", state=chosen.state, q=chosen.text or None, why=chosen.why or None)


@bp.get("/")
@requires(Permission.OUTBOX_MANAGE)
def index() -> str:
    chosen = _chosen(request.args)
    at = request_time()
    page = paged(queries.mails(chosen, Moment.at(at)))
    server = settings_of(current_app).mail
    return render_template(
        "notifications/index.html",
        page=page,
        names=people.names([mail.person_id for mail in page.rows], Moment.at(at)),
        chosen=chosen,
        counts=queries.counts(),
        reasons=queries.reasons(chosen.state),
        server=server,
        standing=standing.of(server) if server.host else None,
        paused=server.host and standing.is_paused(server, at),
        words=WORDS,
        advice=ADVICE,
        given_up=retrying.REASONS,
    )


@bp.post("/<int:mail_id>/retry")
@requires(Permission.OUTBOX_MANAGE)
def retry(mail_id: int) -> Response:
    if retrying.retry(current_actor(), queries.mail(mail_id), request_time()):
        flash(str(_("The mail goes out with the next sending.")), "success")
    else:
        flash(str(_("This mail is being sent or has been settled meanwhile. Nothing was changed.")), "info")
    return redirect(_address(_chosen(request.form)), 303)


@bp.post("/retry")
@requires(Permission.OUTBOX_MANAGE)
def retry_all() -> Response:
    """Try all mails again that the filters show."""
    chosen = _chosen(request.form)
    at = request_time()
    count = retrying.retry_all(current_actor(), queries.mails(chosen, Moment.at(at)), at)
    flash(
        str(
            _n(
                "%(num)s mail goes out with the next sending.",
                "%(num)s mails go out with the next sending.",
                count,
            )
        ),
        "success" if count else "info",
    )
    return redirect(url_for("notifications.index", state="waiting"), 303)


@bp.get("/give-up")
@requires(Permission.OUTBOX_MANAGE)
def ask_give_up_all() -> str:
    """Give up all mails that the filters show."""
    return _give_up_all_page(_chosen(request.args), GiveUpForm())


@bp.post("/give-up")
@requires(Permission.OUTBOX_MANAGE)
def give_up_all() -> Response | tuple[str, int]:
    chosen, form, at = _chosen(request.form), GiveUpForm(), request_time()
    if not form.validate_on_submit():
        return _give_up_all_page(chosen, form), 422
    mails = queries.mails(chosen, Moment.at(at))
    count = retrying.give_up_all(current_actor(), mails, form.reason.data, at)
    flash(
        str(_n("%(num)s mail was given up.", "%(num)s mails were given up.", count)),
        "success" if count else "info",
    )
    return redirect(url_for("notifications.index", state=chosen.state), 303)


def _give_up_all_page(chosen: queries.Chosen, form: GiveUpForm) -> str:
    count = queries.mails(chosen, Moment.at(request_time())).where(Mail.state.in_(retrying.UNSENT)).count()
    return render_template(
        "notifications/give_up.html", form=form, mail=None, chosen=chosen, count=count, words=WORDS
    )


@bp.get("/<int:mail_id>/give-up")
@requires(Permission.OUTBOX_MANAGE)
def ask_give_up(mail_id: int) -> str | Response:
    mail = queries.mail(mail_id)
    if mail.state not in retrying.UNSENT:
        flash(str(_("This mail is being sent or has been settled meanwhile. Nothing was changed.")), "info")
        return redirect(url_for("notifications.index", state=mail.state), 303)
    return _give_up_page(mail, GiveUpForm())


@bp.post("/<int:mail_id>/give-up")
@requires(Permission.OUTBOX_MANAGE)
def give_up(mail_id: int) -> Response | tuple[str, int]:
    mail, form = queries.mail(mail_id), GiveUpForm()
    if not form.validate_on_submit():
        return _give_up_page(mail, form), 422
    try:
        retrying.give_up(current_actor(), mail, form.reason.data, request_time())
        flash(str(_("The mail is not sent. It stands among those not sent, with the reason.")), "success")
    except RuleBroken as broken:
        flash(str(broken), "info")
    return redirect(url_for("notifications.index", state="failed"), 303)


def _give_up_page(mail: Mail, form: GiveUpForm) -> str:
    names = people.names([mail.person_id], Moment.at(request_time()))
    return render_template(
        "notifications/give_up.html", form=form, mail=mail, name=names.get(mail.person_id, ""), words=WORDS
    )


@bp.post("/server/retry")
@requires(Permission.OUTBOX_MANAGE)
def retry_server() -> Response:
    """Ask the mail server again although it failed lately."""
    retrying.retry_server(current_actor(), request_time())
    flash(str(_("The mail server is asked again with the next sending, within a minute.")), "success")
    return redirect(url_for("notifications.index"), 303)


@bp.post("/test")
@requires(Permission.OUTBOX_MANAGE)
def test() -> Response:
    """Put a test mail to oneself into the outbox."""
    try:
        retrying.ask_for_test(current_actor(), request_time())
        flash(
            str(
                _(
                    "A test mail to you goes out within a minute. Load this page again to see what became of it."
                )
            ),
            "success",
        )
    except RuleBroken as broken:
        flash(str(broken), "error")
    return redirect(url_for("notifications.index"), 303)
