"""Forms of the worklist: the rule of one kind of reminder."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from auditor.company.forms import numbers_in
from auditor.errors import RuleBroken
from auditor.language import _, _l
from auditor.worklist.rules import ABOVE, FURTHEST, MOST, Kind, Terms


def _days(label: Any, highest: int = FURTHEST) -> IntegerField:
    between = _l("Enter a number from %(lowest)s to %(highest)s.", lowest=1, highest=highest)
    return IntegerField(label, validators=[Optional(), NumberRange(1, highest, between)])


class RuleForm(FlaskForm):
    """What a rule says, and from when on."""

    active = BooleanField(_l("Send reminders"))
    steps = StringField(_l("Days before the due date"), validators=[Optional(), Length(max=200)])
    repeat_days = _days(_l("After that again every … days"), 90)
    most = IntegerField(
        _l("Most reminders of one thing"),
        validators=[
            InputRequired(_l("Enter a number.")),
            NumberRange(
                1, MOST, _l("Enter a number from %(lowest)s to %(highest)s.", lowest=1, highest=MOST)
            ),
        ],
    )
    to_person = BooleanField(_l("Remind whoever has to do it"))
    head_after = _days(_l("Days late after which the head of the department is told too"))
    administrator_after = _days(_l("Days late after which the administrators are told too"))
    head_of_audit_after = _days(_l("Days late after which the head of audit is told too"))
    valid_from = DateField(_l("Holds from"), validators=[InputRequired(_l("Enter a date."))])
    tip = HiddenField()

    def validate_steps(self, field: StringField) -> None:
        try:
            numbers_in(field.data or "")
        except ValueError as error:
            raise ValidationError(
                _("Enter whole numbers with commas between them, such as 14, 3, 0, -3.")
            ) from error

    def terms(self, kind: Kind) -> Terms:
        """Return what was entered; what a kind does not have stays as it is delivered."""
        typed = (self.steps.data or "").strip()
        above = {name: self[name].data for name in kind.above}
        return Terms(
            active=bool(self.active.data),
            steps=tuple(sorted(set(numbers_in(typed)), reverse=True)) if typed else None,
            to_person=bool(self.to_person.data) if kind.escalates else True,
            repeat_days=self.repeat_days.data,
            most=int(self.most.data or 0),
            **above,
        )

    @property
    def first_day(self) -> date:
        return cast(date, self.valid_from.data)


def entered(terms: Terms) -> dict[str, Any]:
    """Return the values of the form for ``terms``."""
    values = {name: getattr(terms, name) for name in (*ABOVE, "active", "to_person", "repeat_days", "most")}
    return {**values, "steps": "" if terms.steps is None else ", ".join(map(str, terms.steps))}


def refuse(form: FlaskForm, broken: RuleBroken) -> None:
    """Put a rule's refusal beside the field it is about, or above the form."""
    field = form._fields.get(broken.field or "")
    if field is not None:
        field.errors = [*field.errors, str(broken)]
    else:
        form.form_errors.append(str(broken))
