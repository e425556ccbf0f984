"""The address that an operator's monitoring asks: does this installation answer, and can it save? No details."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from flask import Blueprint, Response, current_app
from peewee import SQL

from auditor import db, outages
from auditor.access import public
from auditor.activity import ActivityEvent

log = logging.getLogger("auditor.outages")
bp = Blueprint("health", __name__)
ENDPOINT = "health.look"  # opens the database itself, so that it can tell of one that does not open
_PROBE = b"\0" * 4096  # as much as a small save needs on the disk


@bp.get("/healthz")
@public
def look() -> Response:
    """Answer "ok", or "not ok" with 503; the reason stands in the log of the server."""
    try:
        with db.connected():
            ActivityEvent.select(SQL("1")).limit(1).scalar()
        _write(current_app.extensions["auditor"].data)
    except outages.RAISED as error:
        log.error("not healthy: %s: %s", type(error).__name__, outages.reason(error))
        return Response("not ok\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


def _write(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
        probe.write(_PROBE)
