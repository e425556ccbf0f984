"""What waits for who looks after the tracker: that its jobs do not run."""

from __future__ import annotations

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.language import _
from auditor.scheduling import queries, words
from auditor.work import WorkItem


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return that no job has run for a day, for whoever may run them: two queries at most."""
    if not actor.everywhere(Permission.JOBS_RUN):
        return []
    since = queries.silent_since(moment.instant)
    if since is None:
        return []
    return [
        WorkItem(
            "system",
            str(_("The scheduler %(silence)s", silence=words.silence(moment.instant - since))),
            "/jobs/",
            str(_("See what to do")),
            moment.day,
            str(_("No audit is opened, no training assigned and no mail sent meanwhile.")),
            state=("due", "overdue"),
        )
    ]
