"""Judges the auditors of earlier audits by what the roster knows of that time (design §3.3)."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.audits.independence import judge
from auditor.audits.verdicts import known_facts, reasons
from auditor.findings.history.entries import AuditEntry, ResultEntry
from auditor.findings.history.known import Known
from auditor.findings.history.problems import Found
from auditor.language import current
from auditor.people import queries as people


def tell_of_breaks(
    known: Known, audits: Sequence[AuditEntry], results: Sequence[ResultEntry], problems: Found
) -> None:
    """Warn of each auditor who was not independent: the import opens an exception for each.

    A constant number of queries.
    """
    audited = [one for one in audits if one.auditors]
    if not audited or known.version is None:
        return
    codes: dict[str, list[str]] = {}
    for row in results:
        codes.setdefault(row.audit, []).append(known.control[row.control_id].code)
    persons = {person for one in audited for person in one.auditors}
    subjects = [known.subject[one.subject_id] for one in audited]
    facts = known_facts(persons, subjects, max(one.period_to for one in audited), known.moment)
    tree = people.tree(known.moment)
    for one in audited:
        about = facts.about(
            one.auditors, known.subject[one.subject_id], known.version.catalogue_id, codes.get(one.number, [])
        )
        for verdict in judge(one.auditors, one.period_from, one.period_to, about).values():
            if not verdict.independent:
                said = " ".join(reasons(verdict.conflicts, tree, current()))
                person = known.name_of.get(verdict.person_id, "")
                problems.add("not_independent", *one.cell, person=person, reason=said)
