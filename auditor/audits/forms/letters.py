"""Forms of what auditors and the audited department write to each other."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from auditor.audits.forms.fields import DayField, line
from auditor.audits.letters import LONGEST_TEXT as LONGEST_OF_LETTER
from auditor.audits.letters import Letter, Reply
from auditor.language import _l

_SHORTER = Length(
    max=LONGEST_OF_LETTER, message=_l("The text is too long. Shorten it or attach it as evidence.")
)


def _needed(label: Any, description: Any = "") -> TextAreaField:
    missing = InputRequired(_l("Fill this in; the department prepares by it."))
    return TextAreaField(label, description=description, validators=[missing, _SHORTER])


class LetterForm(FlaskForm):
    """A notice before it is sent."""

    language = SelectField(
        _l("Language of the letter"),
        choices=[SelectChoice("ja", _l("Japanese")), SelectChoice("en", _l("English"))],
    )
    visit_on = DayField(_l("Day of the audit"), validators=[InputRequired(_l("Enter a date."))])
    visit_time = StringField(_l("Time"), validators=[Optional(), line(100)])
    place = StringField(_l("Place"), validators=[Optional(), line(200)])
    scope = _needed(_l("Scope"))
    method = _needed(_l("Method"))
    papers = _needed(_l("Papers to prepare"), _l("One a line."))
    remark = TextAreaField(_l("Remarks"), validators=[Optional(), _SHORTER])
    based_on = HiddenField()

    def letter(self) -> Letter:
        """Return what was filled in."""
        day: Any = self.visit_on.data
        return Letter(
            visit_on=day,
            visit_time=self.visit_time.data or "",
            place=self.place.data or "",
            scope=(self.scope.data or "").replace("\r\n", "\n"),
            method=(self.method.data or "").replace("\r\n", "\n"),
            papers=(self.papers.data or "").replace("\r\n", "\n"),
            remark=(self.remark.data or "").replace("\r\n", "\n"),
            language=self.language.data or "ja",
        )


class ReplyForm(FlaskForm):
    """What the audited department answers to a notice."""

    answer = RadioField(
        _l("Your answer"),
        choices=[
            SelectChoice(Reply.ACKNOWLEDGED.value, _l("We have read the notice and prepare for that day")),
            SelectChoice(Reply.OTHER_DATES.value, _l("Another day would suit us better")),
        ],
        validators=[InputRequired(_l("Choose an answer."))],
    )
    wished_on = DayField(
        _l("Day that would suit you"), description=_l("Only with the second answer."), validators=[Optional()]
    )
    comment = TextAreaField(_l("Comment"), validators=[Optional(), _SHORTER])


class KeepForm(FlaskForm):
    """Why the dates stay although others were wished for."""

    comment = TextAreaField(
        _l("Why the dates stay"),
        validators=[InputRequired(_l("Write why the dates stay. The department sees it.")), _SHORTER],
    )


class AskForm(FlaskForm):
    """What the auditors say when they ask for the facts to be confirmed."""

    comment = TextAreaField(_l("Comment to the department"), validators=[Optional(), _SHORTER])
