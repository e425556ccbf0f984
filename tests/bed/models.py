"""Every table that the application's models describe."""

from __future__ import annotations

import importlib
from pathlib import Path

import auditor
from auditor import db
from auditor.db import ABSTRACT, BaseModel, CountedModel

PACKAGE = Path(auditor.__file__).parent


def every_table() -> list[type[BaseModel]]:
    """The concrete models of the kernel and of all features, in an order that creates and drops."""
    for module in ("activity", "dated"):
        importlib.import_module(f"auditor.{module}")
    for models in sorted(PACKAGE.glob("*/**/models.py")):
        importlib.import_module(".".join(models.relative_to(PACKAGE.parent).with_suffix("").parts))
    found: set[type[BaseModel]] = set()
    waiting: list[type[BaseModel]] = [BaseModel]
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            # Tests describe tables of their own; aliases and frozen copies are not the application's.
            if model.__module__.startswith("auditor.") and model not in {CountedModel, *ABSTRACT}:
                found.add(model)
    return sorted(found, key=lambda model: str(model._meta.table_name))


def create_all() -> None:
    """Creates the tables as the models describe them, on the connected database."""
    db.database.create_tables(every_table())
