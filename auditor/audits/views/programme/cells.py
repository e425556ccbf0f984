"""One cell of the grid: why it says what it says, and whether it is needed at all."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.programme import planning, queries
from auditor.audits.programme.board import board
from auditor.audits.programme.looking import look
from auditor.audits.programme.words import CellState
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.shared import begun, day_asked, head_of, page_of
from auditor.catalogue.words import FREQUENCIES, MONTHS
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse
LONGEST_REASON = 1000


@bp.get("/<int:year>/cells/<int:subject_id>/<category>")
@requires(Permission.PROGRAMME_READ)
def cell(year: int, subject_id: int, category: str) -> Answer:
    """Show which controls are asked for how often, and which checks count."""
    return _page(year, subject_id, category, "", "", 200)


@bp.post("/<int:year>/cells/<int:subject_id>/<category>")
@requires(Permission.PROGRAMME_PLAN)
def set_cell(year: int, subject_id: int, category: str) -> Answer:
    """Mark the cell as not needed this year, or as needed after all."""
    at, actor = request_time(), current_actor()
    head, programme = begun(year)
    made = board(head.year, programme, head.moment, current())
    row = made.row(subject_id)
    if row is None or category not in row.cells:
        raise NotFound
    form = request.form
    needed, reason = form.get("needed") == "1", form.get("reason", "")[: LONGEST_REASON + 1]
    try:
        if len(reason) > LONGEST_REASON:
            raise RuleBroken(_("The reason is too long: 1,000 characters at most. Nothing was saved."))
        planning.set_cell(
            actor, at, programme, subject_id, category, needed, reason, form.get("based_on", type=int)
        )
    except RuleBroken as broken:
        return _page(year, subject_id, category, str(broken), reason, 422)
    except Stale as stale:
        theirs = stale.theirs["reason"] or _("needed")
        said = _(
            "Somebody else has decided on this cell meanwhile (%(theirs)s). Your text is kept below; save again to replace theirs.",
            theirs=theirs,
        )
        return _page(year, subject_id, category, said, reason, 409)
    flash(
        _("The cell is to be checked after all.") if needed else _("The cell is marked as not needed."),
        "success",
    )
    return redirect(url_for("programme.cell", year=year, subject_id=subject_id, category=category), 303)


def _page(year: int, subject_id: int, category: str, error: str, reason: str, status: int) -> Answer:
    day, wrong = day_asked()
    head = head_of(year, day)
    made = board(head.year, head.programme, head.moment, current(), people=True)
    seen = look(made, subject_id, category, head.moment)
    stands = queries.not_needed(head.programme, head.moment).get(subject_id, {}).get(category)
    last = queries.cell_row(head.programme, subject_id, category, head.moment)
    page = render_template(
        "audits/programme/cell.html",
        seen=seen,
        stands=stands,
        based_on=last.id if last else "",
        error=error or wrong,
        reason=reason,
        as_of=day,
        frequencies={MONTHS[key]: word for key, word in FREQUENCIES.items()},
        CellState=CellState,
        **page_of(head, "grid"),
    )
    return page, 422 if wrong and status == 200 else status
