"""The form that asks for a workbook."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from auditor.language import _, _l, fiscal_year_name


class SummaryForm(FlaskForm):
    """Day, fiscal year and language of the summary workbook; sent in the address, so that it can be kept."""

    class Meta:
        csrf = False  # asks for a file and changes nothing but the log

    as_of = DateField(_l("As of"), [InputRequired(_l("Choose a day."))])
    fiscal_year = SelectField(_l("Fiscal year"), coerce=int, default=0)
    language = SelectField(
        _l("Language"), choices=[SelectChoice("ja", _l("Japanese")), SelectChoice("en", _l("English"))]
    )

    def offer(self, years: list[int]) -> None:
        """Offer these fiscal years, and the one that the day lies in."""
        field: Any = self.fiscal_year
        field.choices = [
            SelectChoice(0, _("The one of that day")),
            *(SelectChoice(year, fiscal_year_name(year)) for year in years),
        ]


_LONG = Length(max=10_000, message=_l("The text is too long: 10,000 characters at most."))


class YearOpinionForm(FlaskForm):
    """What the head of audit says of the year."""

    opinion = TextAreaField(_l("Overall opinion"), validators=[Optional(), _LONG])
    requests = TextAreaField(_l("Asked of the representative"), validators=[Optional(), _LONG])
    seen = HiddenField()


class YearDecisionForm(FlaskForm):
    """What the representative says to it."""

    comment = TextAreaField(_l("Comment"), validators=[Optional(), _LONG])
