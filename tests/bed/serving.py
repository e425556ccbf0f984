"""The application behind a real WSGI server on a free port, in a thread of the test process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import waitress.server

from tests.bed.mail import free_port


@contextmanager
def served(application: Any) -> Iterator[str]:
    """Serves for the time of the block; gives the address without a trailing slash."""
    port = free_port()
    server = waitress.server.create_server(application, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, name=f"waitress-{port}", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=5)
