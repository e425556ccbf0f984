"""What waits for whoever keeps the mail going."""

from __future__ import annotations

from datetime import timedelta

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.language import _, _n
from auditor.notifications.faults import WORDS, Cause
from auditor.notifications.models import Mail, MailServer
from auditor.work import WorkItem

_PATIENCE = timedelta(days=1)  # what passes sooner by itself is nobody's work


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return that mail has not gone for more than a day: three queries."""
    if not actor.everywhere(Permission.OUTBOX_MANAGE):
        return []
    return [*_server(moment), *_mails(moment)]


def _server(moment: Moment) -> list[WorkItem]:
    failing: MailServer | None = (
        MailServer.select()
        .where(MailServer.failing_since <= moment.instant - _PATIENCE)
        .order_by(MailServer.failing_since)
        .first()
    )
    if failing is None:
        return []
    waiting = Mail.select().where(Mail.state == "waiting").count()
    if not waiting:
        return []
    cause = str(WORDS[Cause(failing.cause)]) if failing.cause else ""
    count = str(_n("%(num)s mail is waiting.", "%(num)s mails are waiting.", waiting))
    return [
        WorkItem(
            "system",
            str(_("No mail has gone out for more than a day")),
            "/outbox/",
            str(_("See why")),
            due_on=moment.day,
            detail=str(_("%(cause)s. %(count)s", cause=cause, count=count)) if cause else count,
            state=("mail", "failed"),
        )
    ]


def _mails(moment: Moment) -> list[WorkItem]:
    tried = (Mail.state == "failed") | ((Mail.state == "waiting") & (Mail.cause != ""))
    row = Mail.select().where(tried, Mail.day < moment.day)
    stuck = row.count()
    if not stuck:
        return []
    failed = row.where(Mail.state == "failed").exists()
    return [
        WorkItem(
            "system",
            str(
                _n(
                    "%(num)s mail has not gone for more than a day",
                    "%(num)s mails have not gone for more than a day",
                    stuck,
                )
            ),
            f"/outbox/?state={'failed' if failed else 'waiting'}",
            str(_("See why")),
            due_on=moment.day,
            detail=str(_("Correct the address or tell the people in another way.")) if failed else "",
            state=("mail", "failed" if failed else "waiting"),
        )
    ]
