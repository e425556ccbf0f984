"""Sends a workbook that was written to a file nobody else can name, and removes the file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Response, current_app, request

from auditor import settings_of
from auditor.language import LANGUAGES, current
from auditor.reports.actions import FOLDER
from auditor.web import attachment

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLOCK = 64 * 1024


def send(write: Callable[[Path], object], name: str) -> Response:
    """Return what ``write`` writes as a file called ``name``. Held on disk, not in memory."""
    exports = settings_of(current_app).data / FOLDER
    exports.mkdir(mode=0o700, exist_ok=True)
    # In the data folder, so that what a killed process leaves is cleared away by the job that tidies.
    handle, file = tempfile.mkstemp(dir=exports, suffix=".xlsx")
    os.close(handle)
    path = Path(file)
    try:
        write(path)
        opened = path.open("rb")  # stays readable after it has lost its name
    finally:
        path.unlink(missing_ok=True)

    def blocks() -> Iterator[bytes]:
        with opened:
            while block := opened.read(_BLOCK):
                yield block

    response = attachment(blocks(), name, MEDIA_TYPE)
    response.call_on_close(opened.close)
    return response


def language_asked() -> str:
    """Return the language of the file: the one asked for, else the reader's."""
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else current()
