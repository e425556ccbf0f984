"""Typed settings from the environment; a wrong value stops the start and names itself."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from auditor.errors import ConfigurationError
from auditor.failpoints import FailPoint, reached

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
LANGUAGES = ("ja", "en")
DRAFT_OF_KEY = ".new-"  # a file in keys/ whose name begins so is no key yet


@dataclass(frozen=True)
class Mail:
    """How to reach the mail server; ``host`` empty means that nothing is sent."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = "auditor@localhost"
    security: str = "none"  # none, starttls, tls
    timeout: int = 20  # seconds for each answer of the server
    run_seconds: int = 30  # of one run of the job; after this no further mail begins, others get their turn


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations and is not company data."""

    data: Path
    database_url: str
    base_url: str
    secret_key: bytes = field(repr=False)
    log_key: bytes = field(repr=False)
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Tokyo"))
    default_language: str = "ja"
    secure_cookies: bool = True
    trusted_proxies: int = 0
    max_upload_bytes: int = 50 * 1024 * 1024
    run_scheduler: bool = True
    database_wait: float = 15  # seconds for a lock that somebody else holds in the database
    mail: Mail = field(default_factory=Mail)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @property
    def evidence_folder(self) -> Path:
        return self.data / "evidence"

    @property
    def head_file(self) -> Path:
        """Number and hash of the last event, kept outside the database (design §3.9)."""
        return self.data / "log-head.json"

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, data: Path | None = None) -> Settings:
        """Return the settings of ``environ``; makes the data folder and its keys where missing.

        Raises ConfigurationError with the name of the variable and the reason.
        """
        env = os.environ if environ is None else environ
        folder = (data or Path(env.get("AUDITOR_DATA") or "data")).expanduser().resolve()
        _make_folder(folder)
        base_url = _base_url(env)
        return cls(
            data=folder,
            database_url=_database_url(env, folder),
            base_url=base_url,
            secret_key=_key(env, "AUDITOR_SECRET_KEY", folder / "keys" / "session.key"),
            log_key=_key(env, "AUDITOR_LOG_KEY", folder / "keys" / "log.key"),
            timezone=_zone(env),
            default_language=_choice(env, "AUDITOR_LANGUAGE", LANGUAGES, "ja"),
            secure_cookies=_boolean(env, "AUDITOR_SECURE_COOKIES", base_url.startswith("https://")),
            trusted_proxies=_number(env, "AUDITOR_TRUSTED_PROXIES", 0, 0, 5),
            max_upload_bytes=_number(env, "AUDITOR_MAX_UPLOAD_MB", 50, 1, 1024) * 1024 * 1024,
            run_scheduler=_boolean(env, "AUDITOR_SCHEDULER", True),
            database_wait=_number(env, "AUDITOR_DATABASE_WAIT", 15, 1, 300),
            mail=Mail(
                host=env.get("AUDITOR_SMTP_HOST", ""),
                port=_number(env, "AUDITOR_SMTP_PORT", 25, 1, 65535),
                user=env.get("AUDITOR_SMTP_USER", ""),
                password=_secret(env, "AUDITOR_SMTP_PASSWORD"),
                sender=env.get("AUDITOR_MAIL_FROM", "auditor@localhost"),
                security=_choice(env, "AUDITOR_SMTP_SECURITY", ("none", "starttls", "tls"), "none"),
                timeout=_number(env, "AUDITOR_SMTP_TIMEOUT", 20, 1, 300),
                run_seconds=_number(env, "AUDITOR_SMTP_RUN_SECONDS", 30, 1, 600),
            ),
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"AUDITOR_DATA: cannot use the folder {folder}: {error.strerror}") from error


def _database_url(env: Mapping[str, str], folder: Path) -> str:
    url = env.get("DATABASE_URL") or f"sqlite:///{folder / 'auditor.sqlite3'}"
    if url.startswith(("postgresql://", "postgres://")):
        url = "psycopg3://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "psycopg3://")):
        raise ConfigurationError("DATABASE_URL: must begin with sqlite:/// or postgresql://")
    return url


def _base_url(env: Mapping[str, str]) -> str:
    url = env.get("AUDITOR_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError("AUDITOR_BASE_URL: must be an address such as https://audit.example.jp")
    return url


def _zone(env: Mapping[str, str]) -> ZoneInfo:
    name = env.get("AUDITOR_TIMEZONE", "Asia/Tokyo")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"AUDITOR_TIMEZONE: {name!r} is not a time zone such as Asia/Tokyo"
        ) from error


def _boolean(env: Mapping[str, str], name: str, default: bool) -> bool:
    value = env.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ConfigurationError(f"{name}: {value!r} is neither yes nor no")


def _number(env: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    value = env.get(name)
    if value is None or value == "":
        return default
    if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
        raise ConfigurationError(f"{name}: {value!r} is not a whole number from {lowest} to {highest}")
    return int(value)


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value not in choices:
        raise ConfigurationError(f"{name}: {value!r} is not one of {', '.join(choices)}")
    return value


def _secret(env: Mapping[str, str], name: str) -> str:
    """A secret from NAME or from the file named by NAME_FILE."""
    path = env.get(f"{name}_FILE")
    if not path:
        return env.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error


def _key(env: Mapping[str, str], name: str, file: Path) -> bytes:
    value = _secret(env, name)
    if value:
        if len(value) < 32:
            raise ConfigurationError(f"{name}: must have at least 32 characters")
        return value.encode()
    try:
        if not file.exists():
            _make_key(file)
    except OSError as error:
        raise ConfigurationError(f"{name}: cannot write {file}: {error.strerror}") from error
    try:
        key = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(f"{name}: cannot read {file}: {reason}") from error
    if len(key) < 32:
        raise ConfigurationError(
            f"{name}: the key in {file} is cut short; restore it from the backup of the keys"
        )
    return key.encode()


def _make_key(file: Path) -> None:
    """Write a new key, the whole of it or nothing; of two processes that start together one does."""
    with (file.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if file.exists():
            return
        draft = file.with_name(f"{DRAFT_OF_KEY}{file.name}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
            out.flush()
            os.fsync(out.fileno())
        reached(FailPoint.KEY_WRITTEN)
        os.replace(draft, file)
