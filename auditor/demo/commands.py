"""auditor demo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import click

from auditor.console import REFUSALS, refuse

READY = "demo-ready"  # beside the database, once all of it has been made


def register(main: click.Group) -> None:
    """Add the command of the demo."""
    main.add_command(demo)


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Folder of the demo; made where it is missing, used again where it is there.",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(data: Path, port: int) -> None:
    """A filled-in company to try out: makes it on the first start, serves it, prints the sign-ins.

    The company's story ends today. To have it end on another today, remove the folder.
    Example: auditor demo --port 8000
    """
    from auditor import create_app, db, open_database
    from auditor.config import Settings
    from auditor.demo.signins import table
    from auditor.scheduling.runner import Runner
    from auditor.serving import serve

    address = f"http://127.0.0.1:{port}"
    environ = {**_own(os.environ), "AUDITOR_BASE_URL": address}
    try:
        if not (data / READY).exists():
            _make(data, environ)
        settings = Settings.load(environ, data=data)
        open_database(settings)  # a demo made by an earlier version is brought up to date
        app = create_app(settings)
    except REFUSALS as error:
        refuse(error)
    db.database.close()
    click.echo(table(address))
    click.echo("\n停止は Ctrl+C ／ Ctrl+C stops it.")
    serve(app, "127.0.0.1", port, Runner(app, settings).start if settings.run_scheduler else lambda: None)


def _own(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what belongs to a real installation: a demo touches no other database.

    Whether the jobs run belongs to this start: a demo whose story is to stand still is started without.
    """
    return {
        name: value
        for name, value in environ.items()
        if name == "AUDITOR_SCHEDULER" or not (name.startswith("AUDITOR_") or name == "DATABASE_URL")
    }


def _make(data: Path, environ: dict[str, str]) -> None:
    """Make the company in ``data``; what an interrupted start left behind there is thrown away first."""
    from auditor import clock, create_app, db, open_database
    from auditor.config import Settings
    from auditor.demo.build import build
    from auditor.errors import ConfigurationError

    if data.exists() and any(data.iterdir()) and not (data / "demo-unfinished").exists():
        raise ConfigurationError(
            f"The folder {data} holds something else than a demo. Name an empty one: auditor demo --data FOLDER"
        )
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    (data / "demo-unfinished").touch()
    click.echo("デモ会社を作っています（1分ほど）… ／ Making the demo company (about a minute) …")
    settings = Settings.load(environ, data=data)
    open_database(settings)
    app = create_app(settings)
    with app.app_context(), db.connected():
        # A demo that is interrupted is made anew, so nothing has to reach the disk in between.
        db.database.execute_sql("PRAGMA synchronous = 0")
        build(settings, clock.now())
    (data / "demo-unfinished").rename(data / READY)
