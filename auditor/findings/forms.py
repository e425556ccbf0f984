"""What people fill in about findings."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from auditor.access import Role
from auditor.audits.forms import AboutForm
from auditor.findings.states import Grade, WorryStep
from auditor.language import _l

_LONG = 10_000


def _needed(message: Any) -> list[Any]:
    return [_NotBlank(message=message)]


class _NotBlank(InputRequired):
    """Blanks alone are nothing either."""

    def __call__(self, form: Any, field: Any) -> None:
        if isinstance(field.data, str) and not field.data.strip():
            field.raw_data = []
        super().__call__(form, field)


class _Seen(IntegerField):
    """The id of the row the person had before them; 0: none."""

    widget = HiddenInput()


def _length(most: int) -> Length:
    return Length(max=most, message=_l("At most %(max)d characters fit here."))


class _Days(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_l("This is not a date. Write it as 2026-04-01."))) from error


class RecordForm(FlaskForm):
    title = StringField(
        _l("Title"), [*_needed(_l("Say in one line what is not as it should be.")), _length(200)]
    )
    facts = TextAreaField(
        _l("What was found"),
        [*_needed(_l("Write what was found: what, where, when, how many.")), _length(_LONG)],
    )
    grade = RadioField(
        _l("Grade"),
        choices=[SelectChoice(grade.value, grade.label) for grade in Grade],
        validators=[InputRequired(_l("Choose a grade."))],
        validate_choice=False,
    )
    due_on = _Days(_l("To be put right by"), _needed(_l("Choose a day.")))
    found_on = _Days(_l("Found on"), _needed(_l("Choose a day.")))
    once = HiddenField()

    def validate_grade(self, field: Any) -> None:
        if field.data not in set(Grade):
            raise ValidationError(_l("Choose a grade."))


class ChangeForm(FlaskForm):
    title = StringField(
        _l("Title"), [*_needed(_l("Say in one line what is not as it should be.")), _length(200)]
    )
    facts = TextAreaField(
        _l("What was found"),
        [*_needed(_l("Write what was found: what, where, when, how many.")), _length(_LONG)],
    )
    grade = SelectField(_l("Grade"), choices=[SelectChoice(grade.value, grade.label) for grade in Grade])
    reason = TextAreaField(
        _l("Reason of the change"),
        [*_needed(_l("Enter the reason; it stays with the finding.")), _length(_LONG)],
    )
    seen = _Seen()


class AnswerForm(FlaskForm):
    correction = TextAreaField(
        _l("Correction"),
        [_length(_LONG)],
        description=_l("What was done at once to put it right. Which other cases were looked at?"),
    )
    corrected_on = _Days(_l("Corrected on"), [Optional()])
    cause = TextAreaField(
        _l("Cause"),
        [_length(_LONG)],
        description=_l("Why could it happen? Ask on until the answer is something that can be changed."),
    )
    seen_cause = _Seen(default=0)
    seen_correction = _Seen(default=0)


class ActionForm(FlaskForm):
    text = TextAreaField(
        _l("Corrective action"),
        [*_needed(_l("Write what is to be done so that it does not happen again.")), _length(_LONG)],
    )
    due_on = _Days(_l("Due date"), _needed(_l("Choose a day.")))
    reason = TextAreaField(_l("Reason of the change"), [Optional(), _length(_LONG)])
    withdrawn = BooleanField(_l("This action is no longer needed"))
    seen = _Seen()


class CommentedForm(FlaskForm):
    """A decision or a step with words and, in a very small company, for the outside verifier."""

    comment = TextAreaField(_l("Comment"), [Optional(), _length(_LONG)])
    outside = BooleanField(_l("Recorded for the outside verifier"))
    seen = _Seen()


class ReviewForm(CommentedForm):
    decision = RadioField(
        _l("Decision"),
        choices=[SelectChoice("yes", _l("Approve the plan")), SelectChoice("no", _l("Send it back"))],
        validators=[InputRequired(_l("Choose one of the two."))],
    )


class VerifyForm(CommentedForm):
    comment = TextAreaField(
        _l("Comment"), [*_needed(_l("Write what you looked at and what you found.")), _length(_LONG)]
    )
    decision = RadioField(
        _l("Decision"),
        choices=[
            SelectChoice("yes", _l("Accept: everything was carried out")),
            SelectChoice("no", _l("Send it back")),
        ],
        validators=[InputRequired(_l("Choose one of the two."))],
    )
    sent_back = SelectMultipleField(
        _l("Actions to send back"),
        coerce=int,
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Without a choice all of them go back."),
    )


class EffectivenessForm(CommentedForm):
    comment = TextAreaField(
        _l("Comment"), [*_needed(_l("Write how you checked it and what you found.")), _length(_LONG)]
    )
    decision = RadioField(
        _l("Outcome of the check"),
        choices=[
            SelectChoice("yes", _l("Effective: it has not happened again")),
            SelectChoice("no", _l("Not effective: reopen the finding")),
        ],
        validators=[InputRequired(_l("Choose one of the two."))],
    )


class DoneForm(FlaskForm):
    comment = TextAreaField(
        _l("What was done"),
        [*_needed(_l("Write what was done, so that somebody else can verify it.")), _length(_LONG)],
    )
    files = MultipleFileField(_l("Evidence"), [Optional()])
    seen = _Seen()


class FilesForm(FlaskForm):
    files = MultipleFileField(_l("Evidence"), [Optional()])


class EvidenceForm(AboutForm):
    """Files or an address, and what is said of them."""

    files = MultipleFileField(_l("Files"), [Optional()])
    url = StringField(
        _l("Address (URL)"), [Optional()], description=_l("In the place of a file. Begins with https://.")
    )
    title = StringField(_l("Title of the address"), [Optional(), _length(200)])


class DueForm(FlaskForm):
    due_on = _Days(_l("New due date"), _needed(_l("Choose a day.")))
    reason = TextAreaField(
        _l("Reason"), [*_needed(_l("Enter the reason; it stays with the finding.")), _length(_LONG)]
    )
    seen = _Seen()


class DueDecisionForm(FlaskForm):
    decision = RadioField(
        _l("Decision"),
        choices=[SelectChoice("yes", _l("Grant it")), SelectChoice("no", _l("The date stays"))],
        validators=[InputRequired(_l("Choose one of the two."))],
    )
    comment = TextAreaField(_l("Comment"), [Optional(), _length(_LONG)])


class ReasonForm(FlaskForm):
    reason = TextAreaField(
        _l("Reason"), [*_needed(_l("Enter the reason; it stays with the finding.")), _length(_LONG)]
    )
    seen = _Seen()


class MessageForm(FlaskForm):
    text = TextAreaField(_l("Message"), [*_needed(_l("Write a message first.")), _length(_LONG)])


class WorryForm(FlaskForm):
    text = TextAreaField(
        _l("What did you see, or what concerns you?"),
        [*_needed(_l("Write what you saw or what concerns you.")), _length(_LONG)],
        description=_l(
            "Where and when, what happened, who should know. A few words are enough to begin with."
        ),
    )
    recipient = RadioField(
        _l("Who is to read it?"),
        choices=[
            SelectChoice(Role.ADMINISTRATOR.value, _l("The personal information administrator")),
            SelectChoice(
                Role.HEAD_OF_AUDIT.value,
                _l("The head of audit (when it is about the administrator or the administrator's office)"),
            ),
        ],
        default=Role.ADMINISTRATOR.value,
        validators=[InputRequired(_l("Choose who is to read the report."))],
    )
    anonymous = BooleanField(
        _l("Report without my name"),
        description=_l("Your name is then not stored anywhere, and nobody can answer you or ask you back."),
    )
    once = HiddenField()


class WorryMoveForm(FlaskForm):
    step = RadioField(
        _l("Decision"),
        choices=[SelectChoice(step.value, step.label) for step in (WorryStep.LOOKING, WorryStep.SETTLED)],
        validators=[InputRequired(_l("Choose one of the two."))],
    )
    comment = TextAreaField(_l("What was decided"), [Optional(), _length(_LONG)])
    seen = _Seen()


class HistoryForm(FlaskForm):
    """A file with audits and findings of earlier years."""

    file = FileField(
        _l("File with the earlier audits (.xlsx or .csv)"),
        validators=[FileRequired(_l("Choose the file that holds the earlier audits."))],
    )


class HistoryApplyForm(FlaskForm):
    """The decision to import what was shown; ``digest`` says what that was."""

    digest = HiddenField()
