"""Forms of promises."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from auditor.errors import RuleBroken
from auditor.language import _l

LONGEST = 100_000
_CARRY = _l("Take over the controls of sentences with the same number")


class PasteForm(FlaskForm):
    """A published text, pasted in both languages."""

    published_on = DateField(_l("Published on"), validators=[InputRequired(_l("Enter a date."))])
    title_ja = StringField(
        _l("Title (Japanese)"),
        validators=[InputRequired(_l("Enter the title in Japanese.")), Length(max=200)],
    )
    title_en = StringField(
        _l("Title (English)"), validators=[InputRequired(_l("Enter the title in English.")), Length(max=200)]
    )
    text_ja = TextAreaField(
        _l("Text (Japanese)"), validators=[InputRequired(_l("Enter the text.")), Length(max=LONGEST)]
    )
    text_en = TextAreaField(
        _l("Text (English)"), validators=[InputRequired(_l("Enter the text.")), Length(max=LONGEST)]
    )
    carry = BooleanField(_CARRY, default=True)


class FileForm(FlaskForm):
    """A published text as a file."""

    file = FileField(_l("Published text (YAML file)"))
    carry = BooleanField(_CARRY, default=True)


def refuse(form: FlaskForm, broken: RuleBroken) -> None:
    """Put a rule's refusal beside the field it is about, or above the form."""
    field = form._fields.get(broken.field or "")
    if field is not None:
        field.errors = [*field.errors, str(broken)]
    else:
        form.form_errors.append(str(broken))
