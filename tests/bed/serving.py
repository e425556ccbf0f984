"""The application behind a real WSGI server in a thread of the test process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import waitress.server


@contextmanager
def served(application: Any, address: str) -> Iterator[None]:
    """Serves at `address` (http://127.0.0.1:PORT) for the time of the block."""
    port = urlsplit(address).port
    server = waitress.server.create_server(application, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, name=f"waitress-{port}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # First what is being answered, such as what a page that was left had sent: it wakes the server when it is done.
        server.task_dispatcher.shutdown()
        server.close()
        thread.join(timeout=5)
