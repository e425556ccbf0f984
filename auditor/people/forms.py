"""Forms of people."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, EmailField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.people.kinds import EMPLOYMENT_KIND_LABELS, UNIT_LEVEL_LABELS

_DAY = _l("Enter a date.")
KINDS = [SelectChoice(kind.value, label) for kind, label in EMPLOYMENT_KIND_LABELS.items()]


def _text(label: Any, longest: int, needed: Any = None) -> StringField:
    first = InputRequired(needed) if needed else Optional()
    too_long = _l("Use at most %(count)s characters.", count=longest)
    return StringField(label, validators=[first, Length(max=longest, message=too_long)])


class UploadForm(FlaskForm):
    """A roster file, from which day it holds and whether it is whole."""

    file = FileField(
        _l("Roster file (.xlsx or .csv)"),
        validators=[FileRequired(_l("Choose the file that holds the roster."))],
    )
    effective_from = DateField(
        _l("Holds from (date of the personnel changes)"),
        validators=[InputRequired(_l("Enter the date from which the roster holds."))],
    )
    whole = BooleanField(_l("This is the whole roster: whoever is not in it has left"))


class ApplyForm(FlaskForm):
    digest = HiddenField()
    confirmed = BooleanField(_l("Yes, this is the whole roster, and these people leave"))


class DetailsForm(FlaskForm):
    """How a person is called and reached, from a day on."""

    family_name = _text(_l("Family name"), 80, _l("Enter the family name."))
    given_name = _text(_l("Given name"), 80, _l("Enter the given name."))
    family_kana = _text(_l("Family name (kana)"), 80)
    given_kana = _text(_l("Given name (kana)"), 80)
    romanised = _text(_l("Name in Latin letters"), 160)
    email = EmailField(_l("E-mail address"), validators=[Optional(), Length(max=254)])
    language = RadioField(
        _l("Language of mails"),
        choices=[SelectChoice("ja", _l("Japanese")), SelectChoice("en", _l("English"))],
        default="ja",
    )
    valid_from = DateField(_l("Holds from"), validators=[InputRequired(_DAY)])
    tip = HiddenField()


class AddForm(DetailsForm):
    """A person new to us."""

    number = _text(_l("Employee number"), 40, _l("Enter the employee number."))
    kind = SelectField(_l("Kind of employment"), choices=KINDS)
    post = _text(_l("Post"), 80)


class TransferForm(FlaskForm):
    """Another main department, or a further one, from a day on."""

    change = RadioField(
        _l("What changes"),
        choices=[
            SelectChoice("main", _l("The main department: the person moves there")),
            SelectChoice("concurrent", _l("A concurrent post is added")),
            SelectChoice("end", _l("A concurrent post ends")),
        ],
        default="main",
    )
    post = _text(_l("Post"), 80)
    valid_from = DateField(_l("Holds from"), validators=[InputRequired(_DAY)])
    tip = HiddenField()


class StatusForm(FlaskForm):
    """At work, on leave, or left, from a day on."""

    status = RadioField(
        _l("What changes"),
        choices=[
            SelectChoice("on_leave", _l("Goes on leave")),
            SelectChoice("active", _l("Returns to work")),
            SelectChoice("left", _l("Leaves the company")),
        ],
        validators=[InputRequired(_l("Choose what changes."))],
    )
    kind = SelectField(_l("Kind of employment"), choices=KINDS)
    valid_from = DateField(_l("From"), validators=[InputRequired(_DAY)])
    tip = HiddenField()


class UnitForm(FlaskForm):
    """What a department is called, its size and place, from a day on."""

    name = _text(_l("Name"), 120, _l("Enter the name."))
    name_en = _text(_l("Name in English"), 120)
    level = SelectField(
        _l("Size of the unit"),
        choices=[SelectChoice(level.value, label) for level, label in UNIT_LEVEL_LABELS.items()],
        default="department",
    )
    kind = _text(_l("Kind of unit"), 40)
    site = _text(_l("Site"), 120)
    closed = BooleanField(_l("The department is closed"))
    valid_from = DateField(_l("Holds from"), validators=[InputRequired(_DAY)])
    tip = HiddenField()


class AddUnitForm(UnitForm):
    """A department new to us."""

    code = _text(_l("Code"), 40, _l("Enter the code."))


class HeadForm(FlaskForm):
    """Who is responsible for a department, from a day on."""

    vacant = BooleanField(_l("Nobody for the time being"))
    valid_from = DateField(_l("Holds from"), validators=[InputRequired(_DAY)])
    tip = HiddenField()


def day_of(field: DateField) -> date:
    """Return the day of a field that has been validated."""
    return cast(date, field.data)


def refuse(form: FlaskForm, broken: RuleBroken) -> None:
    """Put a rule's refusal beside the field it is about, or above the form."""
    field = form._fields.get(broken.field or "")
    if field is not None:
        field.errors = [*field.errors, str(broken)]
    else:
        form.form_errors.append(str(broken))
