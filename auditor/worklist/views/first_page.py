"""The first page: what waits for me."""

from __future__ import annotations

from collections import Counter

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import clock
from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.web import current_actor, request_time
from auditor.worklist import queries
from auditor.worklist.views.blueprint import bp


@bp.get("/")
@requires(Permission.WORKLIST_READ)
def home() -> Response:
    return redirect(url_for("worklist.index"), 303)


@bp.get("/worklist/")
@requires(Permission.WORKLIST_READ)
def index() -> str:
    moment = Moment.at(request_time())
    items = queries.waiting_for(current_actor(), moment)
    kind = request.args.get("kind", "")
    shown = [item for item in items if not kind or item.kind == kind]
    return render_template(
        "worklist/index.html",
        groups=queries.grouped(shown, moment.day),
        total=len(items),
        shown=len(shown),
        counts=Counter(item.kind for item in items),
        kinds=queries.KINDS,
        kind=kind,
        time=request_time().astimezone(clock.zone()),
    )
