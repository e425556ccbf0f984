"""Forms of evidence: files, links, newer versions."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    FileField,
    MultipleFileField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from auditor.audits.attaching import File
from auditor.audits.forms.fields import DayField, line
from auditor.evidence.actions import LONGEST_LINE, LONGEST_NOTE, About
from auditor.evidence.models import Evidence
from auditor.language import _l


class AboutForm(FlaskForm):
    """What is said of a piece of evidence beside what it is."""

    about_on = DayField(
        _l("Date it is about"), description=_l("If left empty: today."), validators=[Optional()]
    )
    expires_on = DayField(
        _l("Valid until"),
        description=_l(
            "For certificates, contracts and the like. From 30 days before it stands on the worklist of whoever can give a newer version."
        ),
        validators=[Optional()],
    )
    source = StringField(
        _l("Received from"),
        description=_l("The person or organisation that gave it."),
        validators=[Optional(), line(LONGEST_LINE)],
    )
    shows = TextAreaField(_l("What it shows"), validators=[Optional(), line(LONGEST_NOTE)])

    def about(self) -> About:
        """Return what was filled in."""
        return About(self.about_on.data, self.expires_on.data, self.source.data or "", self.shows.data or "")


class EvidenceForm(AboutForm):
    """Files, and what they are about."""

    file = MultipleFileField(_l("Files"), validators=[InputRequired(_l("Choose a file."))])


def said_of(old: Evidence) -> dict[str, Any]:
    """Return what the form of a newer version begins with: what holds of that too, as a rule."""
    said = {"source": old.source, "shows": old.note}
    return said if old.file_id else {**said, "url": old.url, "title": old.name}


def sent_files(field: Any) -> list[File]:
    """Return the files chosen in a field: none where it is empty, or where text was sent in their place."""
    sent = field.data if isinstance(field.data, list) else [field.data]
    return [File(one.stream, one.filename) for one in sent if getattr(one, "filename", "")]


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
            line(LONGEST_LINE),
        ],
    )


class VersionForm(AboutForm):
    """A newer version of a file or of a link."""

    file = FileField(_l("File"))
    url = StringField(_l("Address (URL)"), description=_l("Begins with https://."), validators=[Optional()])
    title = StringField(_l("Title"), validators=[Optional(), line(LONGEST_LINE)])
