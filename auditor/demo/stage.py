"""What the scenes of the demo share: the calendar, the chronicle, and who and what is meant by a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from auditor import db
from auditor.access import NOBODY, Actor
from auditor.accounts.queries import actor_for
from auditor.catalogue.models import Catalogue, CatalogueVersion, Control, Subject
from auditor.demo.calendar import Calendar
from auditor.demo.chronicle import Chronicle
from auditor.people.models import Department, Person

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DATA = Path(__file__).parent / "data"
CONTROLS = "personal-information-jp"


def told(name: str) -> Any:
    """Return what ``data/NAME.yaml`` tells."""
    text = (DATA / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # it constructs what YAML knows, and nothing else  # noqa: S506  # nosec B506


@dataclass
class Stage:
    """The company while its years are made."""

    calendar: Calendar
    evidence: Path
    chronicle: Chronicle = field(default_factory=Chronicle)
    numbers: dict[str, str] = field(default_factory=dict)  # key of an audit or finding: its number
    _actors: dict[tuple[str, bool], Actor] = field(default_factory=dict)
    _persons: dict[str, int] = field(default_factory=dict)

    def on(self, story: date, step: Callable[[datetime], None], hour: int = 10, minute: int = 0) -> None:
        """Have ``step`` happen on a business day of the story."""
        self.chronicle.add(self.calendar.at(story, hour, minute), step)

    def person(self, number: str) -> int:
        """Return the id of whoever has this employee number."""
        if number not in self._persons:
            self._persons = dict(db.tuples(Person.select(Person.employee_number, Person.id)))
        return self._persons[number]

    def department(self, code: str) -> int:
        found: int = Department.get(Department.code == code).id
        return found

    def subject(self, code: str) -> Subject:
        found: Subject = Subject.get(Subject.code == code)
        return found

    def actor(self, number: str, at: datetime) -> Actor:
        """Return the person as actor; looked up once before and once after the roster of the second half."""
        late = at >= self.calendar.at(date(2026, 10, 5))
        if (number, late) not in self._actors:
            found = actor_for(self.person(number), at)
            if found == NOBODY:
                return found  # not yet, or no more
            self._actors[number, late] = found
        return self._actors[number, late]

    def forget_actors(self) -> None:
        """Look everybody up again: roles were granted."""
        self._actors.clear()

    def fill(self, text: str) -> str:
        """Return ``text`` with the numbers of audits and findings in the place of ``{key}``."""
        for key, number in self.numbers.items():
            text = text.replace("{" + key + "}", number)
        return text

    @cached_property
    def version(self) -> CatalogueVersion:
        found: CatalogueVersion = (
            CatalogueVersion.select().join(Catalogue).where(Catalogue.key == CONTROLS).get()
        )
        return found

    @cached_property
    def controls(self) -> dict[str, int]:
        """The ids of the controls by their codes."""
        rows = Control.select(Control.code, Control.id).where(Control.version == self.version)
        return dict(db.tuples(rows))
