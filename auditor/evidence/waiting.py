"""What waits about evidence: files that are away from the disk."""

from __future__ import annotations

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.evidence.models import StoredFile
from auditor.language import _, _n
from auditor.work import WorkItem


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return that evidence files are away, for whoever looks after the system: one query."""
    if not actor.everywhere(Permission.JOBS_RUN):
        return []
    away = StoredFile.missing_since.is_null(False) & StoredFile.erased_at.is_null()
    count = StoredFile.select().where(away).count()
    if not count:
        return []
    return [
        WorkItem(
            "system",
            str(_n("%(num)d evidence file is missing", "%(num)d evidence files are missing", count)),
            "/evidence/missing",
            str(_("See which")),
            moment.day,
            str(_("They can be put back from a backup, or given again.")),
        )
    ]
