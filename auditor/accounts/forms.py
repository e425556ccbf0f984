"""Forms of accounts."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import DateField, EmailField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from auditor.accounts.passwords import LONGEST
from auditor.accounts.roles import DEPUTISED
from auditor.accounts.words import ROLE_LABELS
from auditor.errors import RuleBroken
from auditor.language import _, _l


class SignInForm(FlaskForm):
    login = StringField(
        _l("Employee number or e-mail address"),
        validators=[InputRequired(_l("Enter your employee number or e-mail address.")), Length(max=254)],
    )
    password = PasswordField(
        _l("Password"), validators=[InputRequired(_l("Enter your password.")), Length(max=LONGEST)]
    )
    next = HiddenField()


class NewPasswordForm(FlaskForm):
    """A password chosen by its owner, typed twice."""

    password = PasswordField(_l("New password"), validators=[InputRequired(_l("Enter the new password."))])
    again = PasswordField(
        _l("New password, once more"), validators=[InputRequired(_l("Enter the new password once more."))]
    )

    def validate_again(self, field: PasswordField) -> None:
        if self.password.data and field.data and field.data != self.password.data:
            raise ValidationError(_("The two entries of the new password differ."))


class FirstPersonForm(NewPasswordForm):
    """Last step: the password of the administrator, who is searched for on the roster."""


class FirstPersonWithoutRosterForm(NewPasswordForm):
    """Last step without a roster: who is the administrator, and their password."""

    number = StringField(
        _l("Employee number"), validators=[InputRequired(_l("Enter the employee number.")), Length(max=40)]
    )
    family_name = StringField(
        _l("Family name"), validators=[InputRequired(_l("Enter the family name.")), Length(max=80)]
    )
    given_name = StringField(
        _l("Given name"), validators=[InputRequired(_l("Enter the given name.")), Length(max=80)]
    )
    email = EmailField(_l("E-mail address"), validators=[Optional(), Length(max=254)])
    department = StringField(
        _l("Department"), validators=[InputRequired(_l("Enter the department's name.")), Length(max=120)]
    )


class PasswordForm(NewPasswordForm):
    current = PasswordField(
        _l("Current password"), validators=[InputRequired(_l("Enter your current password."))]
    )
    next = HiddenField()


class ForgottenForm(FlaskForm):
    login = StringField(
        _l("Employee number or e-mail address"),
        validators=[InputRequired(_l("Enter your employee number or e-mail address.")), Length(max=254)],
    )


class DeputyForm(FlaskForm):
    """Who stands in for whom, in which role, from when to when."""

    role = SelectField(
        _l("Role"), choices=[SelectChoice(role.value, ROLE_LABELS[role]) for role in DEPUTISED]
    )
    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter the first day."))])
    ends_on = DateField(_l("Last day"), validators=[InputRequired(_l("Enter the last day."))])

    @property
    def first_day(self) -> date:
        return cast(date, self.starts_on.data)

    @property
    def last_day(self) -> date:
        return cast(date, self.ends_on.data)


class PreferenceForm(FlaskForm):
    language = RadioField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("Same as the browser")),
            SelectChoice("ja", Markup('<span lang="ja">日本語</span>')),
            SelectChoice("en", Markup('<span lang="en">English</span>')),
        ],
    )
    theme = RadioField(
        _l("Display"),
        choices=[
            SelectChoice("", _l("Same as the device")),
            SelectChoice("light", _l("Light")),
            SelectChoice("dark", _l("Dark")),
        ],
    )


def refuse(form: FlaskForm, broken: RuleBroken) -> None:
    """Put a rule's refusal beside the field it is about, or above the form."""
    field = form._fields.get(broken.field or "")
    if field is not None:
        field.errors = [*field.errors, str(broken)]
    else:
        form.form_errors.append(str(broken))
