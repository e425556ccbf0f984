"""Serves the application: gunicorn where the system can fork, waitress elsewhere. Never Flask's own server."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask

from auditor import db

WORKERS = 2
THREADS = 8


def serve(app: Flask, host: str, port: int, after_fork: Callable[[], None], workers: int = WORKERS) -> None:
    """Serve ``app`` until stopped. ``after_fork`` runs once in each worker (the scheduler starts there)."""
    if not hasattr(os, "fork"):
        import waitress

        after_fork()
        waitress.serve(app, host=host, port=port, threads=THREADS)
        return
    _gunicorn(app, host, port, after_fork, workers)


def _gunicorn(app: Flask, host: str, port: int, after_fork: Callable[[], None], workers: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": THREADS,
                "preload_app": True,
                "timeout": 60,
                "graceful_timeout": 20,
                "keepalive": 5,
                "max_requests": 20000,
                "max_requests_jitter": 2000,
                "limit_request_line": 8190,
                "forwarded_allow_ips": "127.0.0.1",
                "post_worker_init": lambda worker: after_fork(),
                "loglevel": "warning",
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            # No connection may cross the fork.
            db.let_go()
            return app

    Server().run()
