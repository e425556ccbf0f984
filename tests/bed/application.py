"""The application for tests, built once a process: its routes and templates are the same in every test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask

from auditor import create_app, use_settings
from auditor.config import Settings
from tests.bed import pages

_built: dict[Settings, Flask] = {}


def built(settings: Settings) -> Flask:
    """The application with these settings.

    Where only the folder, the database, the address and the keys differ, one that stands already gets them, as
    it gets request after request in production. It is made anew for others.
    """
    kind = replace(settings, data=Path(), database_url="", base_url="", secret_key=b"", log_key=b"")
    if kind not in _built:
        _built[kind] = create_app(settings)
    application = _built[kind]
    use_settings(application, settings)
    application.testing = True
    application.test_client_class = pages.CheckedClient
    return application
