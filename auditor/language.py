"""Japanese and English: the translation functions, the choice of language, dates in the reader's form."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import force_locale, get_locale, gettext, lazy_gettext, ngettext, pgettext
from wtforms.i18n import messages_path

from auditor import clock

_ = gettext
_n = ngettext
_p = pgettext
_l = lazy_gettext
LANGUAGES = {"ja": "日本語", "en": "English"}
LOCALE = Path(__file__).parent / "locale"
_WEEKDAYS_JA = "月火水木金土日"

__all__ = ["LANGUAGES", "_", "_l", "_n", "_p", "current", "pick", "speaking"]


def current() -> str:
    """Return the language of the running request or job: "ja" or "en"."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LANGUAGES else "en"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` inside (mail, workbooks); needs an application context."""
    with force_locale(language if language in LANGUAGES else "ja"):
        yield


def pick(thing: Any, name: str) -> str:
    """Return ``thing.<name>_ja`` or ``_en`` by the current language; the other one where it is empty."""
    language = current()
    other = "en" if language == "ja" else "ja"
    return getattr(thing, f"{name}_{language}", None) or getattr(thing, f"{name}_{other}", None) or ""


def format_day(day: date | None) -> str:
    """Return a date for people who plan: 11月20日（金） / Fri 20 Nov."""
    if day is None:
        return ""
    if current() == "ja":
        return f"{day.month}月{day.day}日（{_WEEKDAYS_JA[day.weekday()]}）"
    return f"{day:%a} {day.day} {day:%b}"


def format_month(month: int) -> str:
    """Return the name of a calendar month: 4月 / April."""
    return f"{month}月" if current() == "ja" else f"{date(2000, month, 1):%B}"


def format_long_day(day: date | None) -> str:
    """Return a date with its year: 2026年11月20日（金） / Fri 20 Nov 2026."""
    if day is None:
        return ""
    return f"{day.year}年{format_day(day)}" if current() == "ja" else f"{format_day(day)} {day.year}"


def format_instant(instant: datetime | None) -> str:
    """Return an instant in the company's zone: 2026-11-20 14:32."""
    return "" if instant is None else f"{instant.astimezone(clock.zone()):%Y-%m-%d %H:%M}"


@cache
def form_texts(language: str) -> NullTranslations:
    """Return WTForms' own messages in a language; Flask-WTF would read their file anew at each request."""
    return Translations.load(messages_path(), [language], domain="wtforms")


def fiscal_year_name(label: int) -> str:
    """Return 2026年度 / FY2026."""
    return f"{label}年度" if current() == "ja" else f"FY{label}"


def merged(language: str) -> Catalog:
    """Return the translations of all features as one catalogue."""
    whole = Catalog(locale=language)
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    whole[message.id] = message
    return whole


def compile_catalogues(target: Path | None = None) -> Path:
    """Write the compiled translations where they are missing or older than their sources; return the folder."""
    folder = target or LOCALE / "compiled"
    for language in LANGUAGES:
        sources = list((LOCALE / language).glob("*.po"))
        compiled = folder / language / "LC_MESSAGES" / "messages.mo"
        if not sources or (
            compiled.exists() and compiled.stat().st_mtime >= max(path.stat().st_mtime for path in sources)
        ):
            continue
        compiled.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=compiled.parent)
        with os.fdopen(handle, "wb") as out:
            write_mo(out, merged(language))
        os.replace(name, compiled)
    return folder
