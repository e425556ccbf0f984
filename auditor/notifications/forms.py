"""Forms of the outbox."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from auditor.language import _l
from auditor.notifications.retrying import REASONS


class GiveUpForm(FlaskForm):
    """Why a mail is sent no more."""

    reason = RadioField(
        _l("Why you give it up"),
        choices=[SelectChoice(value, label) for value, label in REASONS.items()],
        validators=[InputRequired(_l("Choose why this mail is given up."))],
    )
