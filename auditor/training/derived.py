"""Proves the columns of training that repeat what other rows say."""

from __future__ import annotations

from collections.abc import Iterator

from peewee import JOIN, fn

from auditor import db
from auditor.training.models import Assignment, Attestation


def derived_mismatches() -> Iterator[tuple[str, int, str]]:
    """Return (table, id, column) of each assignment whose completion differs from its first attestation."""
    first = (
        Attestation.select(Attestation.assignment, fn.MIN(Attestation.attested_at).alias("first"))
        .group_by(Attestation.assignment)
        .alias("first_attestation")
    )
    rows = (
        Assignment.select(Assignment.id, Assignment.completed_at, first.c.first)
        .join(first, JOIN.LEFT_OUTER, on=(first.c.assignment_id == Assignment.id))
        .where(
            (Assignment.completed_at != first.c.first)
            | (Assignment.completed_at.is_null() & first.c.first.is_null(False))
            | (Assignment.completed_at.is_null(False) & first.c.first.is_null())
        )
        .order_by(Assignment.id)
    )
    for assignment, _completed, _first in db.tuples(rows):
        yield "assignment", assignment, "completed_at"
