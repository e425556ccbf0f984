"""Compares a roster file with the database and plans what applying it would write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from auditor.dated import Moment
from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.people.names import display_name, search_key, sort_key
from auditor.people.plan import Change, Fate, Planned, RosterPlan, Rows
from auditor.people.registered import EmploymentStep, Post, Registered, registered
from auditor.people.roster_rows import PersonRow, RosterFile
from auditor.people.steps import employment_steps, first_day, leaving_day
from auditor.people.unit_planning import plan_units

_NAME_COLUMNS = {  # column of ours: field of the row, columns of the file of which one must be there
    "family_name": ("family_name", ("family_name", "full_name")),
    "given_name": ("given_name", ("given_name", "full_name", "family_name")),
    "family_kana": ("family_kana", ("family_kana", "full_kana")),
    "given_kana": ("given_kana", ("given_kana", "full_kana", "family_kana")),
    "romanised": ("roman_name", ("roman_name",)),
    "email": ("email", ("email",)),
    "language": ("language", ("language",)),
}


def plan_roster(file: RosterFile, effective_from: date, whole: bool, at: datetime) -> RosterPlan:
    """Return what applying ``file`` from ``effective_from`` (発令日) on would change; writes nothing.

    Only with ``whole`` are persons and departments that the file does not name taken as gone.
    A file with errors is planned too, so that the preview can be seen; it cannot be applied.
    """
    known = registered(Moment(effective_from, at))
    rows = Rows()
    units = plan_units(file, effective_from, whole, known, rows)
    names = {code: known.department_name(unit) for code, unit in known.departments.items()}
    names |= {unit.code: unit.name for unit in file.departments}
    names |= {unit.key: unit.name for unit in units if unit.key not in names}
    planner = _PersonPlanner(effective_from, known, rows, names)
    persons = [planner.plan(row) for row in file.persons]
    if whole and file.person_rows:
        persons += [planner.leave(number) for number in _missing(file, known)]
    planner.vacate_heads(file)
    return RosterPlan(
        file=file,
        effective_from=effective_from,
        whole=whole,
        persons=tuple(persons),
        departments=tuple(units),
        rows=rows,
        working_before=sum(known.is_working(person_id) for person_id in known.persons.values()),
    )


def _missing(file: RosterFile, known: Registered) -> list[str]:
    """Return who works here and is not in the file; outside persons stand on no personnel roster."""
    found = []
    for number, person_id in known.persons.items():
        step = known.employment_on(person_id, known.moment.day)
        if step is None or step.status == "left" or step.kind == EmploymentKind.OUTSIDE.value:
            continue
        if number not in file.numbers_seen:
            found.append(number)
    return sorted(found)


class _PersonPlanner:
    """Plans person by person, adding the rows to write to ``rows``."""

    def __init__(
        self, effective: date, known: Registered, rows: Rows, department_names: Mapping[str, str]
    ) -> None:
        self.effective = effective
        self.known = known
        self.rows = rows
        self.department_names = department_names
        self.leaving: dict[str, date] = {}

    def plan(self, row: PersonRow) -> Planned:
        """Plan one row of the file."""
        name = display_name(row.family_name, row.given_name)
        reading = display_name(row.family_kana, row.given_kana)
        here = Planned(Fate.UNCHANGED, row.number, name, reading, row.source.row)
        person_id = self.known.persons.get(row.number)
        history = self.known.employments.get(person_id, []) if person_id else []
        gone = leaving_day(row, self.effective)
        if person_id is None and gone is not None and gone <= self.effective:
            return replace(here, fate=Fate.PASSED_OVER)
        steps = employment_steps(row, self.effective, history)
        self._employ(row.number, person_id, steps)
        leaves = any(step.status == EmploymentStatus.LEFT.value for step in steps)
        is_new = person_id is None
        if is_new:
            self.rows.new_persons.append(row.number)
        changes = self._names(row, person_id)
        if not (gone is not None and gone <= self.effective):
            changes += self._posts(row, person_id)
        changes += [self._step_change(row, step, history) for step in steps]
        if leaves and gone is not None:
            self._end_posts(row.number, person_id, gone)
            self.leaving[row.number] = gone
        return replace(here, fate=self._fate(is_new, leaves, changes), changes=tuple(changes))

    def leave(self, number: str) -> Planned:
        """Plan that a person who is not in the whole roster leaves on its day."""
        person_id = self.known.persons[number]
        step = self.known.employment_on(person_id, self.effective)
        row = self.known.names.get(person_id, {})
        left = EmploymentStatus.LEFT.value
        if step is not None:
            self._employ(number, person_id, [EmploymentStep(self.effective, step.kind, left)])
        self._end_posts(number, person_id, self.effective)
        self.leaving[number] = self.effective
        return Planned(
            Fate.LEFT,
            number,
            display_name(row.get("family_name") or "", row.get("given_name") or ""),
            display_name(row.get("family_kana") or "", row.get("given_kana") or ""),
            changes=(Change("status", step.status if step else "", left),),
            in_file=False,
        )

    def vacate_heads(self, file: RosterFile) -> None:
        """Leave no department to a head who leaves, unless the file itself names one."""
        planned = {row["department"] for row in self.rows.heads}
        for department_id, person_id in self.known.heads.items():
            number = self.known.numbers.get(person_id or 0, "")
            code = self.known.codes[department_id]
            if number in self.leaving and code not in planned:
                row = {"department": code, "person": None, "valid_from": self.leaving[number]}
                self.rows.heads.append({**row, "replaces": self.known.head_tip.get(department_id)})

    @staticmethod
    def _fate(is_new: bool, leaves: bool, changes: list[Change]) -> Fate:
        if is_new:
            return Fate.ADDED
        if leaves:
            return Fate.LEFT
        if any(change.field == "departments" for change in changes):
            return Fate.MOVED
        return Fate.CHANGED if changes else Fate.UNCHANGED

    def _employ(self, number: str, person_id: int | None, steps: list[EmploymentStep]) -> None:
        before = self.known.employment_tip.get(person_id or 0)
        for place, step in enumerate(steps):
            self.rows.employments.append(
                {
                    "person": number,
                    "kind": step.kind,
                    "status": step.status,
                    "valid_from": step.day,
                    # Only the first row of a person continues what was there; a batch has no ids to name yet.
                    "replaces": before if place == 0 else None,
                }
            )

    def _step_change(self, row: PersonRow, step: EmploymentStep, history: list[EmploymentStep]) -> Change:
        before = [known for known in history if known.day <= step.day]
        old = before[-1] if before else None
        field = "status" if old is None or old.status != step.status else "kind"
        at = "left_on" if step.status == EmploymentStatus.LEFT.value else field
        new, was = getattr(step, field), getattr(old, field) if old else ""
        since = step.day if step.day != self.effective else None
        return Change(field, was, new, row.source.cell(at), since)

    def _names(self, row: PersonRow, person_id: int | None) -> list[Change]:
        known = self.known.names.get(person_id or 0)
        values: dict[str, Any] = {}
        changes = []
        for ours, (theirs, columns) in _NAME_COLUMNS.items():
            old = (known or {}).get(ours) or ""
            given = any(column in row.source.columns for column in columns)
            new = getattr(row, theirs) if given else old
            if ours == "language":
                new = new or old or "ja"
            values[ours] = new or (None if ours in ("email", "romanised") else "")
            if known is not None and new != old:
                at = next((column for column in columns if column in row.source.columns), theirs)
                changes.append(Change(ours, old, new, row.source.cell(at)))
        if known is None or changes:
            keyed = with_keys(values, row.number)
            replaces = self.known.name_tip.get(person_id or 0)
            day = first_day(row, self.effective) if person_id is None else self.effective
            self.rows.names.append({"person": row.number, **keyed, "valid_from": day, "replaces": replaces})
        return changes

    def _posts(self, row: PersonRow, person_id: int | None) -> list[Change]:
        held = {
            self.known.codes[post.department_id]: post for post in self.known.posts.get(person_id or 0, [])
        }
        wanted = self._wanted(row, held)
        day = first_day(row, self.effective) if person_id is None else self.effective
        for code, (main, title) in wanted.items():
            old = held.get(code)
            if old is None or (old.main, old.title) != (main, title):
                self._member(row.number, person_id, code, day, held=True, main=main, post=title)
        for code, old in held.items():
            if code not in wanted:
                self._member(row.number, person_id, code, day, held=False, main=old.main, post=old.title)
        return self._post_changes(row, held, wanted)

    @staticmethod
    def _wanted(row: PersonRow, held: Mapping[str, Post]) -> dict[str, tuple[bool, str]]:
        """Return the posts that the row means to be held: code → (main, title); main first."""
        columns = row.source.columns
        wanted: dict[str, tuple[bool, str]] = {}
        main = row.department_code or row.department_name[:40]
        if main:
            old = held.get(main)
            title = row.post if "post" in columns else old.title if old else ""
            wanted[main] = (True, title)
        if not any(column.startswith("also_") for column in columns):
            others = {code: (False, post.title) for code, post in held.items() if not post.main}
            return {**others, **wanted}
        for post in row.concurrent:
            wanted.setdefault(post.department_code or post.department_name[:40], (False, post.post))
        return wanted

    def _post_changes(
        self, row: PersonRow, held: Mapping[str, Post], wanted: Mapping[str, tuple[bool, str]]
    ) -> list[Change]:
        before = {code: post.main for code, post in held.items()}
        after = {code: main for code, (main, _title) in wanted.items()}
        if before != after:
            cell = row.source.cell(
                "department_code" if "department_code" in row.source.columns else "department_name"
            )
            return [Change("departments", self._listed(before), self._listed(after), cell)]
        changes = []
        for code, (main, title) in wanted.items():
            if held[code].title != title:
                at = "post" if main else "also_post_1"
                changes.append(Change("post", held[code].title, title, row.source.cell(at)))
        return changes

    def _listed(self, posts: Mapping[str, bool]) -> str:
        ordered = sorted(posts.items(), key=lambda post: (not post[1], post[0]))
        return "、".join(
            self.department_names.get(code, code) + ("" if main else "（兼務）") for code, main in ordered
        )

    def _end_posts(self, number: str, person_id: int | None, day: date) -> None:
        planned = {row["department"] for row in self.rows.memberships[-20:] if row["person"] == number}
        for post in self.known.posts.get(person_id or 0, []):
            code = self.known.codes[post.department_id]
            if code not in planned:
                self._member(number, person_id, code, day, held=False, main=post.main, post=post.title)

    def _member(self, number: str, person_id: int | None, code: str, day: date, **values: Any) -> None:
        key = (person_id or 0, self.known.departments.get(code, 0))
        self.rows.memberships.append(
            {
                "person": number,
                "department": code,
                "valid_from": day,
                **values,
                "replaces": self.known.post_tip.get(key),
            }
        )


def with_keys(values: Mapping[str, Any], number: str) -> dict[str, Any]:
    """Return the values of a person's details with the keys by which they are found and sorted."""
    parts = [
        (values["family_name"] or "") + (values["given_name"] or ""),
        (values["family_kana"] or "") + (values["given_kana"] or ""),
        values["romanised"] or "",
        number,
        values["email"] or "",
    ]
    kana = (values["family_kana"] or "") + "\u3000" + (values["given_kana"] or "")
    return {
        **values,
        "search_key": "|".join(search_key(part) for part in parts)[:500],
        "sort_key": sort_key(kana or parts[0])[:200],
    }
