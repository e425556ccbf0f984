"""Working papers of self-inspections, for who answers away from a browser; the pages are those of audits."""

from __future__ import annotations

from auditor.access import Permission, requires
from auditor.audits.forms import PaperForm
from auditor.audits.inspections import queries
from auditor.audits.views import papers as pages
from auditor.audits.views.inspections import bp
from auditor.audits.views.papers import Answer, Door
from auditor.errors import Forbidden, NotFound
from auditor.language import _
from auditor.web import current_actor, request_time


@bp.get("/<int:inspection_id>/papers")
@requires(Permission.INSPECTION_ANSWER)
def papers(inspection_id: int) -> Answer:
    """Take a working paper, bring one back; what was taken and taken over."""
    return pages.papers_page(_door(inspection_id), PaperForm(formdata=None))


@bp.post("/<int:inspection_id>/papers/take")
@requires(Permission.INSPECTION_ANSWER)
def papers_take(inspection_id: int) -> Answer:
    return pages.take(_door(inspection_id))


@bp.post("/<int:inspection_id>/papers")
@requires(Permission.INSPECTION_ANSWER)
def papers_bring(inspection_id: int) -> Answer:
    return pages.bring(_door(inspection_id))


@bp.get("/<int:inspection_id>/papers/<int:upload_id>")
@requires(Permission.INSPECTION_ANSWER)
def papers_preview(inspection_id: int, upload_id: int) -> Answer:
    """What taking the paper over would change, and where somebody answered something meanwhile."""
    return pages.preview(_door_of_upload(inspection_id), upload_id)


@bp.post("/<int:inspection_id>/papers/<int:upload_id>/apply")
@requires(Permission.INSPECTION_ANSWER)
def papers_apply(inspection_id: int, upload_id: int) -> Answer:
    return pages.apply(_door_of_upload(inspection_id), upload_id)


@bp.post("/<int:inspection_id>/papers/<int:upload_id>/discard")
@requires(Permission.INSPECTION_ANSWER)
def papers_discard(inspection_id: int, upload_id: int) -> Answer:
    return pages.discard(_door_of_upload(inspection_id), upload_id)


def _door(inspection_id: int) -> Door:
    actor, at = current_actor(), request_time()
    audit = queries.inspection_for(actor, inspection_id, Permission.INSPECTION_ANSWER, at)
    return Door(
        audit, "inspections.show", "inspections.index", str(_("Self-inspections")), "inspections.papers",
        after="inspections.submit", key="inspection_id",
    )  # fmt: skip


def _door_of_upload(inspection_id: int) -> Door:
    """Where who may not answer has brought nothing back, there is nothing of theirs to see."""
    try:
        return _door(inspection_id)
    except Forbidden:
        raise NotFound from None
