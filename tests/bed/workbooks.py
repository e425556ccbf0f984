"""The cells of a workbook, to be held against those of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Cells = dict[str, list[tuple[Any, ...]]]


def cells(path: Path) -> Cells:
    """Every cell's value, by sheet."""
    book = load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def without_production(found: Cells) -> Cells:
    """The same without the block of the cover that says who made it when (design §3.2)."""
    cover, rows = next(iter(found.items()))
    first = next(n for n, row in enumerate(rows) if row[1] in ("作成の記録", "Production"))
    last = next(n for n, row in enumerate(rows) if n > first and not any(row))
    return {**found, cover: rows[:first] + rows[last:]}
