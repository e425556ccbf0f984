"""Erased texts that forms show and send back."""

from __future__ import annotations

from flask import has_app_context

from auditor.db import ErasedText
from auditor.language import LANGUAGES, _, speaking


def still_erased(standing: str, said: str) -> str:
    """Return an erased text as such where a form sends back the words it was shown as; else what is said."""
    if not isinstance(standing, ErasedText) or not has_app_context():
        return said
    for language in LANGUAGES:
        with speaking(language):
            if said == _("(erased)"):
                return standing
    return said
