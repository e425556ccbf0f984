"""Forms of company: its settings, its closed days, the first steps."""

from __future__ import annotations

from calendar import month_name
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from auditor import clock
from auditor.calendars import fiscal_year_of
from auditor.company.daylist import FIRST_YEAR, LAST_YEAR, is_planned
from auditor.errors import RuleBroken
from auditor.language import _, _l, current
from auditor.people.kinds import UNIT_LEVEL_LABELS

_NEEDED = _l("Enter a number.")


def _days(label: Any, highest: int) -> IntegerField:
    between = _l("Enter a number from %(lowest)s to %(highest)s.", lowest=1, highest=highest)
    return IntegerField(label, validators=[InputRequired(_NEEDED), NumberRange(1, highest, between)])


def name_of_month(month: int) -> str:
    """Return 4月 / April."""
    return f"{month}月" if current() == "ja" else month_name[month]


def _month(month: int, today: date) -> SelectChoice:
    """Return a month with the fiscal year that lies around ``today`` when it begins with that month."""
    year = fiscal_year_of(today, month)
    return SelectChoice(
        month,
        _(
            "%(month)s (this fiscal year: %(first)s – %(last)s)",
            month=name_of_month(month),
            first=year.first,
            last=year.last,
        ),
    )


def _name(label: Any) -> StringField:
    return StringField(label, validators=[Optional(), Length(max=200)])


FACTS_CONFIRMATION_LABELS = {
    "optional": _l("As the auditors see fit"),
    "reason": _l("Always, or with a reason why not"),
    "required": _l("Always"),
}


class NamesForm(FlaskForm):
    """What the company is called and when its year begins."""

    company_name_ja = StringField(
        _l("Company name in Japanese"),
        validators=[InputRequired(_l("Enter the company's name.")), Length(max=200)],
    )
    company_name_en = _name(_l("Company name in English"))
    fiscal_year_start_month = SelectField(
        _l("First month of the fiscal year"), choices=[], coerce=int, default=4
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.day_of(clock.now())
        self.fiscal_year_start_month.choices = [_month(month, today) for month in range(1, 13)]


class SettingsForm(NamesForm):
    own_unit_level = SelectField(
        _l("Independence: an auditor's own department reaches up to"),
        choices=[SelectChoice(level.value, label) for level, label in UNIT_LEVEL_LABELS.items()],
    )
    head_of_audit_may_be_administrator = BooleanField(
        _l("The head of audit may also be administrator or representative")
    )
    administrator_may_audit = BooleanField(_l("The administrator may audit"))
    outside_verifier = _name(_l("Outside person who verifies and approves"))
    only_registered_auditors = BooleanField(_l("Only auditors in the register may be named"))
    facts_confirmation = SelectField(
        _l("Facts confirmed by the audited department before an audit is submitted"),
        choices=[SelectChoice(value, label) for value, label in FACTS_CONFIRMATION_LABELS.items()],
        default="optional",
    )

    finding_due_days_major = _days(_l("Due after days: major nonconformity"), 730)
    finding_due_days_minor = _days(_l("Due after days: minor nonconformity"), 730)
    effectiveness_after_days = _days(_l("Effectiveness check after days"), 730)
    reminder_days = StringField(
        _l("Reminders, days before the due date"), validators=[InputRequired(_NEEDED)]
    )
    reminders_on_business_days = BooleanField(_l("Reminders on business days only"))
    mail_most_entries = IntegerField(
        _l("Most entries in one mail"),
        validators=[
            InputRequired(_NEEDED),
            NumberRange(3, 200, _l("Enter a number from %(lowest)s to %(highest)s.", lowest=3, highest=200)),
        ],
    )
    first_password_days = _days(_l("Days for which first passwords are valid"), 90)
    leaver_kept_years = _days(_l("Years for which names of leavers are kept"), 50)
    mail_kept_days = _days(_l("Days for which sent mails stay in the outbox"), 3650)
    valid_from = DateField(_l("Holds from"), validators=[InputRequired(_l("Enter a date."))])
    tip = HiddenField()

    def validate_reminder_days(self, field: StringField) -> None:
        try:
            numbers_in(field.data or "")
        except ValueError as error:
            raise ValidationError(
                _("Enter whole numbers with commas between them, such as 14, 3, 0, -3.")
            ) from error


class ClosedDayForm(FlaskForm):
    day = DateField(_l("Day"), validators=[InputRequired(_l("Enter a date."))])
    name = StringField(_l("Name of the day"), validators=[Optional(), Length(max=100)])

    def validate_day(self, field: DateField) -> None:
        if field.data is not None and not is_planned(field.data):
            raise ValidationError(
                _("Enter a day from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
            )


class DayListForm(FlaskForm):
    """Closed days as a list pasted from a calendar."""

    days = TextAreaField(_l("List of days"), validators=[InputRequired(_l("Enter at least one day."))])


class CodeForm(NamesForm):
    """First step: the code that the server printed, and the company."""

    code = StringField(_l("Setup code"), validators=[InputRequired(_l("Enter the setup code."))])


class FirstRosterForm(FlaskForm):
    file = FileField(
        _l("Roster file (.xlsx or .csv)"),
        validators=[FileRequired(_l("Choose the file that holds the roster."))],
    )
    effective_from = DateField(
        _l("Holds from (date of the personnel changes)"),
        validators=[InputRequired(_l("Enter the date from which the roster holds."))],
    )


def numbers_in(text: str) -> list[int]:
    """Return the whole numbers of a list with commas. Raises ValueError."""
    return [int(part) for part in text.replace("、", ",").split(",") if part.strip()]


def refuse(form: FlaskForm, broken: RuleBroken) -> None:
    """Put a rule's refusal beside the field it is about, or above the form."""
    field = form._fields.get(broken.field or "")
    if field is not None:
        field.errors = [*field.errors, str(broken)]
    else:
        form.form_errors.append(str(broken))
