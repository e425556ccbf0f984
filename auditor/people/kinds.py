"""How a person works for the company, in which state, and what size a unit has."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.language import _l

if TYPE_CHECKING:
    from flask_babel import LazyString


class EmploymentKind(StrEnum):
    """On what footing a person works here; all of these are workers (従業者) of the Act."""

    REGULAR = "regular"
    CONTRACT = "contract"
    PART_TIME = "part_time"
    DISPATCHED = "dispatched"
    SECONDED_IN = "seconded_in"
    SECONDED_OUT = "seconded_out"
    OFFICER = "officer"
    OUTSIDE = "outside"

    @property
    def label(self) -> LazyString:
        """The words for a screen, in the language of whoever reads them."""
        return EMPLOYMENT_KIND_LABELS[self]


class EmploymentStatus(StrEnum):
    """Whether a person is at work, on leave, or has left."""

    ACTIVE = "active"
    ON_LEAVE = "on_leave"
    LEFT = "left"

    @property
    def label(self) -> LazyString:
        """The words for a screen, in the language of whoever reads them."""
        return EMPLOYMENT_STATUS_LABELS[self]


class UnitLevel(StrEnum):
    """The size of an organisational unit, largest first: 本部 > 部 > 課 > 係."""

    DIVISION = "division"
    DEPARTMENT = "department"
    SECTION = "section"
    TEAM = "team"

    @property
    def label(self) -> LazyString:
        """The words for a screen, in the language of whoever reads them."""
        return UNIT_LEVEL_LABELS[self]


EMPLOYMENT_KIND_LABELS = {
    EmploymentKind.REGULAR: _l("Regular employee"),
    EmploymentKind.CONTRACT: _l("Contract employee"),
    EmploymentKind.PART_TIME: _l("Part-time employee"),
    EmploymentKind.DISPATCHED: _l("Dispatched worker"),
    EmploymentKind.SECONDED_IN: _l("Seconded to us"),
    EmploymentKind.SECONDED_OUT: _l("Seconded elsewhere"),
    EmploymentKind.OFFICER: _l("Officer"),
    EmploymentKind.OUTSIDE: _l("Outside person"),
}

EMPLOYMENT_STATUS_LABELS = {
    EmploymentStatus.ACTIVE: _l("At work"),
    EmploymentStatus.ON_LEAVE: _l("On leave"),
    EmploymentStatus.LEFT: _l("Left the company"),
}

UNIT_LEVEL_LABELS = {
    UnitLevel.DIVISION: _l("Division level"),
    UnitLevel.DEPARTMENT: _l("Department level"),
    UnitLevel.SECTION: _l("Section level"),
    UnitLevel.TEAM: _l("Team level"),
}
