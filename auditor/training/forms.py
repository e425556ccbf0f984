"""Forms of training."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from auditor.company.daylist import FIRST_YEAR, LAST_YEAR, is_planned
from auditor.language import _, _l
from auditor.training import wording


def _recurrences() -> list[SelectChoice]:
    return [SelectChoice(rule, words) for rule, words in wording.RECURRENCES.items()]


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


class RuleForm(FlaskForm):
    """Who owes a course, from when and how often."""

    audience = RadioField(
        _l("For whom"),
        choices=[
            SelectChoice("everyone", _l("Everyone")),
            SelectChoice("departments", _l("Departments, with everything below them")),
        ],
        default="everyone",
        validators=[InputRequired(_l("Choose at least one department, or everyone."))],
    )
    first_opens_on = DateField(_l("Opens on"), validators=[InputRequired(_l("Enter a date."))])
    due_days = IntegerField(
        _l("Days until it is due"),
        default=30,
        validators=[
            InputRequired(_l("Enter between 1 and 365 days.")),
            NumberRange(1, 365, _l("Enter between 1 and 365 days.")),
        ],
    )
    recurrence = SelectField(_l("Recurs"), choices=_recurrences(), default=wording.YEARLY)
    joiners = BooleanField(_l("Assign it to people who join while a round is running"), default=True)
    active = BooleanField(_l("The rule is in force"), default=True)
    seen = HiddenField()

    def offer(self, recurrence: str) -> None:
        """Keep an unusual recurrence on the list, as it is written."""
        if recurrence not in wording.RECURRENCES:
            self.recurrence.choices = [*_recurrences(), SelectChoice(recurrence, recurrence)]

    def validate_first_opens_on(self, field: DateField) -> None:
        if field.data is not None and not is_planned(field.data):
            raise ValidationError(
                _("Enter a day from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
            )


class ReasonForm(FlaskForm):
    """A decision about one assignment, with its reason. ``seen`` is the row that its author saw."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Enter the reason; it stays in the records.")),
            Length(max=1000, message=_l("Shorten the reason to 1,000 characters.")),
        ],
    )
    seen = HiddenField()

    def __init__(self, *args: Any, **values: Any) -> None:
        values.setdefault("prefix", "exemption-")
        super().__init__(*args, **values)


class DueForm(ReasonForm):
    """Another due date, with its reason."""

    due_on = DateField(_l("New due date"), validators=[InputRequired(_l("Enter a date."))])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **{"prefix": "due-", **values})
