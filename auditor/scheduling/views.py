"""The jobs page: last run, next run, outcome."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.errors import NotFound
from auditor.language import _
from auditor.scheduling import actions, queries, words
from auditor.scheduling.jobs import Job, named
from auditor.web import request_time

bp = Blueprint("scheduling", __name__, url_prefix="/jobs")


@bp.get("/")
@requires(Permission.JOBS_READ)
def index() -> str:
    lines, now = queries.timetable(), request_time()
    silent = {line.job.name: words.silence(late) for line in lines if (late := line.overdue(now))}
    return render_template(
        "scheduling/index.html",
        lines=lines,
        silent=silent,
        caught_up=words.caught_up,
        stands=queries.stands(lines, now),
    )


@bp.get("/<name>")
@requires(Permission.JOBS_READ)
def show(name: str) -> str:
    job = _job(name)
    return render_template(
        "scheduling/show.html", job=job, runs=queries.history(job.name), caught_up=words.caught_up
    )


@bp.post("/<name>/run")
@requires(Permission.JOBS_RUN)
def run(name: str) -> Response:
    job = _job(name)
    actions.ask(job, request_time())
    if queries.stands(queries.timetable(), request_time()):
        flash(str(_("The scheduler does not run. The job starts as soon as it does.")), "warning")
    else:
        flash(
            str(_("The scheduler starts the job within a few seconds. Reload this page to see the outcome.")),
            "success",
        )
    return redirect(url_for("scheduling.index"), 303)


def _job(name: str) -> Job:
    job = named(name)
    if job is None:
        raise NotFound
    return job
