"""Forms of erasure."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from auditor.integrity.texts import LONGEST_REASON
from auditor.language import _l


class ReasonForm(FlaskForm):
    reason = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Write why this is erased. Nothing was erased yet.")),
            Length(
                max=LONGEST_REASON,
                message=_l("The reason is too long: 1,000 characters at most. Nothing was erased yet."),
            ),
        ],
    )
