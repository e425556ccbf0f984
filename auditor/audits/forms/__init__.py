"""Forms of audits."""

from __future__ import annotations

from auditor.audits.forms.carrying_out import (
    AnswerForm,
    CommentForm,
    ConclusionForm,
    DecisionForm,
    PaperForm,
    PlanForm,
    ReasonForm,
    SettleForm,
    SubmitForm,
    TermsForm,
)
from auditor.audits.forms.evidence import AboutForm, EvidenceForm, LinkForm, VersionForm
from auditor.audits.forms.fields import DayField
from auditor.audits.forms.letters import AskForm, KeepForm, LetterForm, ReplyForm
from auditor.audits.forms.register import EndQualificationForm, QualificationForm, RenewalForm
from auditor.audits.forms.series import MoveForm, SeriesTermsForm, SkipForm

__all__ = [
    "AboutForm",
    "AnswerForm",
    "AskForm",
    "CommentForm",
    "ConclusionForm",
    "DayField",
    "DecisionForm",
    "EndQualificationForm",
    "EvidenceForm",
    "KeepForm",
    "LetterForm",
    "LinkForm",
    "MoveForm",
    "PaperForm",
    "PlanForm",
    "QualificationForm",
    "ReasonForm",
    "RenewalForm",
    "ReplyForm",
    "SeriesTermsForm",
    "SettleForm",
    "SkipForm",
    "SubmitForm",
    "TermsForm",
    "VersionForm",
]
