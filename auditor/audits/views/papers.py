"""Working papers: taken, brought back, looked at, taken over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import queries
from auditor.audits.forms import PaperForm
from auditor.audits.models import Audit
from auditor.audits.results import EDITABLE, State
from auditor.audits.views import bp
from auditor.audits.workingpaper import issuing, listing, returning
from auditor.audits.workingpaper.comparing import Choice
from auditor.audits.workingpaper.models import PaperUpload
from auditor.audits.workingpaper.words import paper_name
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import LANGUAGES, _, _l, current
from auditor.people import queries as people
from auditor.web import attachment, current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHOICES = {
    Choice.MINE: _l("The paper"),
    Choice.THEIRS: _l("What stands"),
    Choice.BOTH_MINE: _l("Both texts, result of the paper"),
    Choice.BOTH_THEIRS: _l("Both texts, result that stands"),
}


@dataclass(frozen=True)
class Door:
    """Where the pages of the papers of one audit are, and where they lead back to."""

    audit: Audit
    home: str  # endpoint of the page of the audit
    index: str  # endpoint of the list it stands in
    index_label: str
    papers: str  # endpoint of the page of its papers; the others are named after it
    after: str  # endpoint of the page to which taking a paper over leads
    key: str = "audit_id"  # what its id is called in addresses

    def to(self, step: str = "", upload_id: int | None = None) -> str:
        """Return the address of a page or an action."""
        return url_for(f"{self.papers}{step}", **self._ids(upload_id=upload_id))

    def _ids(self, **more: int | None) -> dict[str, Any]:
        return {self.key: self.audit.id, **more}

    @property
    def home_url(self) -> str:
        return url_for(self.home, **self._ids())

    @property
    def after_url(self) -> str:
        return url_for(self.after, **self._ids())

    @property
    def index_url(self) -> str:
        return url_for(self.index)

    @property
    def name(self) -> str:
        return str(paper_name(self.audit.kind))

    @property
    def title(self) -> str:
        moment = Moment.at(request_time())
        return queries.title(self.audit, queries.subject_name(self.audit.subject, moment, current()))

    @property
    def open(self) -> bool:
        return State(self.audit.current_state) in EDITABLE


@bp.get("/<int:audit_id>/papers")
@requires(Permission.AUDIT_CONDUCT)
def papers(audit_id: int) -> Answer:
    """Take a working paper, bring one back; what was taken and taken over."""
    return papers_page(_door(audit_id), PaperForm(formdata=None))


@bp.post("/<int:audit_id>/papers/take")
@requires(Permission.AUDIT_CONDUCT)
def papers_take(audit_id: int) -> Answer:
    return take(_door(audit_id))


@bp.post("/<int:audit_id>/papers")
@requires(Permission.AUDIT_CONDUCT)
def papers_bring(audit_id: int) -> Answer:
    return bring(_door(audit_id))


@bp.get("/<int:audit_id>/papers/<int:upload_id>")
@requires(Permission.AUDIT_CONDUCT)
def papers_preview(audit_id: int, upload_id: int) -> Answer:
    """What taking the paper over would change, and where somebody entered something meanwhile."""
    return preview(_door(audit_id), upload_id)


@bp.post("/<int:audit_id>/papers/<int:upload_id>/apply")
@requires(Permission.AUDIT_CONDUCT)
def papers_apply(audit_id: int, upload_id: int) -> Answer:
    return apply(_door(audit_id), upload_id)


@bp.post("/<int:audit_id>/papers/<int:upload_id>/discard")
@requires(Permission.AUDIT_CONDUCT)
def papers_discard(audit_id: int, upload_id: int) -> Answer:
    return discard(_door(audit_id), upload_id)


def _door(audit_id: int) -> Door:
    audit = queries.audit_for(current_actor(), audit_id, Permission.AUDIT_CONDUCT, request_time())
    return Door(audit, "audits.show", "audits.index", str(_("Audits")), "audits.papers", "audits.show")


def papers_page(door: Door, form: PaperForm) -> str:
    """Return the page from which papers are taken and to which they come back."""
    held = listing.papers_of(door.audit, current_actor(), request_time())
    return render_template(
        "audits/papers/index.html", door=door, form=form, papers=held, languages=LANGUAGES, now=request_time(),
        kept_days=issuing.KEPT.days, waits_days=returning.KEPT.days,
    )  # fmt: skip


def take(door: Door) -> Answer:
    """Send a working paper in the language asked for."""
    language = request.form.get("language", "")
    language = language if language in LANGUAGES else current()
    form = PaperForm(formdata=None)
    try:
        _paper, content = issuing.issue(current_actor(), request_time(), door.audit, language)
    except RuleBroken as broken:
        form.file.errors = [str(broken)]
        return papers_page(door, form), 422
    subject = queries.subject_name(door.audit.subject, Moment.at(request_time()), language)
    sent: Response = attachment(content, issuing.file_name(door.audit, subject, language), XLSX)
    return sent


def bring(door: Door) -> Answer:
    """Take a file back and lead to what it would change."""
    form = PaperForm()
    if not form.validate():
        return papers_page(door, form), 422
    upload = form.file.data
    try:
        staged = returning.stage(
            current_actor(), request_time(), door.audit, upload.read(), upload.filename or ""
        )
    except RuleBroken as broken:
        form.file.errors = [str(broken)]
        return papers_page(door, form), 422
    return redirect(door.to("_preview", upload_id=staged.id), 303)


def preview(door: Door, upload_id: int) -> Answer:
    """Show an upload against what stands."""
    upload = returning.upload_for(current_actor(), door.audit, upload_id, request_time())
    if upload.applied_id is not None:
        return _again(door)
    return _preview_page(door, upload)


def apply(door: Door, upload_id: int) -> Answer:
    """Take an upload over; where something was entered since it was shown, show it again (409)."""
    actor, at = current_actor(), request_time()
    upload = returning.upload_for(actor, door.audit, upload_id, at)
    choices = _choices()
    try:
        applied = returning.apply(actor, at, door.audit, upload, request.form.get("digest", ""), choices)
    except returning.AppliedBefore:
        return _again(door)
    except returning.PlanChanged:
        return _preview_page(door, upload, choices, stale=True), 409
    except RuleBroken as broken:
        return _preview_page(door, upload, choices, error=broken), 422
    flash(
        _("The working paper was taken over: %(changed)s items changed, %(kept)s left as they stand.",
          changed=applied.changed, kept=applied.kept),
        "success",
    )  # fmt: skip
    return redirect(door.after_url, 303)


def discard(door: Door, upload_id: int) -> Answer:
    """Throw an upload away."""
    upload = returning.upload_for(current_actor(), door.audit, upload_id, request_time())
    returning.discard(upload)
    flash(_("The upload was discarded. Nothing was changed."), "success")
    return redirect(door.to(), 303)


def _again(door: Door) -> BaseResponse:
    flash(_("This file has already been taken over. Nothing was done a second time."), "info")
    return redirect(door.to(), 303)


def _choices() -> dict[int, Choice]:
    """Return by item what was chosen; one choice for all stands where an item has none of its own."""
    known = {choice.value: choice for choice in Choice}
    chosen = {}
    for name, value in request.form.items():
        mark, _dash, item = name.partition("-")
        if mark == "choice" and item.isascii() and item.isdigit() and len(item) < 10 and value in known:
            chosen[int(item)] = known[value]
    return chosen


def _preview_page(
    door: Door,
    upload: PaperUpload,
    choices: dict[int, Choice] | None = None,
    stale: bool = False,
    error: RuleBroken | None = None,
) -> str:
    at = request_time()
    moment = Moment.at(at)
    plan = returning.plan_of(door.audit, upload, at)
    before = returning.earlier(upload)
    paper = upload.paper
    return render_template(
        "audits/papers/preview.html", door=door, upload=upload, plan=plan, choices=choices or {}, stale=stale,
        error=str(error) if error else "", error_item=error.field if error else None, words=CHOICES,
        writers=listing.writers(plan, moment), earlier=before, paper=paper,
        issued_to=people.name(paper.issued_to_id, moment),
    )  # fmt: skip
