"""What waits about accounts: people who cannot sign in."""

from __future__ import annotations

from auditor.access import Actor, Permission
from auditor.accounts import listing
from auditor.dated import Moment
from auditor.language import _, _n
from auditor.work import WorkItem


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return that people have no account, for whoever may grant roles: one query."""
    if not actor.everywhere(Permission.ROLE_GRANT):
        return []
    count = listing.accounts(moment, state="none").order_by().count()
    if not count:
        return []
    return [
        WorkItem(
            "roster",
            str(_n("%(num)s person has no account", "%(num)s people have no account", count)),
            "/accounts/?state=none",
            str(_("Hand out access")),
            detail=str(_("They cannot take training or answer findings.")),
        )
    ]
