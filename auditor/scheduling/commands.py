"""auditor serve, scheduler, jobs, db."""

from __future__ import annotations

import json
import signal
import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app

from auditor import activity, clock, db, migrating, settings_of
from auditor.accounts.beginning import new_code
from auditor.console import REFUSALS, command, refuse
from auditor.errors import RuleBroken
from auditor.language import _
from auditor.scheduling import actions, queries, words
from auditor.scheduling.jobs import TABLE, named
from auditor.scheduling.models import JobRun


def register(main: click.Group) -> None:
    """Add the commands of running the application."""
    main.add_command(serve)
    main.add_command(scheduler)
    main.add_command(jobs)
    main.add_command(database)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Data folder (or AUDITOR_DATA)."
)
def serve(host: str, port: int, data: Path | None) -> None:
    """Serve the web application and, in one of its processes, the jobs.

    Creates and upgrades the embedded database. Example: auditor serve --data /srv/auditor --port 8000
    """
    from auditor import create_app, open_database
    from auditor.config import Settings
    from auditor.scheduling.runner import Runner
    from auditor.serving import serve as run_server

    try:
        settings = Settings.load(data=data)
        open_database(settings)
        app = create_app(settings)
        _announce_first_steps(app, f"http://{host}:{port}")
    except REFUSALS as error:
        refuse(error)
    start = Runner(app, settings).start if settings.run_scheduler else (lambda: None)
    run_server(app, host, port, start)


def _announce_first_steps(app: Flask, address: str) -> None:
    """Print where an empty installation begins and the code it asks for; later only the address."""
    with app.app_context(), db.connected():
        code = new_code(settings_of(app).data)
    if code is None:
        click.echo(address)
    else:
        click.echo(
            f"まだ誰も使っていません。{address}/setup を開き、セットアップコード {code} を入力してください。"
        )
        click.echo(f"Nobody uses this installation yet. Open {address}/setup and enter the setup code {code}")
    sys.stdout.flush()


@click.command()
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Data folder (or AUDITOR_DATA)."
)
def scheduler(data: Path | None) -> None:
    """Run only the jobs, beside web processes (which are then started with AUDITOR_SCHEDULER=no).

    Example: auditor scheduler --data /srv/auditor
    """
    from auditor import create_app, open_database
    from auditor.config import Settings
    from auditor.scheduling.runner import Runner

    try:
        settings = Settings.load(data=data)
        open_database(settings)
        runner = Runner(create_app(settings), settings)
    except REFUSALS as error:
        refuse(error)
    # Waited for, not handled: a handler runs only when the main thread wakes, and another one may get the signal.
    asked_to_stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, asked_to_stop)
    runner.start()
    signal.sigwait(asked_to_stop)
    runner.stop()


@click.group()
def jobs() -> None:
    """The jobs: what they are, and running them by hand."""


@command(jobs, "list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_jobs(as_json: bool) -> None:
    """List the jobs with their last and next run, and which has not run for too long. Example: auditor jobs list"""
    lines, now = queries.timetable(), clock.now()
    if as_json:
        rows = [
            {
                "name": line.job.name,
                "state": line.state,
                "last": line.run.started_at.isoformat() if line.run else None,
                "next": line.next_at.isoformat() if line.next_at else None,
                "success": line.success.started_at.isoformat() if line.success else None,
                "overdue": line.overdue(now) is not None,
            }
            for line in lines
        ]
        click.echo(json.dumps(rows))
        return
    for line in lines:
        last = f"{line.run.started_at.astimezone(clock.zone()):%Y-%m-%d %H:%M}" if line.run else "-"
        silent = line.overdue(now)
        late = f"  {words.silence(silent)}" if silent else ""
        click.echo(f"{line.job.name:24} {line.state:8} {last}{late}")


@command(jobs, "run")
@click.argument("name", required=False)
@click.option(
    "--at", "at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="As if it were this time, company's zone."
)
def run_jobs(name: str | None, at: datetime | None) -> None:
    """Run one job, or all in their order; what was missed is caught up. Example: auditor jobs run open_audits

    --at is for looking ahead on a copy: what a job writes is recorded as of that time.
    """
    chosen = TABLE if name is None else tuple(job for job in [named(name)] if job)
    if not chosen:
        raise click.UsageError(str(_("There is no job %(name)s. See: auditor jobs list", name=name)))
    instant = _not_in_the_past(at.replace(tzinfo=clock.zone())) if at else clock.now()
    with clock.standing_at(instant):
        runs = [actions.run(job, settings_of(current_app), clock.now()) for job in chosen]
    for run in runs:
        click.echo(_sentence(run))
    if any(run.outcome == "failed" for run in runs):
        sys.exit(1)


def _not_in_the_past(at: datetime) -> datetime:
    """Raise RuleBroken for a time before what is on record: what a job writes then would look older than it is."""
    recorded = activity.recorded_until()
    if recorded is not None and at < recorded:
        said = f"{recorded.astimezone(clock.zone()):%Y-%m-%dT%H:%M}"
        raise RuleBroken(
            _(
                "That time lies before what is on record (%(recorded)s). Nothing was run. Without --at, the job catches up what was missed.",
                recorded=said,
            )
        )
    return at


def _sentence(run: JobRun) -> str:
    counts = _("%(changed)d changed, %(aside)d set aside", changed=run.changed, aside=run.failed_rows)
    said = [_said(run.outcome), counts, words.caught_up(run)]
    detail = f": {run.detail}" if run.detail else ""
    return f"{run.job}: {_(', ').join(part for part in said if part)}{detail}"


def _said(outcome: str) -> str:
    known = {
        "done": _("Finished"),
        "partly": _("Finished, some rows set aside"),
        "failed": _("Failed"),
        "running": _("Running"),
    }
    return str(known.get(outcome, outcome))


@click.group("db")
def database() -> None:
    """The database: create, upgrade, look."""


@command(database, "upgrade", upgrade=False)
def upgrade() -> None:
    """Create the database or bring it up to date; safe when several start at once. Example: auditor db upgrade"""
    applied = migrating.upgrade(settings_of(current_app))
    click.echo("\n".join(_("applied %(name)s", name=name) for name in applied) or _("up to date"))


@command(database, "status", upgrade=False)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(as_json: bool) -> None:
    """List the migrations and whether each is applied. Exit 1 when one is missing. Example: auditor db status"""
    rows = [(entry.name, entry.applied is not None) for entry in migrating.runner().status()]
    if as_json:
        click.echo(json.dumps([{"name": name, "applied": applied} for name, applied in rows]))
    else:
        for name, applied in rows:
            click.echo(_("applied %(name)s", name=name) if applied else _("missing %(name)s", name=name))
    if not all(applied for _name, applied in rows):
        sys.exit(1)
