"""Which rules of independence a very small company has relaxed: its settings promise that reports say so."""

from __future__ import annotations

from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _


def relaxations(moment: Moment) -> list[str]:
    """Return a sentence for each relaxation that holds at ``moment``, in the current language: one query."""
    standing = company.settings(moment)
    said = []
    if standing["head_of_audit_may_be_administrator"]:
        said.append(_("The head of audit may also be administrator or representative."))
    if standing["administrator_may_audit"]:
        said.append(_("The administrator may audit."))
    if standing["outside_verifier"]:
        said.append(
            _(
                "Where nobody else is left, a person from outside verifies: %(name)s.",
                name=standing["outside_verifier"],
            )
        )
    return [str(one) for one in said]
