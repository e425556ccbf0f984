"""Writes the next migration: what the models say and a migrated database does not.

    make migration NAME=add_site_to_person

The file is a draft to read and complete: playhouse's diff sees tables, columns and indexes, and is blind to
types, lengths and nullability. tests/test_migrations.py says whether the result is what the models describe.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import peewee
from playhouse.migrations import template
from playhouse.schema_diff import diff_models

from auditor import db, migrating, open_database
from auditor.config import Settings
from tests.bed.models import every_table


def main(name: str) -> str:
    """Writes migrations/NNNN_<name>.py and returns its path; an empty string where nothing is missing."""
    with tempfile.TemporaryDirectory() as folder:
        open_database(Settings.load({}, data=Path(folder)))
        with db.connected():
            difference = diff_models(db.database.obj, every_table())
            return (
                str(migrating.runner().create(name, body=frozen(template(difference)))) if difference else ""
            )


def frozen(body: str) -> str:
    """The generated text with the fields of peewee itself, so that it never changes with the application."""
    for custom, plain in _plain_fields().items():
        body = re.sub(rf"\b{custom}\(", f"{plain}(", body)
    # A row that replaces another of its table: playhouse writes the inherited reference as one to a string.
    body = body.replace("'self', field='self'.id", "'self'")
    # Defaults are filled in by the models; a database that carried them would have them twice.
    lines = [line for line in body.splitlines() if not line.startswith(("from auditor", "# Generated"))]
    return "\n".join(
        line for line in lines if not re.match(r"# TODO: .*default .* must be added by hand", line)
    )


def _plain_fields() -> dict[str, str]:
    kinds = {type(field) for model in every_table() for field in model._meta.sorted_fields}
    return {
        kind.__name__: next(base.__name__ for base in kind.__mro__ if base.__module__ == peewee.__name__)
        for kind in kinds
        if kind.__module__ != peewee.__name__
    }


if __name__ == "__main__":
    print(main(sys.argv[1]) or "The migrations give what the models describe; nothing to write.")
