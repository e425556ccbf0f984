"""What features tell each other: synchronous, in the same transaction, wired in ``create_app``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from auditor.access import Actor


@dataclass(frozen=True)
class Happening:
    """Base of what can be told; subclasses add ids."""

    actor: Actor
    at: datetime


Told = TypeVar("Told", bound=Happening)
_listeners: dict[type[Happening], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type[Told], listener: Callable[[Told], None]) -> None:
    """Have ``listener`` called for each ``kind``; subscribing the same listener again changes nothing."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)


def tell(happening: Happening) -> None:
    """Call every listener of this kind, in the order they subscribed, inside the caller's transaction."""
    for listener in _listeners[type(happening)]:
        listener(happening)


@dataclass(frozen=True)
class PersonLeft(Happening):
    """The person stops working for the company on ``person_left.at``'s day or on the day given by the roster."""

    person_id: int


@dataclass(frozen=True)
class PasswordLinkMade(Happening):
    """The person is to get a mail with a link that sets a password."""

    person_id: int
    token_id: int


@dataclass(frozen=True)
class MembershipChanged(Happening):
    """The person's departments changed from some day on."""

    person_id: int


@dataclass(frozen=True)
class TrainingCompleted(Happening):
    """The person attested to an assignment."""

    assignment_id: int


@dataclass(frozen=True)
class ResultRecorded(Happening):
    """An audit item got a result (audits tell, findings listen)."""

    item_id: int
    result: str


@dataclass(frozen=True)
class FindingEnded(Happening):
    """A finding was closed or withdrawn (findings tell, audits listen)."""

    item_id: int


@dataclass(frozen=True)
class DepartmentAdded(Happening):
    """A department stands on the roster for the first time."""

    department_id: int
