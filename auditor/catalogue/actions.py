"""What can be done to catalogues and subjects; each verb lives in the room of its matter."""

from __future__ import annotations

from auditor.catalogue.importing import Imported, import_builtin, import_catalogue
from auditor.catalogue.subjects import (
    add_missing_subjects,
    add_subject,
    change_subject,
    retire_subject,
    subject_of_department,
)
from auditor.catalogue.using import set_applicability, set_owner, use_version

__all__ = [
    "Imported",
    "add_missing_subjects",
    "add_subject",
    "change_subject",
    "import_builtin",
    "import_catalogue",
    "retire_subject",
    "set_applicability",
    "set_owner",
    "subject_of_department",
    "use_version",
]
