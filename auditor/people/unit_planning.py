"""Compares the departments of a roster file with the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from auditor.people.kinds import UnitLevel
from auditor.people.plan import Change, Fate, Planned, Rows
from auditor.people.registered import Registered
from auditor.people.roster_rows import DepartmentRow, RosterFile

_COLUMNS = {"name": "name", "name_en": "name_en", "kind": "kind", "level": "kind", "parent": "parent_code", "site": "site"}  # fmt: skip


def plan_units(
    file: RosterFile, effective: date, whole: bool, known: Registered, rows: Rows
) -> list[Planned]:
    """Return what the file means for each department, and add the rows to write to ``rows``."""
    planned = [_plan(unit, effective, known, rows) for unit in file.departments]
    planned += _named_by_persons_only(file, effective, known, rows)
    for unit in file.departments:
        _plan_head(unit, file, effective, known, rows)
    if whole and file.department_rows:
        listed = {unit.code for unit in file.departments}
        planned += [
            _close(code, effective, known, rows)
            for code, unit_id in sorted(known.departments.items())
            if code not in listed and known.details.get(unit_id, {}).get("active")
        ]
    return planned


def _plan(unit: DepartmentRow, effective: date, known: Registered, rows: Rows) -> Planned:
    unit_id = known.departments.get(unit.code)
    old = known.details.get(unit_id or 0)
    new = _values(unit, old, known)
    if old is None:
        if unit_id is None:
            rows.new_departments.append(unit.code)
        changes: list[Change] = []
    else:
        was = {**old, "parent": known.codes.get(old["parent"] or 0, "")}
        changes = [
            Change(
                "unit_kind" if name == "kind" else name,
                _shown(was[name]),
                _shown(new[name]),
                unit.source.cell(_COLUMNS.get(name, "code")),
            )
            for name in new
            if was[name] != new[name]
        ]
    if old is None or changes:
        tip = known.detail_tip.get(unit_id or 0)
        rows.details.append({"department": unit.code, **new, "valid_from": effective, "replaces": tip})
    fate = Fate.ADDED if old is None else Fate.CHANGED if changes else Fate.UNCHANGED
    return Planned(fate, unit.code, unit.name, unit.name_en, unit.source.row, tuple(changes))


def _values(unit: DepartmentRow, old: dict[str, Any] | None, known: Registered) -> dict[str, Any]:
    """Return the values to stand; what the file has no column for stays as it is."""

    def given(column: str, value: Any, name: str, default: Any) -> Any:
        if column in unit.source.columns:
            return value
        return old[name] if old else default

    old_parent = known.codes.get(old["parent"] or 0, "") if old else ""
    level = unit.level.value if unit.level else (old["level"] if old else UnitLevel.DEPARTMENT.value)
    return {
        "name": unit.name,
        "name_en": given("name_en", unit.name_en, "name_en", ""),
        "kind": given("kind", unit.kind, "kind", ""),
        "level": level,
        "parent": unit.parent_code if "parent_code" in unit.source.columns else old_parent,
        "site": given("site", unit.site, "site", ""),
        "active": True,
    }


def _plan_head(unit: DepartmentRow, file: RosterFile, effective: date, known: Registered, rows: Rows) -> None:
    """Plan who is responsible; a number that belongs to nobody was warned of and changes nothing."""
    if "head_number" not in unit.source.columns:
        return
    unit_id = known.departments.get(unit.code, 0)
    current = known.numbers.get(known.heads.get(unit_id) or 0, "")
    exists = unit.head_number in file.numbers_seen or unit.head_number in known.persons
    if unit.head_number == current or (unit.head_number and not exists):
        return
    rows.heads.append(
        {
            "department": unit.code,
            "person": unit.head_number or None,
            "valid_from": effective,
            "replaces": known.head_tip.get(unit_id),
        }
    )


def _named_by_persons_only(file: RosterFile, effective: date, known: Registered, rows: Rows) -> list[Planned]:
    """Add the departments of a first roster without a departments sheet: code and name as the persons give them."""
    listed = {unit.code for unit in file.departments} | known.departments.keys()
    found: dict[str, tuple[str, int]] = {}
    for person in file.persons:
        posts = [(person.department_code, person.department_name)]
        posts += [(post.department_code, post.department_name) for post in person.concurrent]
        for code, name in posts:
            key = code or name[:40]
            if key and key not in listed:
                found.setdefault(key, (name or code, person.source.row))
    for code, (name, _row) in found.items():
        rows.new_departments.append(code)
        rows.details.append(
            {
                "department": code, "name": name, "name_en": "", "kind": "", "level": UnitLevel.DEPARTMENT.value,
                "parent": "", "site": "", "active": True, "valid_from": effective, "replaces": None,
            }
        )  # fmt: skip
    return [Planned(Fate.ADDED, code, name, row=row) for code, (name, row) in found.items()]


def _close(code: str, effective: date, known: Registered, rows: Rows) -> Planned:
    unit_id = known.departments[code]
    old = known.details[unit_id]
    kept = {name: old[name] for name in ("name", "name_en", "kind", "level", "site")}
    rows.details.append(
        {
            "department": code, **kept, "parent": known.codes.get(old["parent"] or 0, ""), "active": False,
            "valid_from": effective, "replaces": known.detail_tip.get(unit_id),
        }
    )  # fmt: skip
    change = Change("active", _shown(True), _shown(False))
    return Planned(Fate.LEFT, code, old["name"], changes=(change,), in_file=False)


def _shown(value: Any) -> str:
    return {True: "○", False: "×"}.get(value, "") if isinstance(value, bool) else str(value or "")
