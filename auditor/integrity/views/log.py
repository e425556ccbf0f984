"""The activity log for people who may read it."""

from __future__ import annotations

from datetime import date

from flask import render_template, request

from auditor import activity
from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.integrity import queries
from auditor.integrity.views import bp, details
from auditor.people import queries as people
from auditor.web import paged, request_time


@bp.get("/", endpoint="activity")
@requires(Permission.ACTIVITY_READ)
def activity_log() -> str:
    wanted = queries.Filter(
        type=request.args.get("type", ""),
        person_id=request.args.get("person", type=int),
        first=_day("first"),
        last=_day("last"),
    )
    page = paged(queries.events(wanted), 50)
    named = {person_id for event in page.rows for person_id in details.persons_of(event)}
    names = people.names(named, Moment.at(request_time()))
    return render_template(
        "integrity/activity.html",
        page=page,
        names=names,
        wanted=wanted,
        types=queries.types(),
        label_of=queries.label_of,
        lines_of=details.lines_of,
        head=activity.head(),
        person_name=people.name(wanted.person_id, Moment.at(request_time())),
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
