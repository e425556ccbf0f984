"""The words of the catalogue as screens say them, and what the bases of a control mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.language import _l

TARGETS: Mapping[str, Any] = {
    "company": _l("The company"),
    "department": _l("Department"),
    "system": _l("System"),
    "area": _l("Handling area"),
    "contractor": _l("Contractor"),
}
BASES: Mapping[str, Any] = {
    "statute": _l("Law"),
    "measure": _l("Required measure"),
    "important": _l("Called important"),
    "example": _l("Example of means"),
    "jis": _l("Management system"),
    "seed": _l("Published promise"),
    "practice": _l("Common good practice"),
}
BASIS_MEANINGS: Mapping[str, Any] = {
    "statute": _l("A duty in the Act, its Enforcement Rules or Cabinet Order, duties of effort included."),
    "measure": _l(
        "A measure that chapter 10 of the guideline requires. How to carry it out is left to the company."
    ),
    "important": _l("Chapter 10 of the guideline calls it important, but does not word it as a duty."),
    "example": _l(
        "An example of means in the guideline, or what it calls desirable. Not mandatory: other means with the same effect will do."
    ),
    "jis": _l("Management system practice in the spirit of JIS Q 15001 and the Privacy Mark."),
    "seed": _l(
        "The company says so in its own published privacy policy, so leaving it out makes that text untrue."
    ),
    "practice": _l("Common good practice. Other means with the same effect will do."),
}
FREQUENCIES: Mapping[str, Any] = {
    "monthly": _l("Monthly"),
    "quarterly": _l("Quarterly"),
    "semiannual": _l("Twice a year"),
    "annual": _l("Once a year"),
}
MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}  # within which a check is due again
STAGES: Mapping[str, Any] = {
    "acquisition": _l("Acquisition"),
    "use": _l("Use"),
    "storage": _l("Storage"),
    "provision": _l("Provision"),
    "deletion": _l("Deletion"),
    "disposal": _l("Disposal"),
    "all": _l("All stages"),
}
STRENGTHS: Mapping[str, Any] = {
    "must": _l("Required"),
    "important": _l("Called important"),
    "desirable": _l("Desirable"),
    "example": _l("Example of means"),
}
KINDS: Mapping[str, Any] = {"controls": _l("Controls"), "guideline": _l("Guideline")}
SUBJECT_KINDS: Mapping[str, Any] = TARGETS
BY_HAND = ("system", "area", "contractor")  # kinds of subjects that people add; the others come by themselves


def word(table: Mapping[str, Any], value: str) -> str:
    """Return the word for ``value`` in the reader's language; an unknown value as it is."""
    return str(table.get(value, value))
