"""Which rules of independence a very small company has relaxed: its settings promise that reports say so."""

from __future__ import annotations

from auditor.audits import outside
from auditor.company import queries as company
from auditor.language import _
from auditor.reports.scope import Side


def relaxations(side: Side) -> list[str]:
    """Return a sentence for each relaxation that holds, and each use of one, in the current language: two queries."""
    standing = company.settings(side.moment)
    said = []
    if standing["head_of_audit_may_be_administrator"]:
        said.append(_("The head of audit may also be administrator or representative."))
    if standing["administrator_may_audit"]:
        said.append(_("The administrator may audit."))
    if standing["outside_verifier"]:
        said.append(
            _(
                "Where nobody else is left, a person from outside verifies and approves: %(name)s.",
                name=standing["outside_verifier"],
            )
        )
    for number, decision in outside.approvals(side.year.label, side.moment):
        said.append(
            _(
                "%(audit)s was approved by a person from outside: %(person)s, %(day)s.",
                audit=number,
                person=outside.name_of(decision),
                day=decision.decided_on.isoformat(),
            )
        )
    return [str(one) for one in said]
