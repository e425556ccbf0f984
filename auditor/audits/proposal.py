"""What a notice says before its sender changes it: taken from the audit, in the language of the letter."""

from __future__ import annotations

from collections import Counter
from typing import Any

from auditor.audits import queries
from auditor.audits.letters import Letter
from auditor.audits.models import Audit, AuditItem
from auditor.audits.results import AuditKind
from auditor.calendars import business_day
from auditor.catalogue.models import Category, Control
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _, pick, speaking

_PAPERS = 12  # more than that nobody prepares; the rest is asked for on the day


def proposed(audit: Audit, moment: Moment, language: str) -> Letter:
    """Return the letter that is offered first: five queries."""
    plan = queries.plan_of(audit.id, moment)
    controls = list(
        Control.select(Control, Category)
        .join(Category)
        .switch(Control)
        .join(AuditItem)
        .where(AuditItem.audit == audit.id)
        .order_by(AuditItem.position)
    )
    closed = company.closed_days(moment)
    visit_on = business_day(max(plan.starts_on, moment.day), closed=closed)
    with speaking(language):
        return Letter(
            visit_on=visit_on,
            visit_time=str(_("10:00 to 12:00")),
            place=str(_("At the department")),
            scope=_scope(controls),
            method=_method(audit),
            papers=_papers(controls, language),
            language=language,
        )


def _scope(controls: list[Control]) -> str:
    counted = Counter(str(pick(control.category, "title")) for control in controls)
    names = _(", ").join(counted)
    return str(
        _(
            "How personal information is handled: %(categories)s (%(num)s controls).",
            categories=names,
            num=len(controls),
        )
    )


def _method(audit: Audit) -> str:
    if audit.kind == AuditKind.CONFORMITY:
        return str(
            _(
                "Rules, procedures and forms are read and compared with the law, the guideline and the published policy; open questions are asked of the persons in charge."
            )
        )
    return str(
        _(
            "Questions along the audit checklist, a look at records and a sample of them, and a look at the place of work."
        )
    )


def _papers(controls: list[Control], language: str) -> str:
    """Return the records that most of the controls ask for, one a line, in the order of the checklist."""
    asked: Counter[str] = Counter()
    for control in controls:
        evidence: list[Any] = control.details.get("evidence") or []
        asked.update(
            str(one.get(language) or one.get("ja") or "") for one in evidence if isinstance(one, dict)
        )
    asked.pop("", None)
    most = {name for name, _count in asked.most_common(_PAPERS)}
    lines = [name for name in asked if name in most] or [
        str(_("Rules, procedures and records of the period"))
    ]
    mark = "・" if language == "ja" else "- "
    return "\n".join(f"{mark}{line}" for line in lines)
