"""What the running action has written: its token, and the rows that carry it."""

from __future__ import annotations

import secrets
import struct
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from peewee import CharField


@dataclass
class Rows:
    """What the running action has written into one table."""

    begun: int = 0  # rows that were given its token
    seen: dict[int, bytes] = field(default_factory=dict)  # digest by id, of rows that came back when written

    def known(self) -> bool:
        """Tell whether every row came back as the database stored it, so that none need be read anew."""
        return len(self.seen) == self.begun

    def leaves(self) -> bytes:
        """Return id (8 bytes) and digest (16 bytes) of each row, in the order of ids."""
        return b"".join(struct.pack(">Q", number) + self.seen[number] for number in sorted(self.seen))


@dataclass
class Writing:
    """What the running action has written so far: its token and the tables it touched."""

    token: str = field(default_factory=lambda: secrets.token_hex(16))
    touched: dict[type[Any], Rows] = field(default_factory=lambda: defaultdict(Rows))

    def doubt(self, model: type[Any] | None = None) -> None:
        """Have the rows of a table, or of all, be read before they are witnessed: what was seen may stand no more."""
        for table, rows in self.touched.items():
            if model in (None, table):
                rows.begun += 1


writing: ContextVar[Writing | None] = ContextVar("auditor_writing", default=None)


@contextmanager
def undone_unseen(atomic: Any) -> Iterator[Any]:
    """Have the running action read its rows anew where a part of it is undone."""
    try:
        with atomic as entered:
            yield entered
    except BaseException:
        if (current := writing.get()) is not None:
            current.doubt()
        raise


class ActionField(CharField):
    """The token of the action that wrote the row; filled in by itself, refused outside an action."""

    def bind(self, model: Any, name: str, set_attribute: bool = True) -> None:
        self.default = lambda: self._token(model)
        super().bind(model, name, set_attribute)

    @staticmethod
    def _token(model: type[Any]) -> str:
        current = writing.get()
        if current is None:
            raise RuntimeError(f"{model.__name__}: a counted row is written inside activity.action() only")
        current.touched[model].begun += 1
        return current.token
