"""Serves the application: gunicorn where the system can fork, waitress elsewhere. Never Flask's own server."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from auditor import db

# One process a core. Four at most: each takes up to 16 connections of the 100 that PostgreSQL usually gives.
WORKERS = min(max(2, os.cpu_count() or 2), 4)
# More than two cores keep busy: while a long write (an import) runs, those who save wait, each in a thread, and
# those who read must still find one.
THREADS = 16
_TRIM_THRESHOLD, _TOP_PAD, _ARENA_MAX = -1, -2, -8  # of mallopt(3)


def serve(app: Flask, host: str, port: int, after_fork: Callable[[], None], workers: int = WORKERS) -> None:
    """Serve ``app`` until stopped. ``after_fork`` runs once in each worker (the scheduler starts there)."""
    keep_memory()
    if not hasattr(os, "fork"):
        import waitress

        after_fork()
        waitress.serve(app, host=host, port=port, threads=THREADS)
        return
    _gunicorn(app, host, port, after_fork, workers)


def keep_memory() -> None:
    """Have the C library keep 64 MiB of freed memory, and in two pools for all threads.

    SQLite takes and gives back about a megabyte for each larger statement. By default that goes back to the
    system each time and is fetched again page by page, which takes ten times as long as the statement.
    """
    if sys.platform != "linux":
        return
    tune = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; another library has another way
    if tune is not None:
        tune(_TRIM_THRESHOLD, 64 * 1024 * 1024)
        tune(_TOP_PAD, 1024 * 1024)
        tune(_ARENA_MAX, 2)


def _read_shared_templates(app: Flask) -> None:
    """Compile what every page is made of once, before the fork, instead of in the first request of each worker."""
    for name in app.jinja_env.list_templates(filter_func=lambda name: "/" not in name):
        app.jinja_env.get_template(name)


def _gunicorn(app: Flask, host: str, port: int, after_fork: Callable[[], None], workers: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "workers": workers,
                "worker_class": "auditor.patience.PatientWorker",
                "threads": THREADS,
                "preload_app": True,
                "timeout": 60,
                "graceful_timeout": 20,
                "keepalive": 5,
                "max_requests": 20000,
                "max_requests_jitter": 2000,
                "limit_request_line": 8190,
                "forwarded_allow_ips": "127.0.0.1",
                "forwarder_headers": "",  # no client names the root of the application
                "post_worker_init": lambda worker: after_fork(),
                "loglevel": "warning",
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            _read_shared_templates(app)
            # No connection may cross the fork.
            db.let_go()
            # What is there now stays until the end: no collection needs to look at it again, and it stays shared.
            gc.collect()
            gc.freeze()
            return app

    Server().run()
