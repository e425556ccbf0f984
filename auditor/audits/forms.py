"""Forms of audits."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.exceptions import Outcome
from auditor.audits.outside import LONGEST_NAME, LONGEST_PAPER, Outsider
from auditor.audits.results import AuditKind, Result
from auditor.evidence.actions import LONGEST_LINE, LONGEST_NOTE, About
from auditor.language import _, _l

_TEXT = Length(max=LONGEST_TEXT, message=_l("The text is too long. Shorten it or attach it as evidence."))


def _line(longest: int) -> Length:
    return Length(max=longest, message=_l("Use at most %(count)s characters.", count=longest))


class DayField(DateField):
    """A day, with an error that says how one is written."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a date such as 2026-11-20.")) from error


def _day(label: Any, **more: Any) -> DayField:
    return DayField(label, validators=[InputRequired(_l("Enter a date."))], **more)


class TermsForm(FlaskForm):
    """What kind of audit, over which period, when, and whether it comes again."""

    kind = RadioField(
        _l("Kind of audit"),
        choices=[
            SelectChoice(AuditKind.OPERATION.value, AuditKind.OPERATION.label),
            SelectChoice(AuditKind.CONFORMITY.value, AuditKind.CONFORMITY.label),
        ],
        default=AuditKind.OPERATION.value,
        validators=[InputRequired(_l("Choose the kind of audit."))],
    )
    period_from = _day(_l("Audited period from"))
    period_to = _day(_l("Audited period to"))
    starts_on = _day(_l("Starts on"))
    due_on = _day(_l("Due on"))
    recurs = SelectField(
        _l("Recurs"),
        choices=[
            SelectChoice("", _l("Once only")),
            SelectChoice("yearly", _l("Every year")),
            SelectChoice("half_yearly", _l("Every half year")),
            SelectChoice("quarterly", _l("Every quarter")),
            SelectChoice("rule", _l("By a custom rule")),
        ],
    )
    rule = StringField(_l("Rule (RFC 5545)"), validators=[Optional(), Length(max=200)])
    once = HiddenField()


class PlanForm(FlaskForm):
    """New dates with their reason."""

    starts_on = _day(_l("Starts on"))
    due_on = _day(_l("Due on"))
    reason = TextAreaField(
        _l("Reason"),
        validators=[InputRequired(_l("Write why the dates move. The reason stays in the history.")), _TEXT],
    )
    based_on = HiddenField()


class ReasonForm(FlaskForm):
    """Why something is done."""

    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Write the reason.")), _TEXT])


class CommentForm(FlaskForm):
    """A comment that may be left out."""

    comment = TextAreaField(_l("Comment"), validators=[Optional(), _TEXT])


class DecisionForm(CommentForm):
    """A decision on an audit; of a person from outside where one is recorded."""

    outside_name = StringField(_l("Name of the person from outside"), validators=[_line(LONGEST_NAME)])
    outside_organisation = StringField(
        _l("Organisation of this person"), validators=[Optional(), _line(LONGEST_NAME)]
    )
    outside_on = DayField(_l("Decided on"))
    outside_paper = StringField(
        _l("Signed paper: number or place"),
        description=_l("Where the signed report can be found."),
        validators=[_line(LONGEST_PAPER)],
    )

    def outsider(self) -> Outsider:
        """Return the person from outside that was filled in."""
        return Outsider(
            self.outside_name.data or "",
            self.outside_organisation.data or "",
            self.outside_on.data,
            self.outside_paper.data or "",
        )


class SettleForm(FlaskForm):
    """How a broken independence was settled."""

    outcome = RadioField(
        _l("How is it settled?"),
        choices=[SelectChoice(outcome.value, outcome.label) for outcome in Outcome],
        validators=[InputRequired(_l("Choose how it is settled."))],
    )
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Write the reason.")), _TEXT])


class AnswerForm(FlaskForm):
    """What an item showed."""

    result = RadioField(
        _l("Result"),
        description=_l("“Not applicable” needs a reason. “Not checked” does not count as a result."),
        choices=[SelectChoice(result.value, result.label) for result in Result],
        validators=[InputRequired(_l("Choose the result."))],
    )
    note = TextAreaField(_l("Note: what was seen and heard"), validators=[Optional(), _TEXT])
    reason = TextAreaField(_l("Why it does not apply"), validators=[Optional(), _TEXT])
    based_on = HiddenField()


class AboutForm(FlaskForm):
    """What is said of a piece of evidence beside what it is."""

    about_on = DayField(
        _l("Date it is about"), description=_l("If left empty: today."), validators=[Optional()]
    )
    expires_on = DayField(
        _l("Valid until"),
        description=_l("For certificates, contracts and the like. It is shown to you 30 days before."),
        validators=[Optional()],
    )
    source = StringField(
        _l("Received from"),
        description=_l("The person or organisation that gave it."),
        validators=[Optional(), _line(LONGEST_LINE)],
    )
    shows = TextAreaField(_l("What it shows"), validators=[Optional(), _line(LONGEST_NOTE)])

    def about(self) -> About:
        """Return what was filled in."""
        return About(self.about_on.data, self.expires_on.data, self.source.data or "", self.shows.data or "")


class EvidenceForm(AboutForm):
    """Files, and what they are about."""

    file = MultipleFileField(_l("Files"), validators=[InputRequired(_l("Choose a file."))])


class LinkForm(AboutForm):
    """An address, and what it is about."""

    url = StringField(
        _l("Address (URL)"),
        description=_l(
            "Begins with https://. The page is not fetched: keep a copy as a file if it may change."
        ),
        validators=[InputRequired(_l("Enter an address that begins with https://."))],
    )
    title = StringField(
        _l("Title"),
        validators=[
            InputRequired(_l("Enter a title: what somebody finds at this address.")),
            _line(LONGEST_LINE),
        ],
    )


class VersionForm(AboutForm):
    """A newer version of a file or of a link."""

    file = FileField(_l("File"))
    url = StringField(_l("Address (URL)"), description=_l("Begins with https://."), validators=[Optional()])
    title = StringField(_l("Title"), validators=[Optional(), _line(LONGEST_LINE)])


class ConclusionForm(FlaskForm):
    """What the report of an audit says in the auditors' own words."""

    method = TextAreaField(_l("Method: what was sampled, and how"), validators=[Optional(), _TEXT])
    spoken_to = TextAreaField(_l("Persons spoken to"), validators=[Optional(), _TEXT])
    opinion = TextAreaField(_l("Conclusion"), validators=[Optional(), _TEXT])
    good_practice = TextAreaField(_l("Good practice"), validators=[Optional(), _TEXT])
    seen = HiddenField()
