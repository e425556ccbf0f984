"""Forms of audits."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField as UploadField
from flask_wtf.file import FileRequired
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.exceptions import Outcome
from auditor.audits.letters import LONGEST_TEXT as LONGEST_OF_LETTER
from auditor.audits.letters import Letter, Reply
from auditor.audits.occurrences import LONGEST_REASON
from auditor.audits.outside import LONGEST_NAME, LONGEST_PAPER, Outsider
from auditor.audits.recurrence import Direction
from auditor.audits.register import LONGEST_GROUNDS
from auditor.audits.results import AuditKind, Result
from auditor.audits.series import LONGEST_DUE, LONGEST_LEAD, MOST_MONTHS
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


def _between(lowest: int, highest: int) -> NumberRange:
    return NumberRange(
        lowest, highest, _l("Enter a number from %(lowest)s to %(highest)s.", lowest=lowest, highest=highest)
    )


def _needed_after(form: Any, field: IntegerField) -> None:
    if form.recurs.data == "after" and not "".join(field.raw_data or []).strip():
        raise StopValidation(_("Enter after how many months it comes again."))


def _direction() -> RadioField:
    return RadioField(
        _l("Where a date is no business day"),
        choices=[SelectChoice(one.value, one.label) for one in Direction],
        default=Direction.LATER.value,
        filters=[lambda chosen: chosen or Direction.LATER.value],
    )


def _grounds(label: Any, missing: Any) -> TextAreaField:
    return TextAreaField(label, validators=[InputRequired(missing), _line(LONGEST_GROUNDS)])


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
            SelectChoice("after", _l("Some months after the last one is completed")),
            SelectChoice("rule", _l("By a custom rule")),
        ],
    )
    after_months = IntegerField(
        _l("Months"), validators=[_needed_after, Optional(), _between(1, MOST_MONTHS)]
    )
    direction = _direction()
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


class SubmitForm(CommentForm):
    """Handing an audit in, with the reason where facts are not confirmed."""

    unconfirmed_reason = TextAreaField(
        _l("Why although not all facts are confirmed"), validators=[Optional(), _TEXT]
    )


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


class QualificationForm(FlaskForm):
    """Somebody's entry in the register of auditors."""

    since = _day(_l("Registered from"))
    until = DayField(_l("Valid until"), validators=[Optional()])
    grounds = _grounds(
        _l("Qualified by"), _l("Write by what the person is qualified: a course, a certificate.")
    )


class RenewalForm(FlaskForm):
    """Another last day of a registration, and by what."""

    until = DayField(_l("Valid until, newly"), validators=[Optional()])
    grounds = _grounds(
        _l("Qualified by"), _l("Write by what the person is qualified: a course, a certificate.")
    )
    based_on = HiddenField()


class EndQualificationForm(FlaskForm):
    """The last day of a registration, and why it ends."""

    until = _day(_l("Valid until"))
    grounds = _grounds(_l("Reason"), _l("Write why the registration ends."))
    based_on = HiddenField()


class SkipForm(FlaskForm):
    """Why one audit of a series is left out."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[InputRequired(_l("Write the reason. It stays beside the date.")), _line(LONGEST_REASON)],
    )
    based_on = HiddenField()


class MoveForm(SkipForm):
    """Other dates of one audit of a series."""

    starts_on = _day(_l("Starts on"))
    due_on = _day(_l("Due on"))


class SeriesTermsForm(FlaskForm):
    """What can change of a series, and from which day on."""

    lead_days = IntegerField(
        _l("Opens so many days before it starts"),
        validators=[InputRequired(_l("Enter a number.")), _between(0, LONGEST_LEAD)],
    )
    due_days = IntegerField(
        _l("Due so many days after its start"),
        validators=[InputRequired(_l("Enter a number.")), _between(0, LONGEST_DUE)],
    )
    direction = _direction()
    from_day = _day(_l("For audits from this date of the rule on"))
    based_on = HiddenField()


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


class PaperForm(FlaskForm):
    """A working paper that comes back."""

    file = UploadField(
        _l("Filled-in working paper (.xlsx)"),
        validators=[FileRequired(_l("Choose the working paper you filled in."))],
    )


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


_SHORTER = Length(
    max=LONGEST_OF_LETTER, message=_l("The text is too long. Shorten it or attach it as evidence.")
)


def _needed(label: Any, description: Any = "") -> TextAreaField:
    missing = InputRequired(_l("Fill this in; the department prepares by it."))
    return TextAreaField(label, description=description, validators=[missing, _SHORTER])


class LetterForm(FlaskForm):
    """A notice before it is sent."""

    language = SelectField(
        _l("Language of the letter"),
        choices=[SelectChoice("ja", _l("Japanese")), SelectChoice("en", _l("English"))],
    )
    visit_on = DayField(_l("Day of the audit"), validators=[InputRequired(_l("Enter a date."))])
    visit_time = StringField(_l("Time"), validators=[Optional(), _line(100)])
    place = StringField(_l("Place"), validators=[Optional(), _line(200)])
    scope = _needed(_l("Scope"))
    method = _needed(_l("Method"))
    papers = _needed(_l("Papers to prepare"), _l("One a line."))
    remark = TextAreaField(_l("Remarks"), validators=[Optional(), _SHORTER])
    based_on = HiddenField()

    def letter(self) -> Letter:
        """Return what was filled in."""
        day: Any = self.visit_on.data
        return Letter(
            visit_on=day,
            visit_time=self.visit_time.data or "",
            place=self.place.data or "",
            scope=(self.scope.data or "").replace("\r\n", "\n"),
            method=(self.method.data or "").replace("\r\n", "\n"),
            papers=(self.papers.data or "").replace("\r\n", "\n"),
            remark=(self.remark.data or "").replace("\r\n", "\n"),
            language=self.language.data or "ja",
        )


class ReplyForm(FlaskForm):
    """What the audited department answers to a notice."""

    answer = RadioField(
        _l("Your answer"),
        choices=[
            SelectChoice(Reply.ACKNOWLEDGED.value, _l("We have read the notice and prepare for that day")),
            SelectChoice(Reply.OTHER_DATES.value, _l("Another day would suit us better")),
        ],
        validators=[InputRequired(_l("Choose an answer."))],
    )
    wished_on = DayField(
        _l("Day that would suit you"), description=_l("Only with the second answer."), validators=[Optional()]
    )
    comment = TextAreaField(_l("Comment"), validators=[Optional(), _SHORTER])


class KeepForm(FlaskForm):
    """Why the dates stay although others were wished for."""

    comment = TextAreaField(
        _l("Why the dates stay"),
        validators=[InputRequired(_l("Write why the dates stay. The department sees it.")), _SHORTER],
    )


class AskForm(FlaskForm):
    """What the auditors say when they ask for the facts to be confirmed."""

    comment = TextAreaField(_l("Comment to the department"), validators=[Optional(), _SHORTER])


class ConclusionForm(FlaskForm):
    """What the report of an audit says in the auditors' own words."""

    method = TextAreaField(_l("Method: what was sampled, and how"), validators=[Optional(), _TEXT])
    spoken_to = TextAreaField(_l("Persons spoken to"), validators=[Optional(), _TEXT])
    opinion = TextAreaField(_l("Conclusion"), validators=[Optional(), _TEXT])
    good_practice = TextAreaField(_l("Good practice"), validators=[Optional(), _TEXT])
    seen = HiddenField()
