"""Which controls an audit of a subject checks, and which it leaves out since they do not apply there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from auditor.audits.models import Audit, AuditLeftOut
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Applicability, CatalogueVersion, Category, Control, Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _l, pick


@dataclass(frozen=True)
class LeftOut:
    """A control that does not apply to the subject, and the statement that says so."""

    control: Control
    said: Applicability

    @property
    def reason(self) -> str:
        return str(self.said.reason)

    @property
    def since(self) -> date:
        """The day from which it does not apply."""
        return self.said.valid_from


@dataclass(frozen=True)
class Fitting:
    """The controls of a version that are checked on this kind of subject: those that apply, and those left out."""

    controls: list[Control] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def fitting(version_id: int, subject: Subject, moment: Moment) -> Fitting:
    """Return the controls of the version that fit the subject at ``moment``, in their order: three queries."""
    return fittings(version_id, [subject], moment)[subject.id]


def fittings(version_id: int, subjects: Iterable[Subject], moment: Moment) -> dict[int, Fitting]:
    """Return the same for many subjects, by their id: two queries, and one a kind of subject."""
    wanted = list(subjects)
    version = CatalogueVersion.get_or_none(CatalogueVersion.id == version_id)
    if version is None:
        return {one.id: Fitting() for one in wanted}
    said = catalogue.not_applying(version.catalogue_id, [one.id for one in wanted], moment)
    every = {kind: fitting_controls(version_id, kind) for kind in {one.kind for one in wanted}}
    return {one.id: _parted(every[one.kind], said.get(one.id, {})) for one in wanted}


def _parted(controls: list[Control], said: Mapping[str, Applicability]) -> Fitting:
    return Fitting(
        [one for one in controls if one.code not in said],
        [LeftOut(one, said[one.code]) for one in controls if one.code in said],
    )


def fitting_controls(version_id: int, kind: str) -> list[Control]:
    """Return the controls of the version that are checked on a subject of this kind, in their order."""
    query = (
        Control.select(Control, Category)
        .join(Category)
        .where(Control.version == version_id, Control.target == kind)
        .order_by(Category.position, Control.position, Control.id)
    )
    return list(query)


def chosen(found: Fitting, control_ids: Collection[int]) -> list[Control]:
    """Return the controls chosen, in their order.

    Raises RuleBroken for none, for one that does not apply to the subject, with the reason, and for one that
    does not fit it.
    """
    wanted = set(control_ids)
    kept = [one for one in found.controls if one.id in wanted]
    for one in found.left_out:
        if one.control.id in wanted:
            raise RuleBroken(
                _(
                    "%(code)s %(control)s does not apply to this subject since %(day)s: %(reason)s Take it out, "
                    "or change first, on the page of the control, that it does not apply.",
                    code=one.control.code,
                    control=pick(one.control, "title"),
                    day=one.since.isoformat(),
                    reason=one.reason,
                ),
                "controls",
            )
    if not kept:
        raise RuleBroken(_l("Choose at least one control."), "controls")
    if len(kept) != len(wanted):
        raise RuleBroken(
            _l("Some of the controls do not fit this subject. Choose the controls again."), "controls"
        )
    return kept


def record(audit: Audit, left_out: Sequence[LeftOut]) -> None:
    """Write, inside the running action, which controls are no items and why."""
    AuditLeftOut.add_many(
        {"audit": audit.id, "control": one.control.id, "said": one.said.id} for one in left_out
    )


def recorded(audit_id: int) -> list[LeftOut]:
    """Return what was left out of an audit when it was assigned, in the catalogue's order: one query."""
    query = (
        AuditLeftOut.select(AuditLeftOut, Control, Applicability)
        .join(Control)
        .switch(AuditLeftOut)
        .join(Applicability)
        .where(AuditLeftOut.audit == audit_id)
        .order_by(AuditLeftOut.id)
    )
    return [LeftOut(row.control, row.said) for row in query]
