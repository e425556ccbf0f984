"""Forms of the register of auditors."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from auditor.audits.forms.fields import DayField, day_field, line
from auditor.audits.register import LONGEST_GROUNDS
from auditor.language import _l


def _grounds(label: Any, missing: Any) -> TextAreaField:
    return TextAreaField(label, validators=[InputRequired(missing), line(LONGEST_GROUNDS)])


class QualificationForm(FlaskForm):
    """Somebody's entry in the register of auditors."""

    since = day_field(_l("Registered from"))
    until = DayField(_l("Valid until"), validators=[Optional()])
    grounds = _grounds(
        _l("Qualified by"), _l("Write by what the person is qualified: a course, a certificate.")
    )


class RenewalForm(FlaskForm):
    """Another last day of a registration, and by what."""

    until = DayField(_l("Valid until, newly"), validators=[Optional()])
    grounds = _grounds(
        _l("Qualified by"), _l("Write by what the person is qualified: a course, a certificate.")
    )
    based_on = HiddenField()


class EndQualificationForm(FlaskForm):
    """The last day of a registration, and why it ends."""

    until = day_field(_l("Valid until"))
    grounds = _grounds(_l("Reason"), _l("Write why the registration ends."))
    based_on = HiddenField()
