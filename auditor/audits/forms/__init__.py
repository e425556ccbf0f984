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
from auditor.audits.forms.evidence import EvidenceForm, LinkForm, MarkedForm, VersionForm
from auditor.audits.forms.fields import DayField
from auditor.audits.forms.letters import AskForm, KeepForm, LetterForm, ReplyForm
from auditor.audits.forms.register import EndQualificationForm, QualificationForm, RenewalForm
from auditor.audits.forms.series import MoveForm, SeriesTermsForm, SkipForm

__all__ = [
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
    "MarkedForm",
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
