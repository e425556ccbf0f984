"""What waits about erasure: names that go soon, while the texts about these people can still be found."""

from __future__ import annotations

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.integrity import retention
from auditor.language import _, _n
from auditor.people.models import Employment
from auditor.work import WorkItem

AHEAD = timedelta(days=30)


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return that names of leavers go within 30 days, due on the day of the first: two queries."""
    if not actor.everywhere(Permission.PERSONAL_ERASE):
        return []
    last = moment.day + AHEAD - relativedelta(years=retention.years(moment))
    leaving = list(retention.leavers(moment).where(Employment.valid_from <= last))
    if not leaving:
        return []
    return [
        WorkItem(
            "system",
            str(
                _n(
                    "%(num)d name of a leaver is erased soon",
                    "%(num)d names of leavers are erased soon",
                    len(leaving),
                )
            ),
            "/activity/erasure/",
            str(_("Look through")),
            retention.goes_on(leaving[0].valid_from, moment),
            str(_("Once a name is gone, texts about the person are found by it no more.")),
        )
    ]
