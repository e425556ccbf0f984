"""What the pages that choose controls and auditors share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request

from auditor.access import Permission
from auditor.audits import candidates
from auditor.audits.assigning import Appointee, NewAudit
from auditor.audits.verdicts import reasons
from auditor.catalogue.models import Control, Subject
from auditor.dated import Moment
from auditor.language import current
from auditor.people import queries as people
from auditor.web import current_actor


def chosen(controls: Sequence[Control], before: set[int]) -> set[int]:
    """Return the controls ticked in the form; those that a search had hidden stay as they were."""
    shown = set(request.form.getlist("shown", type=int))
    ticked = set(request.form.getlist("controls", type=int))
    picked = (before - shown) | (ticked & shown)
    of_category = {one.id: one.category_id for one in controls}
    if (every := request.form.get("all", type=int)) is not None:
        picked |= {one for one in shown if of_category.get(one) == every}
    if (none := request.form.get("none", type=int)) is not None:
        picked -= {one for one in shown if of_category.get(one) == none}
    return picked & set(of_category)


def picked_people(before: Iterable[Appointee]) -> list[Appointee]:
    """Return the auditors ticked in the form; before it is sent, those that stand."""
    if request.method == "GET":
        return list(before)
    lead = request.form.get("lead", type=int)
    return [
        Appointee(one, one == lead, request.form.get(f"override-{one}", "").strip()[:2000])
        for one in dict.fromkeys(request.form.getlist("auditors", type=int))
    ]


def people_shown(
    subject: Subject,
    new: NewAudit,
    appointees: Sequence[Appointee],
    moment: Moment,
    audit_id: int | None = None,
) -> dict[str, Any]:
    """Return what the choice of auditors shows: candidates, verdicts in words, what is ticked."""
    text = request.form.get("person", "").strip()
    also = [one.person_id for one in appointees]
    found = candidates.candidates(subject, new, moment, current(), also, text, audit_id)
    tree = people.tree(moment)
    return {
        "candidates": found,
        "with_register": any(one.suitability.qualified for one in found),
        "reasons": {one.person_id: reasons(one.verdict.conflicts, tree, current()) for one in found},
        "ticked": {one.person_id: one for one in appointees},
        "person_text": text,
        "may_override": current_actor().everywhere(Permission.INDEPENDENCE_OVERRIDE),
    }
