"""The blueprint that the pages of the catalogue register on, and what they share."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from auditor.catalogue import words
from auditor.dated import Moment
from auditor.language import _
from auditor.web import request_time

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")
Answer = str | Response | tuple[str, int]


def moment() -> Moment:
    """Return the moment of the request."""
    return Moment.at(request_time())


def changed_meanwhile() -> str:
    """Return the sentence for a click that came second."""
    return str(
        _(
            "Somebody else changed this at the same moment. Nothing of yours was saved. Look at the current state, then try again."
        )
    )


@bp.app_template_filter("catalogue_word")
def catalogue_word(value: str, table: str) -> str:
    """Return the reader's word for a value of the catalogue: ``{{ control.basis|catalogue_word("BASES") }}``."""
    return words.word(getattr(words, table), value)
