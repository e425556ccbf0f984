"""Fields that the forms of audits share."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, IntegerField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, StopValidation

from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.recurrence import Direction
from auditor.language import _, _l

TEXT = Length(max=LONGEST_TEXT, message=_l("The text is too long. Shorten it or attach it as evidence."))


def line(longest: int) -> Length:
    """Return the check that a line is no longer than that."""
    return Length(max=longest, message=_l("Use at most %(count)s characters.", count=longest))


class DayField(DateField):
    """A day, with an error that says how one is written."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a date such as 2026-11-20.")) from error


def day_field(label: Any, **more: Any) -> DayField:
    """Return a field for a day that must be filled in."""
    return DayField(label, validators=[InputRequired(_l("Enter a date."))], **more)


def between(lowest: int, highest: int) -> NumberRange:
    """Return the check that a number lies in ``lowest``..``highest``."""
    return NumberRange(
        lowest, highest, _l("Enter a number from %(lowest)s to %(highest)s.", lowest=lowest, highest=highest)
    )


def needed_after(form: Any, field: IntegerField) -> None:
    """Check that the months are there where an audit comes again after the last one is completed."""
    if form.recurs.data == "after" and not "".join(field.raw_data or []).strip():
        raise StopValidation(_("Enter after how many months it comes again."))


def direction_field() -> RadioField:
    """Return the choice of the business day that stands in for another day."""
    return RadioField(
        _l("Where a date is no business day"),
        choices=[SelectChoice(one.value, one.label) for one in Direction],
        default=Direction.LATER.value,
        filters=[lambda chosen: chosen or Direction.LATER.value],
    )
