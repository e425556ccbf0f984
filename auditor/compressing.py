"""Compresses what goes to browsers, where nobody can learn a secret from the length of an answer.

A page holds a secret (the token of its forms), and some repeat what the address says. Whoever reads the wire and
can have a signed-in browser ask for addresses of their making learns the secret from lengths, one letter at a
time (BREACH). So a page is compressed only when the browser says that no other site led to it; see
docs/decisions/0015-pages-are-compressed-only-for-our-own-pages.md.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

from auditor.assets import ASSETS

_LEVEL = 4  # of 9: two thirds of the time of the usual 6, and a twentieth more bytes
_LEAST = 1_000  # bytes; below that it is not worth the while
_TEXT = frozenset({"text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"})
_WHOLE = frozenset({200, 409, 422})  # the last two show the page of a form again
_OWN = frozenset({"same-origin", "none"})  # another page of ours; or typed, or from the bookmarks


def install(app: Flask) -> None:
    """Compress text on its way out, for browsers that take gzip."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.status_code not in _WHOLE or response.mimetype not in _TEXT:
            return response
        asset = request.endpoint in ASSETS
        response.vary.add("Accept-Encoding")
        if "Content-Encoding" in response.headers or not (_takes_gzip() and (asset or _is_unwatched(app))):
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < _LEAST:
            return response
        response.set_data(_packed(body) if asset else gzip.compress(body, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, _weak = response.get_etag()
        if etag:  # the same file in another form
            response.set_etag(etag, weak=True)
        return response


def _takes_gzip() -> bool:
    return (
        request.accept_encodings["gzip"] > 0 and request.method != "HEAD" and "Range" not in request.headers
    )


def _is_unwatched(app: Flask) -> bool:
    """Tell whether nobody can both have asked for this page and read its length.

    Browsers say where a request comes from to https addresses and to their own machine. On plain http the wire
    shows the page itself, so its length gives nothing away.
    """
    said = request.headers.get("Sec-Fetch-Site")
    return said in _OWN if said else not app.config["SESSION_COOKIE_SECURE"]


@lru_cache(maxsize=64)
def _packed(body: bytes) -> bytes:
    """Return a file of ours in its smallest form; each is packed once a process."""
    return gzip.compress(body, 9, mtime=0)
