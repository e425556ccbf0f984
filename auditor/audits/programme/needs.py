"""What a year asks for: which controls are checked on each subject, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from auditor import db
from auditor.audits.programme.coverage import MONTHS_OF_YEAR, Code, Need, times_asked
from auditor.audits.programme.units import Planned, day_of_plan
from auditor.calendars import FiscalYear
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Applicability, Category, Control
from auditor.catalogue.words import MONTHS
from auditor.dated import Moment
from auditor.language import pick


@dataclass(frozen=True)
class Asked:
    """A control in use: where it stands in the catalogue and how often it is due."""

    code: Code
    category: str
    target: str
    every: int  # months
    title: str


@dataclass(frozen=True)
class Demand:
    """The controls in use by kind of subject, their categories, and what does not apply where."""

    categories: Mapping[str, str] = field(default_factory=dict)  # title by key, in the catalogue's order
    by_kind: Mapping[str, list[Asked]] = field(default_factory=dict)
    excluded: Mapping[int, Mapping[Code, str]] = field(default_factory=dict)  # by subject: the reason

    def asked_of(self, subject_id: int, kind: str) -> list[Asked]:
        """Return the controls that are checked on the subject."""
        without = self.excluded.get(subject_id, {})
        return [one for one in self.by_kind.get(kind, []) if one.code not in without]

    def needs(self, planned: Planned, year: FiscalYear) -> list[Need]:
        """Return what the year asks for on the subject; less, where the subject came into being during it."""
        left = year.months - months_before(planned.first, year)
        return [
            Need(one.code, one.category, times_asked(one.every, left), one.every)
            for one in self.asked_of(planned.id, planned.subject.kind)
        ]

    def left_out(self, planned: Planned) -> dict[str, str]:
        """Return the reason by category where controls of it do not apply to the subject."""
        without = self.excluded.get(planned.id, {})
        return {
            one.category: without[one.code]
            for one in self.by_kind.get(planned.subject.kind, [])
            if one.code in without
        }

    def titles(self) -> dict[Code, str]:
        """Return the title of each control."""
        return {one.code: one.title for found in self.by_kind.values() for one in found}


def months_before(first: date, year: FiscalYear) -> int:
    """Return how many months of the year lie before the month of ``first``."""
    if first <= year.first:
        return 0
    gone = (first.year - year.first.year) * MONTHS_OF_YEAR + first.month - year.first.month
    return min(gone, year.months - 1)


def demand(year: FiscalYear, moment: Moment) -> Demand:
    """Return what the catalogues in use in the year ask for: four queries."""
    then = day_of_plan(year, moment)
    versions = catalogue.versions_in_use(then)
    order = {version.id: place for place, version in enumerate(versions)}
    catalogues = {version.id: version.catalogue_id for version in versions}
    headings = Category.select().where(Category.version.in_(list(order)))
    kept = sorted(headings, key=lambda row: (order[row.version_id], row.position))
    keys = {row.id: row.key for row in kept}
    place = {row.id: place for place, row in enumerate(kept)}
    titles: dict[str, str] = {}
    for row in kept:
        titles.setdefault(row.key, pick(row, "title"))
    controls = Control.select(
        Control.version, Control.category, Control.code, Control.target, Control.frequency,
        Control.title_ja, Control.title_en, Control.position,
    ).where(Control.version.in_(list(order)))  # fmt: skip
    by_kind: dict[str, list[Asked]] = {}
    for control in sorted(controls, key=lambda row: (place[row.category_id], row.position)):
        asked = Asked(
            (catalogues[control.version_id], control.code),
            keys[control.category_id],
            control.target,
            MONTHS.get(control.frequency, MONTHS_OF_YEAR),
            pick(control, "title"),
        )
        by_kind.setdefault(control.target, []).append(asked)
    return Demand(titles, by_kind, _excluded(catalogues.values(), then))


def _excluded(catalogues: Iterable[int], then: Moment) -> dict[int, dict[Code, str]]:
    wanted = Applicability.standing(then, Applicability.catalogue.in_(list(set(catalogues))))
    rows = db.tuples(
        wanted.select(
            Applicability.subject, Applicability.catalogue, Applicability.code, Applicability.reason
        ).where(~Applicability.applies)
    )
    found: dict[int, dict[Code, str]] = {}
    for subject_id, catalogue_id, code, reason in rows:
        found.setdefault(subject_id, {})[catalogue_id, code] = reason
    return found
