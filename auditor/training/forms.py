"""Forms of training."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from auditor.language import _l


class AttestForm(FlaskForm):
    """The person's own statement: agreed, and signed with the own name."""

    agree = BooleanField(
        _l("I agree with the statement above"),
        validators=[
            DataRequired(_l("Tick the box if you agree. If you cannot agree, please ask the administrator."))
        ],
    )
    name = StringField(
        _l("Your name (as registered)"),
        validators=[DataRequired(_l("Type your name as it is registered.")), Length(max=200)],
    )
