"""Addresses of the files in static/: each carries a hash of its content, so that no upgrade shows an old look."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

ASSETS = frozenset({"static", "bootstrap.static"})
_FOREVER = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Add ``?v=`` to what url_for gives for an asset, and let browsers keep such an address for a year.

    An address without it (a module that another imports) is asked for again, and answered with 304.
    """

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in ASSETS and "filename" in values:
            folder = app.static_folder if endpoint == "static" else app.blueprints["bootstrap"].static_folder
            values.setdefault("v", version(Path(str(folder)), str(values["filename"])))

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint in ASSETS and "v" in request.args and response.status_code in (200, 304):
            response.headers["Cache-Control"] = _FOREVER
        return response


@cache
def version(folder: Path, name: str) -> str:
    """Return ten hex digits of the file's content; of all scripts for a script, which loads the others."""
    path = folder / name
    files = sorted(path.parent.glob("*.js")) if path.suffix == ".js" else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files if file.is_file())).hexdigest()[:10]
