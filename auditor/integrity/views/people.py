"""Whose name is to be erased, when, and what was erased before."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.integrity import erasure, retention
from auditor.integrity.views import bp
from auditor.language import _
from auditor.people import histories
from auditor.people import queries as people
from auditor.web import current_actor, paged, request_time


@bp.get("/erasure/")
@requires(Permission.PERSONAL_ERASE)
def erasures() -> str:
    """Leavers in the order in which their names go, and the decisions to erase so far."""
    moment = Moment.at(request_time())
    page = paged(retention.leavers(moment), 50)
    past = retention.decisions(20)
    ids = [row.person_id for row in page.rows] + [row.decided_by for row in past]
    return render_template(
        "integrity/erasures.html",
        page=page,
        past=past,
        names=people.names(ids, moment),
        years=retention.years(moment),
        goes_on=lambda left: retention.goes_on(left, moment),
    )


@bp.route("/erasure/people/<int:person_id>", methods=["GET", "POST"])
@requires(Permission.PERSONAL_ERASE)
def erase_person(person_id: int) -> str | Response | tuple[str, int]:
    """Erase the name of a leaver before its time, for instance because the person asked."""
    found = histories.person_for(current_actor(), person_id, Moment.at(request_time()))
    refusal = ""
    if request.method == "POST":
        try:
            erasure.erase_person(current_actor(), person_id, request_time())
        except RuleBroken as error:
            refusal = str(error)
        else:
            flash(str(_("Name, address and account were erased.")), "success")
            return redirect(url_for("integrity.erasures"), 303)
    page = render_template("integrity/erase_person.html", person=found, refusal=refusal)
    return (page, 422) if refusal else page
