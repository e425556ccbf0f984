"""The derived columns: each must say what the dated rows say. Features prove their own; here they meet."""

from __future__ import annotations

from collections.abc import Iterator

Mismatch = tuple[str, int, str]  # table, id of the row, what is wrong


def derived_mismatches() -> Iterator[Mismatch]:
    """Return each row whose derived column disagrees with the rows it repeats."""
    from auditor.audits.derived import derived_mismatches as audits
    from auditor.findings.derived import derived_mismatches as findings
    from auditor.training.derived import derived_mismatches as training

    yield from audits()
    yield from findings()
    yield from training()
