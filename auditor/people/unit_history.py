"""The history of one department: names, places in the hierarchy, heads, closing; from which day each holds."""

from __future__ import annotations

from auditor.dated import DatedRow, Moment
from auditor.language import _
from auditor.people import queries
from auditor.people.histories import Entry
from auditor.people.kinds import UNIT_LEVEL_LABELS, UnitLevel
from auditor.people.models import DepartmentDetail, DepartmentHead


def of_department(department_id: int, moment: Moment, language: str) -> list[Entry]:
    """Return what was recorded about the department up to the instant, newest day first: five queries."""
    rows = list(
        DepartmentDetail.select()
        .where(DepartmentDetail.department == department_id, DepartmentDetail.recorded_at <= moment.instant)
        .order_by(DepartmentDetail.valid_from, DepartmentDetail.recorded_at, DepartmentDetail.id)
    )
    heads = list(
        DepartmentHead.select().where(
            DepartmentHead.department == department_id, DepartmentHead.recorded_at <= moment.instant
        )
    )
    units = queries.tree(moment)
    names = queries.names([row.recorded_by for row in (*rows, *heads)], moment)
    named = queries.names([row.person_id for row in heads], moment)
    told: list[tuple[DatedRow, str]] = [
        (row, _changed(before, row, units, language))
        for before, row in zip([None, *rows], rows, strict=False)
    ]
    told += [
        (row, str(_("Department head: %(name)s", name=named.get(row.person_id or 0, "") or _("vacant"))))
        for row in heads
    ]
    told.sort(key=lambda pair: (pair[0].valid_from, pair[0].recorded_at, pair[0].id), reverse=True)
    return [
        Entry(
            row.valid_from, row.recorded_at, names.get(row.recorded_by or 0, ""), what,
            row.valid_from > moment.day,
        )
        for row, what in told
    ]  # fmt: skip


def _changed(
    before: DepartmentDetail | None, row: DepartmentDetail, units: queries.Tree, language: str
) -> str:
    """Return in words what a row says that the one before it did not."""
    said = []
    if before is not None and before.active != row.active:
        said.append(str(_("Opened again") if row.active else _("Closed")))
    if before is None or before.name != row.name:
        said.append(str(_("Name: %(name)s", name=row.name)))
    if before is not None and before.name_en != row.name_en:
        said.append(str(_("Name in English: %(name)s", name=row.name_en or "–")))
    if before is None or before.parent_id != row.parent_id:
        above = units.name(row.parent_id, language) or _("none")
        said.append(str(_("Superior department: %(name)s", name=above)))
    if before is not None and before.level != row.level:
        said.append(str(_("Size of the unit: %(name)s", name=UNIT_LEVEL_LABELS[UnitLevel(row.level)])))
    if before is not None and before.kind != row.kind:
        said.append(str(_("Kind of unit: %(name)s", name=row.kind or "–")))
    if before is not None and before.site != row.site:
        said.append(str(_("Site: %(name)s", name=row.site or "–")))
    return str(_("; ")).join(said) or str(_("Recorded again without a change"))
