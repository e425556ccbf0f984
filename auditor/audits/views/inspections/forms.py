"""Forms of self-inspections."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.forms import AboutForm, DayField
from auditor.audits.results import Result
from auditor.language import _l

_TEXT = Length(max=LONGEST_TEXT, message=_l("The text is too long. Shorten it or attach it as evidence."))


class ItemForm(Form):
    """The answer to one item; the page as a whole carries the token."""

    result = RadioField(
        choices=[SelectChoice(result.value, result.label) for result in Result],
        validators=[InputRequired(_l("Choose an answer."))],
    )
    note = TextAreaField(validators=[Optional(), _TEXT])
    reason = TextAreaField(validators=[Optional(), _TEXT])
    based_on = HiddenField()

    def first_error(self) -> str:
        """Return the first thing that is wrong."""
        return next((str(one) for field in self for one in field.errors), "")


class EvidenceForm(AboutForm):
    """Files or an address, and what is said of them."""

    file = MultipleFileField(_l("Files"), validators=[Optional()])
    url = StringField(
        _l("Address (URL)"),
        description=_l("In the place of a file. Begins with https://."),
        validators=[Optional()],
    )
    title = StringField(_l("Title of the address"), validators=[Optional(), Length(max=200)])


class SubmitForm(FlaskForm):
    """A word to whoever confirms."""

    comment = TextAreaField(_l("Comment"), validators=[Optional(), _TEXT])


class ReasonForm(FlaskForm):
    """Why something is done."""

    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Write the reason.")), _TEXT])


class PlanForm(FlaskForm):
    """New dates with their reason."""

    starts_on = DayField(_l("Starts on"), validators=[InputRequired(_l("Enter a date."))])
    due_on = DayField(_l("Due on"), validators=[InputRequired(_l("Enter a date."))])
    reason = TextAreaField(
        _l("Reason"),
        validators=[InputRequired(_l("Write why the dates move. The reason stays in the history.")), _TEXT],
    )
    based_on = HiddenField()


class TermsForm(FlaskForm):
    """Which controls are inspected, over which period, when, and whether it comes again."""

    version = SelectField(_l("Catalogue of controls"), coerce=int)
    frequency = SelectField(_l("Controls"))
    period_from = DayField(_l("Inspected period from"), validators=[InputRequired(_l("Enter a date."))])
    period_to = DayField(_l("Inspected period to"), validators=[InputRequired(_l("Enter a date."))])
    starts_on = DayField(_l("Can be answered from"), validators=[InputRequired(_l("Enter a date."))])
    due_on = DayField(_l("Due on"), validators=[InputRequired(_l("Enter a date."))])
    recurs = SelectField(_l("Recurs"))
    rule = StringField(_l("Rule (RFC 5545)"), validators=[Optional(), Length(max=200)])

    def day(self, name: str) -> Any:
        """Return one of the days."""
        return self[name].data
