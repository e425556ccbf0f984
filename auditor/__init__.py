"""auditor: keeps the promise of a published privacy policy, and can prove it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from auditor import (
    activity,
    clock,
    compressing,
    db,
    health,
    language,
    migrating,
    navigation,
    places,
    typed,
    web,
)
from auditor.config import Settings
from auditor.cookies import CookieSessions


def create_app(settings: Settings | None = None, environ: Mapping[str, str] | None = None) -> Flask:
    """Return the application, wired: settings, database, features, hooks. Starts no job and opens no port."""
    from auditor import reactions, sights
    from auditor.accounts import views as accounts
    from auditor.audits import views as audits
    from auditor.audits.views import inspections, programme
    from auditor.catalogue import views as catalogue
    from auditor.company import views as company
    from auditor.evidence import views as evidence
    from auditor.findings import views as findings
    from auditor.integrity import views as integrity
    from auditor.notifications import views as notifications
    from auditor.people import views as people
    from auditor.promises import views as promises
    from auditor.reports import views as reports
    from auditor.scheduling import views as scheduling
    from auditor.training import views as training
    from auditor.worklist import views as worklist

    settings = settings or Settings.load(environ)
    app = Flask("auditor", template_folder=str(places.templates()))
    app.session_interface = CookieSessions()
    use_settings(app, settings)
    typed.install(app)
    compressing.install(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]

    reactions.subscribe()
    CSRFProtect(app)
    Bootstrap5(app)
    Babel(app, locale_selector=web.choose_language(settings.default_language, accounts.preferred_language))
    features = (
        company, people, accounts, evidence, notifications, catalogue, training, audits, inspections, programme,
        findings, promises, worklist, reports, integrity, scheduling,
    )  # fmt: skip
    for feature in features:
        app.register_blueprint(feature.bp)
    app.register_blueprint(health.bp)
    web.install(app, accounts.load_actor, navigation.of(app), sights.of(app), accounts.must_change_first)
    return app


def use_settings(app: Flask, settings: Settings) -> None:
    """Have ``app`` and this process work with ``settings``: cookies, database, log, time zone."""
    app.config.update(_flask_settings(settings))
    app.extensions["auditor"] = settings
    clock.use_zone(settings.timezone)
    db.connect(settings.database_url, wait=settings.database_wait)
    activity.configure(settings.log_key, settings.head_file)


def open_database(settings: Settings) -> None:
    """Create or upgrade the database of ``settings``; safe when several processes start at once."""
    from auditor.integrity import unfinished

    db.connect(settings.database_url, wait=settings.database_wait)
    unfinished.settle(settings)
    migrating.upgrade(settings)


def settings_of(app: Flask) -> Settings:
    """Return the settings that ``app`` was made with."""
    settings: Settings = app.extensions["auditor"]
    return settings


def _flask_settings(settings: Settings) -> dict[str, object]:
    compiled: Path = language.compile_catalogues()
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": settings.max_upload_bytes,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "auditor",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: an employee may read for an hour
        "BABEL_DEFAULT_LOCALE": settings.default_language,
        "BABEL_TRANSLATION_DIRECTORIES": str(compiled),
        "BABEL_DEFAULT_TIMEZONE": str(settings.timezone),
    }
