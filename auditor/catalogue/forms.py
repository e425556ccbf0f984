"""Forms of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from auditor.catalogue import words
from auditor.errors import RuleBroken
from auditor.language import _l

DAY_MISSING = _l("Enter a date.")


def seen(field: HiddenField) -> int | None:
    """Return the id of the row that the form's author had before them; None where there was none."""
    value = str(field.data or "")
    return int(value) if value.isascii() and value.isdigit() else None


def refuse(form: FlaskForm, broken: RuleBroken) -> None:
    """Put a rule's refusal beside the field it is about, or above the form."""
    field = form._fields.get(broken.field or "")
    if field is not None:
        field.errors = [*field.errors, str(broken)]
    else:
        form.form_errors.append(str(broken))


def _options(empty: Any, rows: Sequence[tuple[int, str]]) -> list[Any]:
    return [SelectChoice("", empty), *(SelectChoice(str(one), name) for one, name in rows)]


class FromDayForm(FlaskForm):
    """A form whose content holds from a day on."""

    valid_from = DateField(_l("From"), validators=[InputRequired(DAY_MISSING)])
    seen = HiddenField()


class OwnerForm(FromDayForm):
    """Who is responsible for a control; the person is found by a search field beside it."""

    department = SelectField(_l("Responsible department"), validators=[Optional()])

    def choose(self, departments: Sequence[tuple[int, str]]) -> None:
        """Give the departments to choose from."""
        self.department.choices = _options(_l("Nobody"), departments)


class ApplicabilityForm(FromDayForm):
    """Whether a control applies to a subject."""

    subject = SelectField(_l("Subject"), validators=[DataRequired(_l("Choose a subject."))])
    applies = RadioField(
        _l("Does the control apply?"),
        choices=[SelectChoice("no", _l("It does not apply")), SelectChoice("yes", _l("It applies"))],
        validators=[InputRequired(_l("Choose one."))],
    )
    reason = TextAreaField(_l("Reason"), validators=[Optional(), Length(max=2000)])

    def choose(self, subjects: Sequence[tuple[int, str]]) -> None:
        """Give the subjects to choose from."""
        self.subject.choices = _options(_l("Choose"), subjects)


class UploadForm(FlaskForm):
    """A catalogue file."""

    file = FileField(_l("Catalogue file (YAML)"))


class ApplyForm(FlaskForm):
    """Takes in what the preview shows."""

    use = RadioField(
        _l("Use for new audits"),
        choices=[
            SelectChoice("yes", _l("From the day below")),
            SelectChoice("no", _l("Not yet, only import")),
        ],
        default="yes",
    )
    valid_from = DateField(_l("In use from"), validators=[Optional()])


class UseForm(FlaskForm):
    """From which day a version is used."""

    valid_from = DateField(_l("In use from"), validators=[InputRequired(DAY_MISSING)])


class SubjectForm(FlaskForm):
    """A system, a handling area or a contractor."""

    kind = RadioField(
        _l("Kind"),
        choices=[SelectChoice(kind, words.TARGETS[kind]) for kind in words.BY_HAND],
        validators=[InputRequired(_l("Choose one."))],
    )
    code = StringField(_l("Code"), validators=[InputRequired(_l("Enter a code.")), Length(max=60)])
    name_ja = StringField(
        _l("Name in Japanese"), validators=[InputRequired(_l("Enter the name in Japanese.")), Length(max=200)]
    )
    name_en = StringField(_l("Name in English"), validators=[Optional(), Length(max=200)])
    owner = SelectField(_l("Responsible department"), validators=[Optional()])
    valid_from = DateField(_l("From"), validators=[InputRequired(DAY_MISSING)])
    seen = HiddenField()

    def choose(self, departments: Sequence[tuple[int, str]]) -> None:
        """Give the departments to choose from."""
        self.owner.choices = _options(_l("Nobody"), departments)


def chosen(field: Any) -> int | None:
    """Return the id chosen in a select, or None."""
    value = str(field.data or "")
    return int(value) if value.isascii() and value.isdigit() else None


def day(field: DateField, default: date) -> date:
    """Return the day typed, or ``default``."""
    typed: date | None = field.data
    return typed or default
