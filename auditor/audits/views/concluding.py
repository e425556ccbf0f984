"""The texts of an audit's report, written by its auditors before it is submitted."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import concluding, queries
from auditor.audits.forms import ConclusionForm
from auditor.audits.models import Audit, AuditConclusion
from auditor.audits.results import EDITABLE, State
from auditor.audits.views import bp
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, current
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.get("/<int:audit_id>/conclusion")
@requires(Permission.AUDIT_CONDUCT)
def conclusion(audit_id: int) -> Answer:
    """Show the texts as they stand."""
    audit = queries.audit_for(current_actor(), audit_id, Permission.AUDIT_CONDUCT, request_time())
    row = concluding.conclusion_of(audit.id, Moment.at(request_time()))
    texts = {name: getattr(row, name) for name in concluding.FIELDS} if row else {}
    return _page(audit, ConclusionForm(formdata=None, data={**texts, "seen": row.id if row else 0}))


@bp.post("/<int:audit_id>/conclusion")
@requires(Permission.AUDIT_CONDUCT)
def conclude(audit_id: int) -> Answer:
    """Save the texts; whoever was overtaken sees both (409)."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_CONDUCT, at)
    form = ConclusionForm()
    if not form.validate():
        return _page(audit, form), 422
    texts = {name: form[name].data or "" for name in concluding.FIELDS}
    seen = str(form.seen.data or "")
    try:
        concluding.conclude(
            actor, at, audit, texts, int(seen) if seen.isdecimal() and len(seen) < 10 else None
        )
    except RuleBroken as broken:
        form.form_errors.append(str(broken))
        return _page(audit, form), 422
    except Stale as stale:
        form.seen.data, form.seen.raw_data = stale.theirs["row"], None
        return _page(audit, form, _differing(form, stale)), 409
    flash(_("The texts of the report are saved."), "success")
    return redirect(url_for("reports.audit_report", reported_id=audit.id), 303)


def _differing(form: ConclusionForm, stale: Stale) -> list[dict[str, str]]:
    return [
        {"label": str(form[name].label.text), "mine": str(mine), "theirs": str(stale.theirs[name])}
        for name, mine in stale.mine.items()
        if mine != stale.theirs[name]
    ]


def _page(audit: Audit, form: ConclusionForm, differing: list[dict[str, str]] | None = None) -> str:
    moment = Moment.at(request_time())
    row: Any = AuditConclusion.latest(moment, audit=audit.id) if differing else None
    return render_template(
        "audits/conclusion.html",
        audit=audit,
        title=queries.title(audit, queries.subject_name(audit.subject, moment, current())),
        form=form,
        differing=differing,
        theirs=row,
        who=people.name(row.recorded_by, moment) if row else "",
        open=State(audit.current_state) in EDITABLE,
    )
