"""The application behind a real WSGI server in a thread of the test process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import waitress.server
from waitress import wasyncore

# How long an answer that is being made may take before the test process ends without it, in seconds.
LAST_ANSWER = 30


@contextmanager
def served(application: Any, address: str) -> Iterator[None]:
    """Serves at `address` (http://127.0.0.1:PORT) for the time of the block."""
    port = urlsplit(address).port
    server = waitress.server.create_server(application, host="127.0.0.1", port=port, threads=4)
    stopping, woken = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=_serve, args=(server, stopping, woken), name=f"waitress-{port}", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        # First what is being answered, such as what a page that was left had sent: it wakes the server when it is done.
        server.task_dispatcher.shutdown(timeout=LAST_ANSWER)
        stopping.set()
        server.pull_trigger()
        woken.set()
        thread.join(timeout=LAST_ANSWER)


def _serve(server: Any, stopping: threading.Event, woken: threading.Event) -> None:
    """Serves until told to stop. The thread that waits for the sockets closes them: closed by another, while it
    is about to wait for them, it would fail on a number that is none any more."""
    while not stopping.is_set():
        wasyncore.loop(timeout=1, map=server._map, count=1)
    woken.wait(LAST_ANSWER)
    wasyncore.close_all(server._map)
