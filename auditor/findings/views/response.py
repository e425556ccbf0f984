"""How a form of a finding is answered: done, refused with what was typed kept, or overtaken by somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from auditor.dated import DatedRow, Moment
from auditor.errors import RuleBroken, Stale
from auditor.findings.models import Finding
from auditor.language import _, format_instant
from auditor.people import queries as people
from auditor.web import request_time

Answer = Response | tuple[str, int] | str


@dataclass(frozen=True)
class Conflict:
    """Who saved what meanwhile, beside what this person typed."""

    who: str
    when: str
    rows: list[dict[str, str]]


def now() -> Moment:
    """Return the moment of the request."""
    return Moment.at(request_time())


def words(field: Any) -> str:
    """Return what a text field holds, without blanks around it."""
    return str(field.data or "").strip()


def day(field: Any) -> date:
    """Return the date of a field that the form has held to be one."""
    if not isinstance(field.data, date):
        raise TypeError(f"{field.name} holds no date")
    return field.data


def answered(
    form: Any,
    act: Callable[[], object],
    done: str,
    to: str,
    render: Callable[[Conflict | None], str],
    newest: Callable[[], DatedRow | None] | None = None,
) -> Answer:
    """Run ``act`` on a valid form and go to ``to``; else show the page again with everything typed kept.

    422 for a refused form, 409 when somebody was faster: ``newest`` gives the row that stands now, which the
    form then counts as seen, so that saving again is a decision.
    """
    if not form.is_submitted():
        return render(None)
    if not form.validate():
        return render(None), 422
    try:
        act()
    except RuleBroken as error:
        refuse(form, error)
        return render(None), 422
    except Stale as stale:
        row = newest() if newest else None
        if row is not None and "seen" in form:
            form.seen.data, form.seen.raw_data = row.id, None
        return render(conflict(form, stale, row)), 409
    flash(done, "success")
    return redirect(to, 303)


def refuse(form: Any, error: RuleBroken) -> None:
    """Put the reason at its field, or above the form."""
    if error.field and error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, str(error)]
    else:
        form.form_errors.append(str(error))


def conflict(form: Any, stale: Stale, row: DatedRow | None) -> Conflict:
    """Return both texts, by the labels of the form's fields."""
    rows = []
    for name, mine in stale.mine.items():
        label = str(form[name].label.text if name in form else _("Comment"))
        theirs = stale.theirs.get(name)
        rows.append({"label": label, "mine": str(mine or ""), "theirs": str(theirs or "")})
    who = people.name(row.recorded_by, now()) if row is not None else ""
    when = format_instant(row.recorded_at) if row is not None else ""
    return Conflict(who, when, rows)


def page_of(finding: Finding) -> str:
    """Return the address of a finding's page."""
    return url_for("findings.show", finding_id=finding.id)


def not_now(finding: Finding) -> Response:
    """Go back to the finding and say that this step is not possible where it stands."""
    flash(_("This step is not possible in the present state of the finding. Nothing was changed."), "info")
    return redirect(page_of(finding), 303)
