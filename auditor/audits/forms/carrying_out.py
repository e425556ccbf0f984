"""Forms of an audit: its terms, its items, its decisions, its report."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField as UploadField
from flask_wtf.file import FileRequired
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from auditor.audits.exceptions import Outcome
from auditor.audits.forms.fields import (
    TEXT,
    DayField,
    between,
    day_field,
    direction_field,
    line,
    needed_after,
)
from auditor.audits.outside import LONGEST_NAME, LONGEST_PAPER, Outsider
from auditor.audits.results import AuditKind, Result
from auditor.audits.series import MOST_MONTHS
from auditor.language import _l


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
    period_from = day_field(_l("Audited period from"))
    period_to = day_field(_l("Audited period to"))
    starts_on = day_field(_l("Starts on"))
    due_on = day_field(_l("Due on"))
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
    after_months = IntegerField(_l("Months"), validators=[needed_after, Optional(), between(1, MOST_MONTHS)])
    direction = direction_field()
    rule = StringField(_l("Rule (RFC 5545)"), validators=[Optional(), Length(max=200)])
    once = HiddenField()


class PlanForm(FlaskForm):
    """New dates with their reason."""

    starts_on = day_field(_l("Starts on"))
    due_on = day_field(_l("Due on"))
    reason = TextAreaField(
        _l("Reason"),
        validators=[InputRequired(_l("Write why the dates move. The reason stays in the history.")), TEXT],
    )
    based_on = HiddenField()


class ReasonForm(FlaskForm):
    """Why something is done."""

    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Write the reason.")), TEXT])


class CommentForm(FlaskForm):
    """A comment that may be left out."""

    comment = TextAreaField(_l("Comment"), validators=[Optional(), TEXT])


class SubmitForm(CommentForm):
    """Handing an audit in, with the reason where facts are not confirmed."""

    unconfirmed_reason = TextAreaField(
        _l("Why although not all facts are confirmed"), validators=[Optional(), TEXT]
    )


class DecisionForm(CommentForm):
    """A decision on an audit; of a person from outside where one is recorded."""

    outside_name = StringField(_l("Name of the person from outside"), validators=[line(LONGEST_NAME)])
    outside_organisation = StringField(
        _l("Organisation of this person"), validators=[Optional(), line(LONGEST_NAME)]
    )
    outside_on = DayField(_l("Decided on"))
    outside_paper = StringField(
        _l("Signed paper: number or place"),
        description=_l("Where the signed report can be found."),
        validators=[line(LONGEST_PAPER)],
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
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Write the reason.")), TEXT])


class AnswerForm(FlaskForm):
    """What an item showed."""

    result = RadioField(
        _l("Result"),
        description=_l("“Not applicable” needs a reason. “Not checked” does not count as a result."),
        choices=[SelectChoice(result.value, result.label) for result in Result],
        validators=[InputRequired(_l("Choose the result."))],
    )
    note = TextAreaField(_l("Note: what was seen and heard"), validators=[Optional(), TEXT])
    reason = TextAreaField(_l("Why it does not apply"), validators=[Optional(), TEXT])
    based_on = HiddenField()


class PaperForm(FlaskForm):
    """A working paper that comes back."""

    file = UploadField(
        _l("Filled-in working paper (.xlsx)"),
        validators=[FileRequired(_l("Choose the working paper you filled in."))],
    )


class ConclusionForm(FlaskForm):
    """What the report of an audit says in the auditors' own words."""

    method = TextAreaField(_l("Method: what was sampled, and how"), validators=[Optional(), TEXT])
    spoken_to = TextAreaField(_l("Persons spoken to"), validators=[Optional(), TEXT])
    opinion = TextAreaField(_l("Conclusion"), validators=[Optional(), TEXT])
    good_practice = TextAreaField(_l("Good practice"), validators=[Optional(), TEXT])
    seen = HiddenField()
