"""Forms of audits that recur."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from auditor.audits.forms.fields import between, day_field, direction_field, line
from auditor.audits.occurrences import LONGEST_REASON
from auditor.audits.series import LONGEST_DUE, LONGEST_LEAD
from auditor.language import _l


class SkipForm(FlaskForm):
    """Why one audit of a series is left out."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[InputRequired(_l("Write the reason. It stays beside the date.")), line(LONGEST_REASON)],
    )
    based_on = HiddenField()


class MoveForm(SkipForm):
    """Other dates of one audit of a series."""

    starts_on = day_field(_l("Starts on"))
    due_on = day_field(_l("Due on"))


class SeriesTermsForm(FlaskForm):
    """What can change of a series, and from which day on."""

    lead_days = IntegerField(
        _l("Opens so many days before it starts"),
        validators=[InputRequired(_l("Enter a number.")), between(0, LONGEST_LEAD)],
    )
    due_days = IntegerField(
        _l("Due so many days after its start"),
        validators=[InputRequired(_l("Enter a number.")), between(0, LONGEST_DUE)],
    )
    direction = direction_field()
    from_day = day_field(_l("For audits from this date of the rule on"))
    based_on = HiddenField()
